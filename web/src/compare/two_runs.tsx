import { useDrawings, useRun } from "../run/load";
import { fromServer } from "../source/http";
import { href } from "../ui/route";
import { Busy, Failed } from "../ui/states";
import { Comparison } from "./comparison";
import { runName, shortName, type RunName } from "./names";
import { InstitutionPicker } from "./picker";
import { SetUp } from "./set_up";

/** Two recorded runs. */
export function TwoRuns({ a, b, round }: { readonly a: string; readonly b: string; readonly round: number | null }) {
  const [one, other] = [useRun(fromServer(a)), useRun(fromServer(b))];
  const drawings = [useDrawings(one.source), useDrawings(other.source)] as const;
  const names = [runName(a), runName(b)] as [RunName, RunName];
  const error = one.error ?? other.error;
  const ready = one.complete && other.complete && one.record.opened && other.record.opened;
  return (
    <>
      <header class="compare-head">
        <h1>Two runs</h1>
        <ol class="sides-named">
          <li class="side-a">
            <span class="side-letter">A</span> <a href={href(["r", ...a.split("/")])}>{shortName(names[0], names[1])}</a>
          </li>
          <li class="side-b">
            <span class="side-letter">B</span> <a href={href(["r", ...b.split("/")])}>{shortName(names[1], names[0])}</a>
          </li>
        </ol>
        <div class="fields">
          <a class="button plain" href={href(["compare"], { a: b, b: a })}>
            Swap A and B
          </a>
          <InstitutionPicker a={a} under="" />
        </div>
      </header>
      {error ? <Failed what="A run could not be read." error={error} /> : null}
      {ready && one.record.opened && other.record.opened ? (
        <>
          <SetUp a={one.record.opened} b={other.record.opened} />
          <Comparison a={{ name: "A", record: one.record, drawings: drawings[0] }} b={{ name: "B", record: other.record, drawings: drawings[1] }} start={round} values={{ a, b }} />
        </>
      ) : error ? null : (
        <Busy what={`Reading both runs: ${one.record.rounds.length} and ${other.record.rounds.length} rounds so far.`} />
      )}
    </>
  );
}
