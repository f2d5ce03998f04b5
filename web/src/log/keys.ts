import { LogFault } from "./fault";
import { encoded, hex, joined, strictBase64, type Octets } from "./octets";
import { sha256 } from "./sha256";

/** A public Ed25519 key under a name, in the C2SP form `name+keyid+base64(0x01 || public key)` (c2sp.org/signed-note). */
export interface Verifier {
  readonly name: string;
  readonly publicKey: Octets;
  /** Four octets in hex: of SHA-256 over name, newline, 0x01 and the public key. */
  readonly id: string;
  readonly vkey: string;
}

const VKEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;
const ED25519 = 1;
const FIELD_PRIME = 2n ** 255n - 19n;

/** Canonical encodings of points of small order, sign bit cleared: under such a key one signature can fit many messages. */
const SMALL_ORDER = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
]);

/** `name` itself; raises `LogFault` for what is no key name: empty, with a space, a `+`, or what cannot be printed. */
export function checkKeyName(name: string): string {
  if (!name || /[+\s\p{C}\p{Z}]/u.test(name)) throw new LogFault("damaged", `${JSON.stringify(name.slice(0, 80))} is no key name`);
  return name;
}

export function keyId(name: string, publicKey: Octets): string {
  return hex(sha256(joined(encoded(`${name}\n`), Uint8Array.of(ED25519), publicKey)).subarray(0, 4));
}

/** The verifier of a vkey; raises `LogFault` when it is none, its key id is wrong, or the key is refused. */
export function parseVkey(vkey: string): Verifier {
  const match = VKEY.exec(vkey);
  if (!match) throw new LogFault("damaged", `${JSON.stringify(vkey.slice(0, 120))} is no public key (name+keyid+base64)`);
  const [, name, id, key] = match as unknown as [string, string, string, string];
  const data = strictBase64(key);
  if (data[0] !== ED25519) throw new LogFault("damaged", `the key of ${name} is not of type 1 (Ed25519)`);
  const publicKey = checkPublicKey(checkKeyName(name), data.slice(1));
  if (keyId(name, publicKey) !== id) throw new LogFault("tampered", `the key of ${name} does not have the key id that it states`);
  return { name, publicKey, id, vkey };
}

function checkPublicKey(name: string, publicKey: Octets): Octets {
  if (publicKey.length !== 32) throw new LogFault("damaged", `the public key of ${name} has ${publicKey.length} octets, not 32`);
  const unsigned = publicKey.slice();
  unsigned[31] = (unsigned[31] as number) & 0x7f;
  const y = BigInt(`0x${hex(unsigned.slice().reverse())}`);
  if (SMALL_ORDER.has(hex(unsigned)) || y >= FIELD_PRIME) {
    throw new LogFault("tampered", `the public key of ${name} is of small order or not canonical: refused`);
  }
  return publicKey;
}

/** `NAME+hash`, as people compare keys. */
export function shortKey(key: Verifier): string {
  return `${key.name}+${key.id}`;
}
