import { useEffect, useMemo, useState } from "preact/hooks";
import { useDrawings, useRun } from "../run/load";
import { getJson } from "../source/api";
import { fromServer } from "../source/http";
import { href } from "../ui/route";
import { Busy, Failed } from "../ui/states";
import { Comparison } from "./comparison";
import { runName, type RunName } from "./names";
import { InstitutionPicker } from "./picker";
import { judgedUnder, UNDER_DIGEST, type Under } from "./under";

/** A run, and what another institution makes of the same conduct. */
export function UnderAnother({ a, institution, round }: { readonly a: string; readonly institution: string; readonly round: number | null }) {
  const run = useRun(fromServer(a));
  const drawings = useDrawings(run.source);
  const [under, setUnder] = useState<Under | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setError(null);
    getJson<Under>(`runs/${a.split("/").map(encodeURIComponent).join("/")}/under/${encodeURIComponent(institution)}`).then(setUnder, setError);
  }, [tries]);
  const judged = useMemo(() => (under && run.complete ? judgedUnder(run.record, under) : null), [under, run.complete, run.record]);
  const name = runName(a) as RunName;
  const recorded = run.record.opened?.institution?.name ?? "no institution";
  const failed = run.error ?? error;
  return (
    <>
      <header class="compare-head">
        <h1>One run, two institutions</h1>
        <ol class="sides-named">
          <li class="side-a">
            <span class="side-letter">A</span>{" "}
            <a href={href(["r", ...a.split("/")])}>
              {name.arm}, seed {name.seed}
            </a>
            , as recorded under {recorded}
          </li>
          <li class="side-b">
            <span class="side-letter">B</span> the same conduct, judged by <b>{institution}</b>
          </li>
        </ol>
        {under ? <Note under={under} /> : null}
        <div class="fields">
          <InstitutionPicker a={a} under={institution} />
        </div>
      </header>
      {failed ? <Failed what="The run could not be judged." error={failed} retry={() => setTries(tries + 1)} /> : null}
      {under && judged?.opened ? (
        <Comparison
          a={{ name: "A", record: run.record, drawings }}
          b={{ name: "B", record: judged, drawings: { [UNDER_DIGEST]: under.drawing } }}
          start={round}
          values={{ a, under: institution }}
          sameConduct
        />
      ) : failed ? null : (
        <Busy what={`Reading the run, and judging it by ${institution}.`} />
      )}
    </>
  );
}

/** What stands beside every figure of a counterfactual, and how much of the run is no evidence. */
function Note({ under }: { readonly under: Under }) {
  const disturbed = under.rounds.filter((round) => round.disturbed).length;
  const [lead, ...rest] = under.note.split(": ");
  return (
    <p class="not-causal" role="note">
      {rest.length ? (
        <>
          <strong>{lead}:</strong> {rest.join(": ")}
        </>
      ) : (
        under.note
      )}
      {disturbed ? ` In ${disturbed} of ${under.rounds.length} rounds somebody sat out by the order of the institution on record; these count as no evidence.` : ""}
    </p>
  );
}
