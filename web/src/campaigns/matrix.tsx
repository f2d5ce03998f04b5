import { useMemo, useState } from "preact/hooks";
import { BenchmarkMark, Interval } from "../ui/interval";
import { numbersOf, type Scale } from "../ui/interval_scale";
import { count, shown } from "../ui/numbers";
import { Search } from "../ui/search";
import { Empty } from "../ui/states";
import { armsWith, benchmarkNames, benchmarksOf, byRoster, failuresInWords, measureOf, measureScale, measuresOf, methodsIn, SHOWN_AT_FIRST } from "./matrix_rows";
import type { Arm } from "./types";
import { digitsFor, fixed, measureTitle } from "./words";
import "./matrix.css";

const MANY_ARMS = 8;

/** Arms below each other, measures beside each other: a mean with its interval in each cell, on one scale a measure. */
export function Matrix({ arms, outcome }: { readonly arms: readonly Arm[]; readonly outcome: string }) {
  const all = useMemo(() => measuresOf(arms, outcome), [arms, outcome]);
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const [text, setText] = useState("");
  const measures = chosen ? all.filter((name) => chosen.includes(name)) : all.slice(0, SHOWN_AT_FIRST);
  const here = useMemo(() => armsWith(arms, text), [arms, text]);
  const scales = useMemo(() => new Map(measures.map((name) => [name, drawnAs(arms, name)] as const)), [arms, measures.join("\n")]);
  const groups = byRoster(here);
  const named = new Set(arms.map((arm) => arm.roster)).size > 1;
  const lines = benchmarkNames(arms, measures);
  const methods = methodsIn(arms, measures);

  if (!arms.length) return <Empty title="No arm is known.">Arms come from the plan, or from the tables.</Empty>;
  return (
    <section aria-label="Outcomes by arm">
      <div class="fields">
        {arms.length > MANY_ARMS ? <Search label="Search arms" value={text} onSearch={setText} /> : null}
        {all.length > SHOWN_AT_FIRST ? (
          <details class="measures">
            <summary>
              Measures: {measures.length} of {all.length}
            </summary>
            <div class="measure-boxes">
              {all.map((name) => (
                <label key={name}>
                  <input
                    type="checkbox"
                    checked={measures.includes(name)}
                    onChange={(event) => setChosen(event.currentTarget.checked ? [...measures, name] : measures.filter((one) => one !== name))}
                  />
                  {measureTitle(name)}
                </label>
              ))}
            </div>
          </details>
        ) : null}
      </div>
      <div class="scroll matrix-scroll" role="region" aria-label="Outcomes, a table" tabindex={0}>
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">{named ? "Regime, by roster" : "Arm"}</th>
              <th scope="col" class="number">
                n
              </th>
              {measures.map((name) => (
                <th key={name} scope="col" class="measure">
                  {measureTitle(name)}
                  {name === outcome ? <span class="asked">outcome</span> : null}
                </th>
              ))}
              <th scope="col" class="number">
                Cases a run
              </th>
              <th scope="col" class="number">
                Sanctions a run
              </th>
              <th scope="col" class="number">
                Fines a run
              </th>
              <th scope="col">Failures, all runs</th>
            </tr>
          </thead>
          {groups.map(([roster, members]) => (
            <tbody key={roster}>
              {named ? (
                <tr class="group">
                  <th scope="rowgroup" colSpan={measures.length + 6}>
                    <span class="group-name">{roster}</span>
                  </th>
                </tr>
              ) : null}
              {members.map((arm) => (
                <ArmRow key={arm.arm} arm={arm} name={named ? arm.regime || arm.arm : arm.arm} measures={measures} scales={scales} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      <p class="legend quiet">
        <span>{measures.length ? `A dot is the mean over n runs, the line its interval${methods.length ? ` (${methods.join("; ")})` : ""}; a column has one scale. ` : ""}Cases, sanctions and fines are means a run; failures are counted over all runs.</span>
        {lines.map((name) => (
          <span key={name} class="legend-mark">
            <BenchmarkMark name={name} /> {name.replaceAll("_", " ")}
          </span>
        ))}
      </p>
    </section>
  );
}

interface Drawn {
  readonly scale: Scale;
  readonly digits: number;
}

/** How a measure's column is drawn: on one scale, with the same decimals in every cell. */
function drawnAs(arms: readonly Arm[], measure: string): Drawn | null {
  const scale = measureScale(arms, measure);
  return scale && { scale, digits: digitsFor(numbersOf(arms.map((arm) => measureOf(arm, measure)))) };
}

function ArmRow({ arm, name, measures, scales }: { readonly arm: Arm; readonly name: string; readonly measures: readonly string[]; readonly scales: ReadonlyMap<string, Drawn | null> }) {
  const failures = [arm.failed ? `${arm.failed} ${arm.failed === 1 ? "run" : "runs"}` : "", arm.failures ? failuresInWords(arm.failures) : ""].filter(Boolean).join(", ");
  return (
    <tr>
      <th scope="row" class="arm-name" title={arm.arm}>
        {name}
      </th>
      <td class="number">
        {count(arm.finished)}
        {arm.finished < arm.runs ? <span class="quiet"> of {count(arm.runs)}</span> : null}
      </td>
      {measures.map((measure) => (
        <Cell key={measure} arm={arm} measure={measure} drawn={scales.get(measure) ?? null} />
      ))}
      <td class="number">{shown(arm.cases)}</td>
      <td class="number">{shown(arm.sanctions)}</td>
      <td class="number">{shown(arm.fines)}</td>
      <td class={failures ? "failures bad" : "failures quiet"}>{failures || (arm.failures ? "none" : "–")}</td>
    </tr>
  );
}

function Cell({ arm, measure, drawn }: { readonly arm: Arm; readonly measure: string; readonly drawn: Drawn | null }) {
  const measured = measureOf(arm, measure);
  if (!measured || measured.mean === null || !drawn) {
    return (
      <td class="measure none" title={measured?.reason ?? ""}>
        –
      </td>
    );
  }
  const show = (value: number | null) => fixed(value, drawn.digits);
  const range = measured.low !== null && measured.high !== null ? `${show(measured.low)} to ${show(measured.high)}` : "no interval";
  return (
    <td class="measure">
      <span class="measure-numbers">
        <b>{show(measured.mean)}</b>
        <span class="quiet" title={measured.reason ?? ""}>
          {range}
          {measured.n === arm.finished ? "" : `, n ${measured.n}`}
        </span>
      </span>
      <Interval estimate={measured} scale={drawn.scale} benchmarks={benchmarksOf(arm, measure)} show={show} />
    </td>
  );
}
