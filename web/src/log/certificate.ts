import { checkOrigin } from "./checkpoint";
import type { Verify } from "./ed25519";
import { LogFault } from "./fault";
import { parseVkey, type Verifier } from "./keys";
import { openNote, parseNote } from "./note";

const HEADER = "agoranomos run certificate v1";

/** The key that a certificate binds to its origin, whoever signed it; raises `LogFault` when it is malformed. */
export function readCertificate(note: Uint8Array): Verifier {
  const lines = parseNote(note).text.split("\n");
  if (lines.length !== 4 || lines[0] !== HEADER) {
    throw new LogFault("damaged", `not a certificate: ${HEADER}, an origin and a key were expected`);
  }
  const log = parseVkey(lines[2] as string);
  if (checkOrigin(lines[1] as string) !== log.name) throw new LogFault("tampered", `it names origin ${lines[1]} and a key of ${log.name}`);
  return log;
}

/** The trusted key that signed the certificate; raises `LogFault`, `undecided` where there is none. */
export async function certifiedBy(note: Uint8Array, trusted: readonly Verifier[], verify: Verify): Promise<Verifier> {
  const { verified } = await openNote(note, trusted, verify);
  return verified[0] as Verifier;
}
