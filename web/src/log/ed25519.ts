import { Point } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { joined, same, type Octets } from "./octets";

/** Whether `signature` is that of `message` under `publicKey`, 32 octets. */
export type Verify = (publicKey: Octets, message: Octets, signature: Octets) => Promise<boolean>;

/**
 * RFC 8032, section 5.1.7, as OpenSSL decides it: S below the order, and [S]B - [k]A, encoded, is R octet for octet.
 *
 * The library's own `verify` multiplies by the cofactor first and would take signatures that `agora log verify` refuses.
 */
export const verifyByNoble: Verify = async (publicKey, message, signature) => {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  const order = Point.CURVE().n;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= order) return false;
  try {
    const key = Point.fromBytes(publicKey, true); // lax as OpenSSL is: what is not canonical, parseVkey refuses
    const k = littleEndian(sha512(joined(r, publicKey, message))) % order;
    return same(Point.BASE.multiply(s, false).subtract(key.multiply(k, false)).toBytes(), r);
  } catch {
    return false; // no point of the curve
  }
};

function littleEndian(octets: Uint8Array): bigint {
  let number = 0n;
  for (let at = octets.length - 1; at >= 0; at--) number = (number << 8n) | BigInt(octets[at] as number);
  return number;
}

export function verifyByBrowser(subtle: SubtleCrypto): Verify {
  let last: { readonly publicKey: Octets; readonly key: CryptoKey } | undefined; // a log's checkpoints are all under one
  return async (publicKey, message, signature) => {
    try {
      if (!last || !same(last.publicKey, publicKey)) {
        last = { publicKey, key: await subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]) };
      }
      return await subtle.verify("Ed25519", last.key, signature, message);
    } catch {
      return false;
    }
  };
}

/** One signature that fits, and two that only a laxer equation lets pass: with the cofactor, and with S not below the order. */
const KNOWN: readonly (readonly [fits: boolean, publicKey: string, message: string, signature: string])[] = [
  [
    true,
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    false,
    "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
    "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
    "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
  ],
  [
    false,
    "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
    "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
    "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
  ],
];

/** The browser's own Ed25519 where it decides the known cases as OpenSSL does, else the library's curve; chosen once. */
export async function chooseVerify(subtle: SubtleCrypto | undefined): Promise<Verify> {
  if (!subtle) return verifyByNoble;
  const own = verifyByBrowser(subtle);
  for (const [fits, publicKey, message, signature] of KNOWN) {
    if ((await own(fromHex(publicKey), fromHex(message), fromHex(signature))) !== fits) return verifyByNoble;
  }
  return own;
}

function fromHex(text: string): Octets {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

let chosen: Promise<Verify> | undefined;

export function ed25519(): Promise<Verify> {
  chosen ??= chooseVerify(globalThis.crypto?.subtle);
  return chosen;
}
