import { sha256 } from "./sha256";
import type { Octets } from "./octets";

/** The Merkle tree of RFC 6962, section 2.1: a leaf's hash and a node's begin with different octets. */

export const HASH_OCTETS = 32;
export const EMPTY_ROOT: Octets = sha256(new Uint8Array(0));

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/** Hashes leaf after leaf in one buffer. */
export class LeafHasher {
  private buffer = new Uint8Array(1 << 12);

  /** SHA-256 of 0x00 and the entry. */
  hash(entry: Uint8Array): Octets {
    if (entry.length + 1 > this.buffer.length) this.buffer = new Uint8Array(2 * entry.length + 1);
    this.buffer[0] = LEAF_PREFIX;
    this.buffer.set(entry, 1);
    return sha256(this.buffer.subarray(0, entry.length + 1));
  }
}

export function leafHash(entry: Uint8Array): Octets {
  return new LeafHasher().hash(entry);
}

/** SHA-256 of 0x01, the left and the right hash. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Octets {
  const pair = new Uint8Array(1 + 2 * HASH_OCTETS);
  pair[0] = NODE_PREFIX;
  pair.set(left, 1);
  pair.set(right, 1 + HASH_OCTETS);
  return sha256(pair);
}

/** The roots of the largest complete subtrees over the leaves so far: all that a growing tree must keep. */
export class CompactRange {
  size = 0;
  /** By height; set exactly where the size has a 1 bit. */
  private readonly complete: (Octets | undefined)[] = [];

  add(leaf: Octets): void {
    let root = leaf;
    let height = 0;
    for (let left = this.complete[0]; left; left = this.complete[++height]) {
      root = nodeHash(left, root);
      this.complete[height] = undefined;
    }
    this.complete[height] = root;
    this.size++;
  }

  get root(): Octets {
    let root: Octets | undefined;
    for (const subtree of this.complete) if (subtree) root = root ? nodeHash(subtree, root) : subtree;
    return root ?? EMPTY_ROOT;
  }
}

/** The root over leaf hashes, 32 octets each, joined. */
export function rootOf(leaves: Uint8Array): Octets {
  const range = new CompactRange();
  for (let at = 0; at + HASH_OCTETS <= leaves.length; at += HASH_OCTETS) range.add(leaves.slice(at, at + HASH_OCTETS) as Octets);
  return range.root;
}
