import { useMemo, useState } from "preact/hooks";
import { firstMeasures, titleOf } from "../record/series";
import type { RoundRecord } from "../record/types";
import { Chart } from "../ui/chart";
import { Choice } from "../ui/search";
import { cumulated, meanLevels, overlaid } from "./overlay";
import type { SideProps } from "./side";

const SEATS = [0, 1] as const;
const fines = (round: RoundRecord): number => round.sanctions.reduce((sum, one) => sum + (one.amount_e6 ?? 0), 0) / 1e6;
const cases = (round: RoundRecord): number => round.body.cases?.length ?? 0;

interface ChartsProps {
  readonly a: SideProps;
  readonly b: SideProps;
  readonly x: readonly number[];
  readonly round: number;
  readonly onRound: (round: number) => void;
  /** Both sides are one conduct: its outcomes are one line. */
  readonly sameConduct: boolean;
}

/** Outcomes of both sides on one axis, and their cases and fines summed up to each round. */
export function Charts(props: ChartsProps) {
  const { a, b, x, round, onRound, sameConduct } = props;
  const facts = a.record.opened?.facts;
  const [apart, setApart] = useState("mean");
  const acts = useMemo(
    () =>
      ([["Cases so far", cases], ["Fines so far", fines]] as const).map(([title, amount]) => ({
        title,
        lines: [a, b].map((side, index) => ({ label: side.name, values: cumulated(side.record, x.length, amount), seat: SEATS[index] ?? 0 })),
      })),
    [a.record, b.record, x],
  );
  if (!facts) return null;
  return (
    <>
      {acts.some(({ lines }) => lines.some((line) => line.values.some((value) => value))) ? (
        <div class="charts">
          {acts.map(({ title, lines }) => (
            <Chart key={title} title={title} x={x} lines={lines} at={round} onChoose={onRound} height={170} />
          ))}
        </div>
      ) : null}
      <div class="charts-head">
        <h2>{sameConduct ? "Outcomes, as recorded" : "Outcomes"}</h2>
        <Choice
          label="Lines"
          value={apart}
          onChoose={setApart}
          options={[
            ["mean", "means over agents and goods"],
            ["apart", "each agent and good"],
          ]}
        />
      </div>
      <div class="charts">
        {firstMeasures(facts, 6).map((measure) => (
          <Outcome key={measure} {...props} measure={measure} apart={apart === "apart"} />
        ))}
      </div>
    </>
  );
}

function Outcome({ a, b, x, round, onRound, sameConduct, measure, apart }: ChartsProps & { readonly measure: string; readonly apart: boolean }) {
  const facts = a.record.opened?.facts;
  const lines = useMemo(() => {
    const sides = sameConduct ? [a] : [a, b];
    const found = sides.map((side, index) => overlaid(side.record, measure, sameConduct ? "as recorded" : side.name, x.length, apart, SEATS[index] ?? 0));
    // With each agent and good apart colours tell these, dashes the sides: lines of one place stand together.
    const width = Math.max(0, ...found.map((one) => one.length));
    return apart ? Array.from({ length: width }, (_, place) => found.flatMap((one) => one[place] ?? [])).flat() : found.flat();
  }, [a.record, b.record, x, measure, apart, sameConduct]);
  const levels = useMemo(() => {
    if (!facts) return [];
    const own = meanLevels(facts, measure);
    const other = b.record.opened && !sameConduct ? meanLevels(b.record.opened.facts, measure) : own;
    return JSON.stringify(own) === JSON.stringify(other) ? own : [...own.map((one) => ({ ...one, label: `${one.label} of A` })), ...other.map((one) => ({ ...one, label: `${one.label} of B` }))];
  }, [facts, measure, b.record, sameConduct]);
  if (!facts || !lines.length) return null;
  const [title, note] = titleOf(facts, measure);
  return <Chart title={title} {...(note ? { unit: note } : {})} x={x} lines={lines} levels={levels} at={round} onChoose={onRound} height={190} />;
}
