import { hex } from "./octets";
import { HASH_OCTETS } from "./tree";

/** A stretch in which lines and signed entries do not fit: lines `line` to `lineEnd`, entries `entry` to `entryEnd` (exclusive). */
export interface Gap {
  readonly line: number;
  readonly lineEnd: number;
  readonly entry: number;
  readonly entryEnd: number;
}

/**
 * Where the lines that were found differ from those that were signed; both are leaf hashes, joined.
 *
 * A line that was split, joined, added or removed moves all that follow it: those are found again by their hashes, so
 * that only what was changed is named. Where lines only changed places, each place is named. A line that is in no gap is
 * the entry that was signed, with as many entries before it as lines, less those that gaps have more or fewer.
 */
export function gapsBetween(found: Uint8Array, signed: Uint8Array): readonly Gap[] {
  const lines = found.length / HASH_OCTETS;
  const entries = signed.length / HASH_OCTETS;
  let first = 0;
  while (first < Math.min(lines, entries) && sameHash(found, first, signed, first)) first++;
  let last = 0;
  while (last < Math.min(lines, entries) - first && sameHash(found, lines - 1 - last, signed, entries - 1 - last)) last++;
  const middle: Gap = { line: first, lineEnd: lines - last, entry: first, entryEnd: entries - last };
  const byContent = aroundAnchors(middle, found, signed);
  if (lines !== entries) return byContent;
  const byPlace: Gap[] = [];
  for (let at = middle.line; at < middle.lineEnd; at++) {
    if (!sameHash(found, at, signed, at)) byPlace.push({ line: at, lineEnd: at + 1, entry: at, entryEnd: at + 1 });
  }
  const touched = byContent.reduce((sum, gap) => sum + Math.max(gap.lineEnd - gap.line, gap.entryEnd - gap.entry), 0);
  return byPlace.length <= touched && changedPlaces(byPlace, found, signed) ? byPlace : byContent;
}

/** Whether the lines of other entries in these gaps, of one line each, only changed places among themselves. */
function changedPlaces(gaps: readonly Gap[], found: Uint8Array, signed: Uint8Array): boolean {
  const entries = new Set(gaps.map((gap) => hex(hashAt(signed, gap.entry))));
  const lines = new Set(gaps.map((gap) => hex(hashAt(found, gap.line))));
  return gaps.every((gap) => !entries.has(hex(hashAt(found, gap.line))) || lines.has(hex(hashAt(signed, gap.entry))));
}

export function hashAt(hashes: Uint8Array, index: number): Uint8Array {
  return hashes.subarray(index * HASH_OCTETS, (index + 1) * HASH_OCTETS);
}

export function sameHash(a: Uint8Array, i: number, b: Uint8Array, j: number): boolean {
  for (let at = 0; at < HASH_OCTETS; at++) if (a[i * HASH_OCTETS + at] !== b[j * HASH_OCTETS + at]) return false;
  return true;
}

/** The gaps between the lines of `middle` that stand in the order of their entries: as many as there can be. */
function aroundAnchors(middle: Gap, found: Uint8Array, signed: Uint8Array): readonly Gap[] {
  const places = new Map<string, number>();
  for (let entry = middle.entryEnd - 1; entry >= middle.entry; entry--) places.set(hex(hashAt(signed, entry)), entry);
  const known: [line: number, entry: number][] = [];
  for (let line = middle.line; line < middle.lineEnd; line++) {
    const entry = places.get(hex(hashAt(found, line)));
    if (entry !== undefined) known.push([line, entry]);
  }
  const gaps: Gap[] = [];
  let { line, entry } = middle;
  const end: [number, number] = [middle.lineEnd, middle.entryEnd];
  for (const [nextLine, nextEntry] of [...increasing(known), end]) {
    if (nextLine > line || nextEntry > entry) gaps.push({ line, lineEnd: nextLine, entry, entryEnd: nextEntry });
    line = nextLine + 1;
    entry = nextEntry + 1;
  }
  return gaps;
}

/** The longest part of the pairs whose second members grow too (patience sorting). */
function increasing(pairs: readonly [number, number][]): readonly [number, number][] {
  const tops: number[] = [];
  const before: number[] = [];
  pairs.forEach(([, entry], at) => {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const half = (low + high) >> 1;
      if ((pairs[tops[half] as number] as [number, number])[1] < entry) low = half + 1;
      else high = half;
    }
    before.push(low > 0 ? (tops[low - 1] as number) : -1);
    tops[low] = at;
  });
  const longest: [number, number][] = [];
  for (let at = tops[tops.length - 1] ?? -1; at >= 0; at = before[at] as number) longest.push(pairs[at] as [number, number]);
  return longest.reverse();
}
