import { numbersOf, percent, scaleOf, type Scale } from "../ui/interval_scale";
import type { Arm, Measured } from "./types";

/** Measures that readers look for first, in this order. */
const FIRST = ["price", "price_of_nash", "price_elevation", "consumer_surplus", "surplus_ratio", "profit", "welfare", "tier", "calibrated_tier"];

/** So many measures are shown before a reader chooses. */
export const SHOWN_AT_FIRST = 4;

/** Every measure that some arm has a mean of: the campaign's outcome first, then the known ones, then the market's own. */
export function measuresOf(arms: readonly Arm[], outcome: string): string[] {
  const found = new Set(arms.flatMap((arm) => Object.entries(arm.measures).filter(([, measured]) => measured.mean !== null).map(([name]) => name)));
  const rank = (name: string) => (name === outcome ? -1 : FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return [...found].toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** The arm's estimate of a measure, whatever it is called; undefined where it has none. */
export function measureOf(arm: Arm, measure: string): Measured | undefined {
  return Object.hasOwn(arm.measures, measure) ? arm.measures[measure] : undefined;
}

/** Arms that share a roster, in the order in which rosters first come. */
export function byRoster(arms: readonly Arm[]): (readonly [roster: string, arms: readonly Arm[]])[] {
  const groups = new Map<string, Arm[]>();
  for (const arm of arms) groups.set(arm.roster, [...(groups.get(arm.roster) ?? []), arm]);
  return [...groups];
}

/** Arms whose name, regime or roster holds every word. */
export function armsWith(arms: readonly Arm[], text: string): Arm[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return arms.filter((arm) => {
    const all = `${arm.arm} ${arm.regime} ${arm.roster}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

export interface Known {
  readonly name: string;
  readonly value: number;
}

/** What the arm's benchmarks say of a measure. */
export function benchmarksOf(arm: Arm, measure: string): Known[] {
  return Object.entries(arm.benchmarks ?? {}).flatMap(([name, values]) => {
    const value = Object.hasOwn(values, measure) ? values[measure] : null;
    return typeof value === "number" ? [{ name, value }] : [];
  });
}

/** One scale for a measure over all arms, with their benchmarks in it. */
export function measureScale(arms: readonly Arm[], measure: string): Scale | null {
  return scaleOf(numbersOf(arms.map((arm) => measureOf(arm, measure)), arms.flatMap((arm) => benchmarksOf(arm, measure).map((known) => known.value))));
}

/** The names of all benchmarks that some shown measure has, in the order in which they come. */
export function benchmarkNames(arms: readonly Arm[], measures: readonly string[]): string[] {
  return [...new Set(arms.flatMap((arm) => measures.flatMap((measure) => benchmarksOf(arm, measure).map((known) => known.name))))];
}

/** How the intervals were made, once for each way: `95% intervals, Student's t over runs`. */
export function methodsIn(arms: readonly Arm[], measures: readonly string[]): string[] {
  const ways = arms.flatMap((arm) =>
    measures.flatMap((name) => {
      const measured = measureOf(arm, name);
      return measured && measured.low !== null ? [`${percent(measured.level)} intervals${measured.method ? `, ${measured.method}` : ""}`] : [];
    }),
  );
  return [...new Set(ways)];
}

/** Failures by kind as text: `timeout 2, parse 1`, the most first; empty where there are none, a dash where nobody knows. */
export function failuresInWords(failures: Readonly<Record<string, number>> | null): string {
  if (!failures) return "–";
  return Object.entries(failures)
    .filter(([, times]) => times > 0)
    .toSorted((a, b) => b[1] - a[1])
    .map(([kind, times]) => `${kind.replaceAll("_", " ")} ${times}`)
    .join(", ");
}
