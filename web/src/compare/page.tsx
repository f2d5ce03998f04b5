import { useEffect } from "preact/hooks";
import { href, route } from "../ui/route";
import { Empty } from "../ui/states";
import { entitle } from "../ui/title";
import { runName, shortName, type RunName } from "./names";
import { InstitutionPicker } from "./picker";
import { TwoRuns } from "./two_runs";
import { UnderAnother } from "./under_another";
import "./compare.css";

/** What the page is called in a list of windows. */
function named(one: RunName | null, other: RunName | null, under: string): string {
  if (!one) return "Compare";
  if (other) return `${shortName(one, other)} and ${shortName(other, one)}`;
  return `${shortName(one, one)}${under ? ` under ${under}` : ""}`;
}

/** Two runs side by side (`a`, `b`), or a run and what another institution makes of it (`a`, `under`; empty: to be chosen). */
export function ComparePage() {
  const { values } = route.value;
  const [a, b, under] = [values.get("a") ?? "", values.get("b") ?? "", values.get("under") ?? ""];
  const round = Number(values.get("round")) || null;
  const [one, other] = [runName(a), runName(b)];
  const title = named(one, other, under);
  useEffect(() => {
    entitle(title, ...(one ? ["Compare"] : []));
  }, [title]);
  if (!one) {
    return (
      <>
        <h1>Compare</h1>
        <Empty title="No run is chosen yet.">
          Choose two runs in the table of a campaign's runs: <a href="#/">all campaigns</a>.
        </Empty>
      </>
    );
  }
  if (other) return <TwoRuns key={`${a}\n${b}`} a={a} b={b} round={round} />;
  if (under) return <UnderAnother key={`${a}\n${under}`} a={a} institution={under} round={round} />;
  const withAnotherRun = (
    <div key="run">
      <h2>With another run</h2>
      <p>
        Choose two in the table of runs of <a href={href(["c", one.campaign], { tab: "runs" })}>{one.campaign}</a>.
      </p>
    </div>
  );
  const withAnInstitution = (
    <div key="institution">
      <h2>With another institution</h2>
      <p>The conduct stays as recorded; the other institution judges it.</p>
      <InstitutionPicker a={a} under="" />
    </div>
  );
  const judging = values.has("under");
  return (
    <>
      <h1>{judging ? "Judge by another institution" : "Compare"}</h1>
      <p class="subtitle">
        <a href={href(["r", ...a.split("/")])}>
          {one.arm}, seed {one.seed}
        </a>
        , of {one.campaign}
      </p>
      <section class="card choose-other" aria-label="What to compare with">
        {judging ? [withAnInstitution, withAnotherRun] : [withAnotherRun, withAnInstitution]}
      </section>
    </>
  );
}
