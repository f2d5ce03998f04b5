import type { Verify } from "./ed25519";
import { LogFault } from "./fault";
import { checkKeyName, type Verifier } from "./keys";
import { openNote } from "./note";
import { strictBase64, type Octets } from "./octets";
import { HASH_OCTETS } from "./tree";

/** The head of a log (c2sp.org/tlog-checkpoint): whose it is, how many entries, and the root over them. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Octets;
}

const SIZE = /^(0|[1-9][0-9]{0,18})$/;
const MAX_SIZE = 2n ** 63n - 1n;
const RESERVED = ["DSSEv1", "cosignature/", "subtree/"];

/** `origin` itself; raises `LogFault` when it is no key name, or could pass for another signed text. */
export function checkOrigin(origin: string): string {
  if (RESERVED.some((start) => origin.startsWith(start)) || !/^[\x00-\x7f]*$/.test(origin)) {
    throw new LogFault("damaged", `${JSON.stringify(origin.slice(0, 80))} is no origin`);
  }
  return checkKeyName(origin);
}

/** The checkpoint of a note's text; raises `LogFault` for anything but exactly three well-formed lines. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split("\n");
  if (lines.length !== 4 || lines[3]) throw new LogFault("damaged", "not a checkpoint: exactly three lines (origin, size, root) were expected");
  const [origin, size, root] = lines as [string, string, string];
  if (!SIZE.test(size) || BigInt(size) > MAX_SIZE) throw new LogFault("damaged", `not a checkpoint: ${JSON.stringify(size.slice(0, 40))} is not a size`);
  const hash = strictBase64(root);
  if (hash.length !== HASH_OCTETS) throw new LogFault("damaged", `not a checkpoint: the root has ${hash.length} octets, not ${HASH_OCTETS}`);
  return { origin: checkOrigin(origin), size: Number(size), root: hash };
}

/** The checkpoint of a note that the log's key signed, whose name is the origin; raises `LogFault` otherwise. */
export async function openCheckpoint(note: Uint8Array, signer: Verifier, verify: Verify): Promise<Checkpoint> {
  let checkpoint: Checkpoint;
  try {
    checkpoint = parseCheckpoint((await openNote(note, [signer], verify)).text);
  } catch (error) {
    // The log's key is at hand: a note without its signature is a forgery, not a question of trust.
    if (error instanceof LogFault && error.kind === "undecided") throw new LogFault("tampered", error.message);
    throw error;
  }
  if (checkpoint.origin !== signer.name) throw new LogFault("tampered", `it is of origin ${checkpoint.origin}, the key of ${signer.name}`);
  return checkpoint;
}
