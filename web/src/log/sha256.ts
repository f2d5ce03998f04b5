import { sha256 as ofNoble } from "@noble/hashes/sha2.js";
import type { Octets } from "./octets";

/** SHA-256 where many small pieces are hashed: at once, since asking the browser for each would cost as much as hashing it. */
export function sha256(octets: Uint8Array): Octets {
  return ofNoble(octets) as Octets;
}

export type Digest = (octets: Octets) => Promise<Octets>;

/** SHA-256 by the browser's own WebCrypto where it has one (a page from a plain file or over http may not), else by the library. */
export function digestWith(subtle: Pick<SubtleCrypto, "digest"> | undefined): Digest {
  return subtle ? async (octets) => new Uint8Array(await subtle.digest("SHA-256", octets)) : async (octets) => sha256(octets);
}

/** For what is long: blobs and prompts. */
export const digest: Digest = digestWith(globalThis.crypto?.subtle);
