import { getPublicKeyAsync, signAsync } from "@noble/ed25519";
import { keyId } from "../src/log/keys";
import { base64, encoded, joined, type Octets } from "../src/log/octets";
import { checkLog, type LogState } from "../src/log/state";
import { leafHash, rootOf } from "../src/log/tree";
import type { RunSource, Seals, Verdict } from "../src/source/source";

/** Logs that are signed here, so that anything can be signed: also what no program of ours would sign. */

interface Key {
  readonly name: string;
  readonly vkey: string;
  readonly note: (text: string) => Promise<string>;
}

async function keyOf(name: string, octet: number): Promise<Key> {
  const secret = new Uint8Array(32).fill(octet);
  const publicKey = Uint8Array.from(await getPublicKeyAsync(secret)) as Octets;
  const id = keyId(name, publicKey);
  const idOctets = Uint8Array.from(id.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return {
    name,
    vkey: `${name}+${id}+${base64(joined(Uint8Array.of(1), publicKey))}`,
    note: async (text) => `${text}\n— ${name} ${base64(joined(idOctets, await signAsync(encoded(text), secret)))}\n`,
  };
}

export interface SignedLog {
  readonly seals: Seals & { readonly signed: string };
  readonly workspace: string;
}

/** A log that is closed with these entries, and certified by a workspace; each is signed as the octets of its text. */
export async function signedLog(entries: readonly string[]): Promise<SignedLog> {
  const [workspace, own] = await Promise.all([keyOf("workspace", 1), keyOf("lab/plan/arm/0/1", 2)]);
  const leaves = joined(...entries.map((entry) => leafHash(encoded(entry))));
  const checkpoint = await own.note(`${own.name}\n${entries.length}\n${base64(rootOf(leaves))}\n`);
  const certificate = await workspace.note(`agoranomos run certificate v1\n${own.name}\n${own.vkey}\n`);
  const seals = { origin: own.name, vkey: `${own.vkey}\n`, certificate, checkpoint, signed: checkpoint, leaves, trusted: [workspace.vkey] };
  return { seals, workspace: workspace.vkey };
}

/** A source as a server's: raw lines, in portions of seven. */
export function sourceOf(log: SignedLog, lines: readonly string[], seals: Partial<SignedLog["seals"]> = {}, verdict?: () => Promise<Verdict>): RunSource {
  const source: RunSource = {
    title: "run",
    seals: async () => ({ ...log.seals, ...seals }),
    async *lines() {
      for (let first = 0; first < lines.length; first += 7) yield lines.slice(first, first + 7);
    },
    drawings: async () => ({}),
    spoken: async () => ({ calls: [], why: "" }),
    blob: async () => null,
  };
  return verdict ? { ...source, verdict } : source;
}

/** All that a check says, the last of it the verdict. */
export async function reportsOf(source: RunSource): Promise<readonly LogState[]> {
  const reports: LogState[] = [];
  await checkLog(source, (state) => reports.push(state));
  return reports;
}

export async function stateOf(source: RunSource): Promise<LogState> {
  return (await reportsOf(source)).at(-1) as LogState;
}
