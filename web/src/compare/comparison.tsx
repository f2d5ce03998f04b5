import { useMemo, useState } from "preact/hooks";
import { remember } from "../ui/route";
import { ActsPart } from "./acts_part";
import { Charts } from "./charts";
import { earliest, firstDifferences } from "./first";
import { FirstCard } from "./first_card";
import { commonRounds } from "./overlay";
import { Side, type SideProps } from "./side";
import { RoundSlider } from "./slider";

interface ComparisonProps {
  readonly a: SideProps;
  readonly b: SideProps;
  /** The round to begin with; the first difference where it is not given. */
  readonly start: number | null;
  /** What the address names, so that the round can be added to it. */
  readonly values: Readonly<Record<string, string>>;
  readonly sameConduct?: boolean;
}

/** Two sides over the same rounds: where they first differ, their graphs in one round, outcomes and acts. */
export function Comparison({ a, b, start, values, sameConduct = false }: ComparisonProps) {
  const x = useMemo(() => commonRounds(a.record, b.record), [a.record, b.record]);
  const found = useMemo(() => firstDifferences(a.record, b.record), [a.record, b.record]);
  const first = earliest(found);
  const last = x.length;
  const [round, setRound] = useState(() => Math.max(1, Math.min(last, start ?? first ?? 1)));
  const go = (to: number) => {
    setRound(to);
    remember({ ...values, round: to });
  };
  if (!last) return <p class="quiet">Neither side has a round yet.</p>;
  return (
    <>
      <FirstCard found={found} facts={a.record.opened?.facts} sameConduct={sameConduct} onRound={go} />
      <RoundSlider round={round} last={last} first={first} onRound={go} />
      <div class="sides">
        <Side side={a} round={round} />
        <Side side={b} round={round} />
      </div>
      <Charts a={a} b={b} x={x} round={round} onRound={go} sameConduct={sameConduct} />
      <ActsPart a={a} b={b} onRound={go} />
    </>
  );
}
