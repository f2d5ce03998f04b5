import { hashAt, type Gap } from "./align";
import { claimedSeq } from "./lines";
import { hex } from "./octets";
import type { Bad } from "./state";
import { HASH_OCTETS } from "./tree";

/** What was found of a log's lines: their leaf hashes, joined (zeros for a line that nobody writes), and the lines themselves. */
export interface Found {
  readonly hashes: Uint8Array;
  /** The lines from one index up to another, as they are written. */
  readonly between: (first: number, end: number) => Promise<readonly string[]>;
}

const MISSING = "it is missing: no line in its place";

/** Whether an entry has no line at all. */
export function isMissing(bad: Bad): boolean {
  return bad.line === null;
}

/**
 * The entries that are not what was signed, by the leaf hashes that are kept; these must have the signed root.
 *
 * `gaps` are those between the lines and them: no entry is named that stands there octet for octet.
 */
export async function badEntries(gaps: readonly Gap[], found: Found, signed: Uint8Array): Promise<readonly Bad[]> {
  const places = new Map<string, number>();
  for (let entry = 0; entry < signed.length / HASH_OCTETS; entry++) places.set(hex(hashAt(signed, entry)), entry);
  const away = new Set<number>();
  for (const { entry, entryEnd } of gaps) for (let at = entry; at < entryEnd; at++) away.add(at);
  const bad: Bad[] = [];
  for (const gap of gaps) {
    const lines = await found.between(gap.line, gap.lineEnd);
    const others = lines.map((_, at) => places.get(hex(hashAt(found.hashes, gap.line + at))));
    bad.push(...new Stretch(gap, lines, others, (entry) => !away.has(entry), signed.length / HASH_OCTETS).bad());
  }
  return bad;
}

/** One gap, told from its first entry on. */
class Stretch {
  constructor(
    private readonly gap: Gap,
    private readonly lines: readonly string[],
    /** The entry that each line is octet for octet, if it is one. */
    private readonly others: readonly (number | undefined)[],
    private readonly inPlace: (entry: number) => boolean,
    private readonly size: number,
  ) {}

  bad(): readonly Bad[] {
    const { entry: first, entryEnd: end, line, lineEnd } = this.gap;
    if (first === end) return [{ seq: first, why: this.added(), line, lineEnd, added: true }];
    const at = this.inPlaces(end - first);
    return at.map((from, index): Bad => {
      if (from === null) return { seq: first + index, why: MISSING, line: null, lineEnd: null };
      const next = at.slice(index + 1).find((one) => one !== null) ?? this.lines.length;
      return { seq: first + index, why: this.why(first + index, from), line: line + (index === 0 ? 0 : from), lineEnd: line + next };
    });
  }

  /** The line in each entry's place: where there are fewer than entries, by what they say of themselves. */
  private inPlaces(entries: number): readonly (number | null)[] {
    const short = entries - this.lines.length;
    const places = new Array<number | null>(entries).fill(null);
    let left = Math.max(short, 0);
    let place = 0;
    for (let at = 0; at < Math.min(entries, this.lines.length); at++) {
      const claimed = claimedSeq(this.lines[at] as string);
      const ahead = claimed === null ? 0 : claimed - this.gap.entry - place;
      if (ahead > 0 && ahead <= left) {
        place += ahead;
        left -= ahead;
      }
      places[place++] = at;
    }
    return places;
  }

  private why(entry: number, at: number): string {
    const written = this.lines[at] as string;
    const other = this.others[at];
    if (other !== undefined) return `entry ${other} stands ${this.inPlace(other) ? "a second time, " : ""}in its place`;
    if (written.includes("\n")) return "it was changed: a newline came into it";
    if (written.slice(0, -1).endsWith(`"seq":${entry}}`)) return "the newline after it was changed";
    return "it was changed: its octets are not those that were signed";
  }

  private added(): string {
    const count = this.gap.lineEnd - this.gap.line;
    const [other] = this.others;
    const again = other !== undefined && this.inPlace(other) ? " a second time" : "";
    const what = count > 1 ? `${count} lines that were not signed stand` : other === undefined ? "a line that was not signed stands" : `entry ${other} stands${again}`;
    return this.gap.entry === this.size ? `${what} after the last entry` : `${what} before it`;
  }
}
