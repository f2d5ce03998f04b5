import { useMemo, useState } from "preact/hooks";
import { firstMeasures, measureSeries, titleOf } from "../record/series";
import type { MarketFacts, RoundRecord } from "../record/types";
import { Chart } from "../ui/chart";

export interface MeasuresProps {
  readonly facts: MarketFacts;
  readonly rounds: readonly RoundRecord[];
  readonly round: number;
  readonly onChoose: (round: number) => void;
}

const WINDOW = 200;

/** Measures over rounds, benchmarks as lines; which measures is the reader's choice among those of the market. */
export function Measures({ facts, rounds, round, onChoose }: MeasuresProps) {
  const [chosen, setChosen] = useState<readonly string[]>(() => firstMeasures(facts));
  const [near, setNear] = useState(false);
  const x = useMemo(() => rounds.map((one) => one.round), [rounds]);
  const last = x[x.length - 1] ?? 1;
  const start = Math.max(1, Math.min(round - WINDOW / 2, last - WINDOW));
  const range = near && last > WINDOW ? ([start, start + WINDOW] as const) : undefined;
  return (
    <div class="run-measures">
      {last > WINDOW && (
        <label class="run-near">
          <input type="checkbox" checked={near} onChange={(event) => setNear(event.currentTarget.checked)} /> only {WINDOW} rounds around the chosen one
        </label>
      )}
      {chosen.map((measure, index) => (
        <OneMeasure
          key={index}
          facts={facts}
          rounds={rounds}
          x={x}
          measure={measure}
          round={round}
          range={range}
          onChoose={onChoose}
          onMeasure={(name) => setChosen(chosen.map((one, place) => (place === index ? name : one)))}
        />
      ))}
    </div>
  );
}

interface OneProps {
  readonly facts: MarketFacts;
  readonly rounds: readonly RoundRecord[];
  readonly x: readonly number[];
  readonly measure: string;
  readonly round: number;
  readonly range: readonly [number, number] | undefined;
  readonly onChoose: (round: number) => void;
  readonly onMeasure: (name: string) => void;
}

function OneMeasure({ facts, rounds, x, measure, round, range, onChoose, onMeasure }: OneProps) {
  const { lines, levels } = useMemo(() => measureSeries(facts, rounds, measure), [facts, rounds, measure]);
  const [title, more] = titleOf(facts, measure);
  const names = Object.keys(facts.measures);
  return (
    <div class="run-measure">
      <Chart
        title={title}
        unit={more}
        head={
          <select class="run-pick" value={measure} aria-label="Measure of this chart" onChange={(event) => onMeasure(event.currentTarget.value)}>
            {names.map((name) => (
              <option key={name} value={name}>
                {titleOf(facts, name)[0]}
              </option>
            ))}
          </select>
        }
        x={x}
        lines={lines}
        levels={levels}
        at={round}
        onChoose={onChoose}
        range={range}
        height={142}
      />
    </div>
  );
}
