/** A value that stands for the whole chart, such as a benchmark's. */
export interface Level {
  readonly label: string;
  readonly value: number;
}

/** Levels that are the same number (to six digits) are one line with both names. */
export function merged(levels: readonly Level[]): readonly Level[] {
  const found = new Map<string, Level>();
  for (const level of levels) {
    if (!Number.isFinite(level.value)) continue;
    const key = level.value.toPrecision(6);
    const known = found.get(key);
    if (known === undefined) found.set(key, level);
    else if (!known.label.split(", ").includes(level.label)) found.set(key, { label: `${known.label}, ${level.label}`, value: known.value });
  }
  return [...found.values()].sort((one, other) => other.value - one.value);
}

/** Heights for labels that want to stand at `wanted` (ascending), at least `gap` apart and within `low` and `high` while there is room. */
export function apart(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const places: number[] = [];
  for (const want of wanted) places.push(Math.max(want, low, places.length ? (places[places.length - 1] as number) + gap : low));
  let most = high;
  for (let index = places.length - 1; index >= 0; index--) {
    places[index] = Math.min(places[index] as number, most);
    most = (places[index] as number) - gap;
  }
  return places;
}

/** So much beside a line; the rest of its names stand in a title. */
const MOST_SAID = 24;

/** What stands beside a level's line: its names, or the first of several and how many more. */
export function saidBeside({ label }: Level): string {
  const names = label.split(", ");
  return names.length > 1 && label.length > MOST_SAID ? `${names[0]} and ${names.length - 1} more` : label;
}

/** The least and most of all finite numbers of lines and levels, with a little room. */
export function bounds(lines: readonly (readonly (number | null)[])[], levels: readonly Level[]): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const line of lines) {
    for (const value of line) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  for (const { value } of levels) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (!(least <= most)) return [0, 1];
  const room = (most - least) * 0.06 || Math.abs(most) * 0.1 || 1;
  return [least - room, most + room];
}

/** Values that no line would show, because neither neighbour has one: they are drawn as points. */
export function isolated(values: readonly (number | null | undefined)[]): number[] | null {
  const there = (index: number) => values[index] !== null && values[index] !== undefined;
  const found: number[] = [];
  for (let index = 0; index < values.length; index++) if (there(index) && !there(index - 1) && !there(index + 1)) found.push(index);
  return found.length ? found : null;
}
