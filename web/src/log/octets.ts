import { LogFault } from "./fault";

export type Octets = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encoded(text: string): Octets {
  return ENCODER.encode(text) as Octets;
}

/** The text of UTF-8, or null where it is none. */
export function decoded(octets: Uint8Array): string | null {
  try {
    return STRICT.decode(octets);
  } catch {
    return null;
  }
}

export function joined(...pieces: readonly Uint8Array[]): Octets {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}

export function hex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet.toString(16).padStart(2, "0");
  return text;
}

export function base64(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 8192) text += String.fromCharCode(...octets.subarray(at, at + 8192));
  return btoa(text);
}

/** The octets of canonical base64, padding bits included; raises `LogFault` for anything else. */
export function strictBase64(text: string): Octets {
  let raw = "";
  try {
    raw = atob(text);
  } catch {
    throw new LogFault("damaged", "not canonical base64");
  }
  if (btoa(raw) !== text) throw new LogFault("damaged", "not canonical base64"); // junk and stray padding bits
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}
