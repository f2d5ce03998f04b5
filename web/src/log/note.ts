import type { Verify } from "./ed25519";
import { LogFault } from "./fault";
import { checkKeyName, type Verifier } from "./keys";
import { decoded, encoded, hex, strictBase64, type Octets } from "./octets";

/** Signed notes (c2sp.org/signed-note): a text, an empty line, and signature lines. */

const MAX_NOTE_OCTETS = 1 << 20;
const MAX_SIGNATURES = 100;
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f]/;
const SIGNATURE_LINE = /^— ([^ \n]+) ([A-Za-z0-9+/=]+)$/;

export interface NoteSignature {
  readonly name: string;
  readonly id: string;
  readonly signature: Octets;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

function malformed(why: string): LogFault {
  return new LogFault("damaged", `not a signed note: ${why}`);
}

/** The parts of a note, none verified; raises `LogFault` unless it is well formed. */
export function parseNote(data: Uint8Array): Note {
  if (data.length > MAX_NOTE_OCTETS) throw malformed(`${data.length} octets; at most ${MAX_NOTE_OCTETS} are read`);
  const message = decoded(data);
  if (message === null) throw malformed("not UTF-8");
  if (CONTROL.test(message)) throw malformed("it holds a control character");
  const blank = message.lastIndexOf("\n\n");
  if (blank < 0 || !message.endsWith("\n") || blank + 2 === message.length) {
    throw malformed("a text, an empty line and signature lines were expected");
  }
  const lines = message.slice(blank + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw malformed(`${lines.length} signatures; at most ${MAX_SIGNATURES} are read`);
  return { text: message.slice(0, blank + 1), signatures: lines.map(signature) };
}

function signature(line: string): NoteSignature {
  const match = SIGNATURE_LINE.exec(line);
  if (!match) throw malformed("a signature line is malformed");
  const data = strictBase64(match[2] as string);
  if (data.length < 5) throw malformed("a signature is too short");
  return { name: checkKeyName(match[1] as string), id: hex(data.subarray(0, 4)), signature: data.slice(4) };
}

/**
 * The note's text, and who of `keys` signed it; lines of other keys are ignored.
 *
 * Raises `LogFault`: `tampered` when the signature of a known key fails, `undecided` when none of them signed.
 */
export async function openNote(data: Uint8Array, keys: readonly Verifier[], verify: Verify): Promise<{ readonly text: string; readonly verified: readonly Verifier[] }> {
  const note = parseNote(data);
  const message = encoded(note.text);
  const verified: Verifier[] = [];
  for (const line of note.signatures) {
    const known = keys.filter((key) => key.name === line.name && key.id === line.id);
    if (known.length > 1) throw new LogFault("undecided", `two of the keys given are both ${line.name}+${line.id}`);
    const key = known[0];
    if (!key || verified.includes(key)) continue;
    if (!(await verify(key.publicKey, message, line.signature))) {
      throw new LogFault("tampered", `the signature of ${key.name} does not fit the text`);
    }
    verified.push(key);
  }
  if (verified.length) return { text: note.text, verified };
  const signers = note.signatures.slice(0, 3).map((line) => `${line.name}+${line.id}`);
  throw new LogFault("undecided", `signed by no key that was given (signed by ${signers.join(", ")})`);
}
