import { measureSeries, type MeasureSeries } from "../record/series";
import type { MarketFacts, Measured, RoundRecord, RunRecord } from "../record/types";

export interface OverlaidLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly seat: number;
}

/** The numbers of the rounds of both runs: from 1 to the last of the longer one. */
export function commonRounds(a: RunRecord, b: RunRecord): number[] {
  const last = Math.max(a.rounds.at(-1)?.round ?? 0, b.rounds.at(-1)?.round ?? 0);
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** Values by round on a common axis; null where a run has no such round. */
export function onAxis<Value>(rounds: readonly RoundRecord[], length: number, value: (round: RoundRecord) => Value): (Value | null)[] {
  const found: (Value | null)[] = new Array<Value | null>(length).fill(null);
  for (const round of rounds) if (round.round >= 1 && round.round <= length) found[round.round - 1] = value(round);
  return found;
}

function* numbers(value: Measured | undefined): Generator<number> {
  if (typeof value === "number") yield value;
  else if (Array.isArray(value)) for (const one of value) yield* numbers(one as Measured);
}

/** The mean of a measure over the agents and goods that it has, in units. */
export function meanOf(measure: string, value: Measured | undefined): number | null {
  let sum = 0;
  let count = 0;
  for (const number of numbers(value)) {
    sum += number;
    count += 1;
  }
  return count ? sum / count / (measure.endsWith("_e6") ? 1e6 : 1) : null;
}

/** Benchmarks' means of a measure. */
export function meanLevels(facts: MarketFacts, measure: string): MeasureSeries["levels"] {
  return Object.entries(facts.benchmarks).flatMap(([label, values]) => {
    const value = meanOf(measure, values[measure]);
    return value === null ? [] : [{ label, value }];
  });
}

/** A measure of one run on the common axis: its mean, or each agent and good apart; `name` stands before each label. */
export function overlaid(record: RunRecord, measure: string, name: string, length: number, apart: boolean, seat: number): OverlaidLine[] {
  const facts = record.opened?.facts;
  if (!facts) return [];
  if (!apart || !facts.measures[measure]?.axes.length) {
    return [{ label: name, values: onAxis(record.rounds, length, (round) => meanOf(measure, round.body.measures[measure])), seat }];
  }
  const { lines } = measureSeries(facts, record.rounds, measure);
  return lines.map((line) => {
    const values: (number | null)[] = new Array<number | null>(length).fill(null);
    record.rounds.forEach((round, index) => {
      if (round.round >= 1 && round.round <= length) values[round.round - 1] = line.values[index] ?? null;
    });
    return { label: `${name} ${line.label}`, values, seat: line.seat };
  });
}

/** Sums from the first round on, on the common axis. */
export function cumulated(record: RunRecord, length: number, amount: (round: RoundRecord) => number): (number | null)[] {
  let sum = 0;
  const found = onAxis(record.rounds, length, amount);
  return found.map((value) => (value === null ? null : (sum += value)));
}
