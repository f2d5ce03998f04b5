import type { Checkpoint } from "./checkpoint";
import { claimedSeq, type Lines } from "./lines";
import { same } from "./octets";
import type { Slices } from "./slices";
import { CompactRange, HASH_OCTETS, LeafHasher } from "./tree";

/** The longest entry: its length must fit the two octets that C2SP's entry bundles give it. */
const MAX_ENTRY_OCTETS = 65_535;

/** One pass over all lines: each to its leaf, every leaf to the roots that were signed. */
export interface Passed {
  /** Leaf hashes, joined; zeros for a line that nobody writes. */
  readonly hashes: Uint8Array;
  readonly count: number;
  /** How many checkpoints' roots fit, from the first on. */
  readonly fitting: number;
  /** Lines that do not end in their index, with the index that they state. */
  readonly misnumbered: readonly { readonly at: number; readonly claimed: number | null }[];
  readonly tooLong: readonly number[];
  /** Lines that hold a newline: signed or not, no log has such an entry, since its file has another one there. */
  readonly torn: readonly number[];
  /** Whether the last line says that the run closed. */
  readonly closed: boolean;
}

const CLOSED = /"kind":"closed","round":\d+,"seq":\d+\}$/;
const NEWLINE = 10;

export async function passOver(lines: Lines, checkpoints: readonly Checkpoint[], slices: Slices, watch: (count: number) => void): Promise<Passed> {
  let hashes = new Uint8Array(1 << 16);
  let count = 0;
  let fitting = 0;
  let broken = false;
  const misnumbered: { at: number; claimed: number | null }[] = [];
  const tooLong: number[] = [];
  const torn: number[] = [];
  let last = "";
  const hasher = new LeafHasher();
  const range = new CompactRange();
  for await (const portion of lines.written()) {
    for (const written of portion) {
      const octets = lines.octets(written);
      const leaf = octets ? hasher.hash(octets) : new Uint8Array(HASH_OCTETS);
      if ((count + 1) * HASH_OCTETS > hashes.length) {
        const longer = new Uint8Array(2 * hashes.length);
        longer.set(hashes);
        hashes = longer;
      }
      hashes.set(leaf, count * HASH_OCTETS);
      if (octets && octets.length > MAX_ENTRY_OCTETS) tooLong.push(count);
      if (octets?.includes(NEWLINE)) torn.push(count);
      last = written;
      if (!written.endsWith(`"seq":${count}}`)) misnumbered.push({ at: count, claimed: claimedSeq(written) });
      range.add(leaf);
      count++;
      const due = checkpoints[fitting];
      if (!broken && due?.size === count) {
        if (same(range.root, due.root)) fitting++;
        else broken = true;
      }
      if (slices.due) {
        watch(count);
        await slices.rest();
      }
    }
  }
  return { hashes: hashes.subarray(0, count * HASH_OCTETS), count, fitting, misnumbered, tooLong, torn, closed: CLOSED.test(last) };
}
