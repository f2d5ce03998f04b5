import type { MarketFacts, Measured, RoundRecord } from "./types";

/** One line of a chart: values over rounds, in units, null where the measure is not defined. */
export interface Series {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly seat: number;
}

export interface MeasureSeries {
  readonly lines: readonly Series[];
  readonly levels: readonly { readonly label: string; readonly value: number }[];
}

const KNOWN = ["price_e6", "quantity_e6", "profit_e6", "welfare_e6"];
/** More lines than these cannot be told apart: their mean and their ends are drawn. */
const MOST_LINES = 8;

/** Which measures to show first: the field's usual ones, then those that the market publishes, then any. */
export function firstMeasures(facts: MarketFacts, wanted = 4): readonly string[] {
  const names = Object.keys(facts.measures);
  const rest = names.filter((name) => !KNOWN.includes(name));
  const isPublic = (name: string) => facts.measures[name]?.public === true;
  const ordered = [...KNOWN.filter((name) => names.includes(name)), ...rest.filter(isPublic), ...rest.filter((name) => !isPublic(name))];
  if (!names.includes("price_e6")) ordered.sort((one, other) => Number(isPublic(other)) - Number(isPublic(one)));
  return ordered.slice(0, wanted);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The measure's name for people, and what its title says besides: "Price elevation" and "0 at Nash, 1 at joint monopoly", "Welfare" and what it is. */
export function titleOf(facts: MarketFacts, measure: string): readonly [string, string] {
  const title = facts.measures[measure]?.title ?? measure;
  if (KNOWN.includes(measure)) {
    const name = measure.replace(/_e6$/, "");
    return [capital(name), title === name ? "" : title];
  }
  const colon = title.indexOf(": ");
  return colon < 0 ? [capital(title), ""] : [capital(title.slice(0, colon)), title.slice(colon + 2)];
}

const inUnits = (measure: string, value: number): number => (measure.endsWith("_e6") ? value / 1e6 : value);

/** Every number of a measured value with its place: `[]`, `[firm]`, `[good]` or `[firm, good]`. */
function cells(value: Measured | undefined, place: readonly number[] = []): readonly (readonly [readonly number[], number | null])[] {
  if (value === undefined) return [];
  if (value === null || typeof value === "number") return [[place, value]];
  if (!Array.isArray(value)) return [];
  return value.flatMap((one, index) => cells(one as Measured, [...place, index]));
}

function at(value: Measured | undefined, place: readonly number[]): number | null {
  let here: unknown = value;
  for (const index of place) here = Array.isArray(here) ? here[index] : undefined;
  return typeof here === "number" ? here : null;
}

function places(facts: MarketFacts, measure: string): readonly (readonly number[])[] {
  let all: number[][] = [[]];
  for (const axis of facts.measures[measure]?.axes ?? []) {
    const names = axis === "firm" ? facts.agents : facts.goods;
    all = all.flatMap((place) => names.map((_, index) => [...place, index]));
  }
  return all;
}

function nameOf(facts: MarketFacts, measure: string, place: readonly number[]): string {
  const axes = facts.measures[measure]?.axes ?? [];
  const names = place.map((index, axis) => (axes[axis] === "firm" ? facts.agents : facts.goods)[index] ?? String(index));
  return names.join(" ") || titleOf(facts, measure)[0].toLowerCase();
}

/** A measure over rounds: one line for each agent and good that it has, or mean and ends where these are many; benchmarks as levels. */
export function measureSeries(facts: MarketFacts, rounds: readonly RoundRecord[], measure: string): MeasureSeries {
  const found = places(facts, measure);
  const column = (place: readonly number[]) =>
    rounds.map(({ body }) => {
      const value = at(body.measures[measure], place);
      return value === null ? null : inUnits(measure, value);
    });
  const lines =
    found.length <= MOST_LINES
      ? found.map((place, index) => ({ label: nameOf(facts, measure, place), values: column(place), seat: index }))
      : overAll(rounds, measure, found.length);
  return { lines, levels: levelsOf(facts, measure, found.length > MOST_LINES) };
}

function overAll(rounds: readonly RoundRecord[], measure: string, many: number): readonly Series[] {
  const mean: (number | null)[] = [];
  const least: (number | null)[] = [];
  const most: (number | null)[] = [];
  for (const { body } of rounds) {
    let sum = 0;
    let count = 0;
    let low = Infinity;
    let high = -Infinity;
    for (const [, value] of cells(body.measures[measure])) {
      if (value === null) continue;
      sum += value;
      count += 1;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    mean.push(count ? inUnits(measure, sum / count) : null);
    least.push(count ? inUnits(measure, low) : null);
    most.push(count ? inUnits(measure, high) : null);
  }
  return [
    { label: `mean of ${many}`, values: mean, seat: 0 },
    { label: "least", values: least, seat: 6 },
    { label: "most", values: most, seat: 1 },
  ];
}

/** Benchmarks: each number of each once; where lines are means, their means. */
function levelsOf(facts: MarketFacts, measure: string, asMean: boolean): MeasureSeries["levels"] {
  const found: { label: string; value: number }[] = [];
  for (const [label, values] of Object.entries(facts.benchmarks)) {
    const numbers = cells(values[measure]).flatMap(([, value]) => (value === null ? [] : [value]));
    if (!numbers.length) continue;
    const shown = asMean ? [numbers.reduce((sum, one) => sum + one, 0) / numbers.length] : [...new Set(numbers)];
    for (const value of shown) found.push({ label, value: inUnits(measure, value) });
  }
  return found;
}
