import { gapsBetween, hashAt, sameHash, type Gap } from "./align";
import { hex } from "./octets";
import { HASH_OCTETS } from "./tree";

export interface Bad {
  readonly seq: number;
  readonly why: string;
}

/** What was found of a log's lines: their leaf hashes, joined (zeros for a line that nobody writes), and the lines themselves. */
export interface Found {
  readonly hashes: Uint8Array;
  /** The lines from one index up to another, as they are written. */
  readonly between: (first: number, end: number) => Promise<readonly string[]>;
}

const MISSING = "it is missing: no line in its place";

/**
 * The entries that are not what was signed, by the leaf hashes that are kept; these must have the signed root.
 *
 * Entries are found again where lines were added or are gone, so no entry is named that stands there octet for octet.
 */
export async function badEntries(found: Found, signed: Uint8Array): Promise<readonly Bad[]> {
  const places = new Map<string, number>();
  for (let entry = 0; entry < signed.length / HASH_OCTETS; entry++) places.set(hex(hashAt(signed, entry)), entry);
  const bad: Bad[] = [];
  for (const gap of gapsBetween(found.hashes, signed)) {
    const lines = await found.between(gap.line, gap.lineEnd);
    bad.push(...new Stretch(gap, lines, found, signed, places).bad());
  }
  return bad;
}

/** One gap, told from its first entry on. */
class Stretch {
  constructor(
    private readonly gap: Gap,
    private readonly lines: readonly string[],
    private readonly found: Found,
    private readonly signed: Uint8Array,
    private readonly places: ReadonlyMap<string, number>,
  ) {}

  bad(): readonly Bad[] {
    const { entry: first, entryEnd: end } = this.gap;
    if (first === end) return [{ seq: first, why: this.added() }];
    return Array.from({ length: end - first }, (_, at) => ({ seq: first + at, why: this.why(first + at, at) }));
  }

  private why(entry: number, at: number): string {
    const written = this.lines[at];
    if (written === undefined) return MISSING;
    const other = this.places.get(hex(hashAt(this.found.hashes, this.gap.line + at)));
    if (other !== undefined) {
      const twice = (other + 1) * HASH_OCTETS <= this.found.hashes.length && sameHash(this.found.hashes, other, this.signed, other);
      return `entry ${other} stands ${twice ? "a second time, " : ""}in its place`;
    }
    if (written.includes("\n")) return "it was changed: a newline came into it";
    if (written.slice(0, -1).endsWith(`"seq":${entry}}`)) return "the newline after it was changed";
    return "it was changed: its octets are not those that were signed";
  }

  private added(): string {
    const count = this.gap.lineEnd - this.gap.line;
    const other = this.places.get(hex(hashAt(this.found.hashes, this.gap.line)));
    const what = count > 1 ? `${count} lines that were not signed stand` : other === undefined ? "a line that was not signed stands" : `entry ${other} stands a second time`;
    return this.gap.entry * HASH_OCTETS === this.signed.length ? `${what} after the last entry` : `${what} before it`;
  }
}
