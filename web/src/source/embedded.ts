import { fileText, linesOfElement, readLine } from "../bundle/written";
import type { CallRecord, Entry, RoundBody } from "../record/types";
import type { Sealed, WrittenSource } from "../log/lines";
import { hex, joined, strictBase64, type Octets } from "../log/octets";
import { segmented } from "../log/segmented";
import { digest } from "../log/sha256";
import type { Drawing } from "../ui/drawing";
import type { Spoken } from "./source";

const PORTION = 2000;
const MAX_UNPACKED = 1 << 28;
const MAX_ORIGIN = 200;
/** A blob's line: its digest, a blank, and its content. */
const BLOB = /^[0-9a-f]{64} /;

/** The text of a bundle's element by its id, as HTML gives it; null where there is none. */
export type ElementText = (id: string) => string | null;

export interface About {
  /** What whoever made the file calls the run; nobody signed it. */
  readonly title: string;
  readonly program: string;
  /** Why there are no prompts, or not all; empty where all are there or there are none to be had. */
  readonly prompts: string;
}

/** What the bundle says of itself; nothing vouches for it. */
export function aboutOf(element: ElementText): About {
  let said: Record<string, unknown> = {};
  try {
    said = Object(JSON.parse(fileText(element("about") ?? ""))) as Record<string, unknown>;
  } catch {
    // Changed: the log does not depend on it.
  }
  const text = (name: string): string => (typeof said[name] === "string" ? said[name] : "");
  return { title: text("title"), program: text("program"), prompts: text("prompts") };
}

/** A run from the page's own text. */
export function fromPage(element: ElementText): WrittenSource {
  const { prompts } = aboutOf(element);
  const packed = blobsOf(linesIn(element, "blobs"));
  let entries: readonly string[] | undefined; // split once, when somebody first reads them
  const source: WrittenSource = {
    title: originIn(element),
    seals: async () => sealsOf(element),
    written: () => segmented(portions((entries ??= linesIn(element, "entries")))),
    octets: readLine,
    blobs: () => [...packed.keys()],
    async *lines() {
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      for await (const portion of source.written()) {
        yield portion.map((line) => {
          const octets = line.includes("%") ? readLine(line) : null;
          return octets ? decoder.decode(octets) : line;
        });
      }
    },
    drawings: async () => JSON.parse(fileText(element("drawings") ?? "") || "{}") as Record<string, Drawing>,
    async spoken() {
      const packs = linesIn(element, "prompts");
      if (!packs.length) return { calls: [], why: prompts };
      return heldToLog(packs, source, prompts);
    },
    async blob(sha256) {
      const pack = packed.get(sha256);
      if (pack === undefined) return null;
      try {
        return await unpacked(pack);
      } catch {
        return null; // no base64, or no gzip: it was changed
      }
    },
  };
  return source;
}

async function* portions(lines: readonly string[]): AsyncIterable<readonly string[]> {
  for (let first = 0; first < lines.length; first += PORTION) yield lines.slice(first, first + PORTION);
}

function linesIn(element: ElementText, id: string): string[] {
  return linesOfElement(element(id) ?? "");
}

/** Whose log it is, as the signed checkpoint says: the name of the run. It is worth what the verdict says. */
function originIn(element: ElementText): string {
  const [origin] = fileText(element("checkpoint") ?? "").split("\n");
  return (origin || vkeyIn(element).split("+")[0] || "a run").slice(0, MAX_ORIGIN);
}

function vkeyIn(element: ElementText): string {
  return fileText(element("log.vkey") ?? "");
}

export function sealsOf(element: ElementText): Sealed {
  const vkey = vkeyIn(element);
  const notes = element("checkpoints");
  const seals: Sealed = {
    origin: vkey.split("+")[0] ?? "",
    vkey,
    certificate: fileText(element("certificate") ?? ""),
    checkpoint: fileText(element("checkpoint") ?? ""),
    leaves: leavesOf(linesIn(element, "leaves")),
    trusted: [],
  };
  return notes === null ? seals : { ...seals, journal: journalOf(linesOfElement(notes)) };
}

/** The notes of a journal; of an empty one a note that is none, since a log that was signed has at least one. */
function journalOf(lines: readonly string[]): readonly Octets[] {
  return lines.length ? lines.map((note) => readLine(note) ?? new Uint8Array(0)) : [new Uint8Array(0)];
}

/** Packed blobs by their digests; under a name that is no digest what is no blob, or is there already. */
function blobsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const packed = new Map<string, string>();
  for (const line of lines) {
    const name = line.slice(0, 64);
    if (BLOB.test(line) && !packed.has(name)) packed.set(name, line.slice(65));
    else packed.set(`${name}…`, "");
  }
  return packed;
}

/** Leaf hashes, joined; zeros, which are none, for what nobody writes. */
function leavesOf(lines: readonly string[]): Octets {
  const leaves = new Uint8Array(32 * lines.length);
  lines.forEach((line, at) => {
    try {
      const hash = strictBase64(line);
      if (hash.length === 32) leaves.set(hash, 32 * at);
    } catch {
      // Zeros say enough.
    }
  });
  return leaves;
}

async function unpacked(base64: string): Promise<Octets> {
  const packed = new Blob([strictBase64(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = packed.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > MAX_UNPACKED) throw new RangeError("it unpacks to more than any blob may hold");
    pieces.push(read.value);
  }
  return joined(...pieces);
}

/**
 * The prompts whose digest the log holds at their place. A pack is lines by twos: `[agent, round, call, model]`, and the
 * text that the digest is over. What does not fit is left out and counted.
 */
async function heldToLog(packs: readonly string[], source: WrittenSource, why: string): Promise<{ calls: Spoken[]; why: string }> {
  const recorded = await recordedCalls(source);
  const calls: Spoken[] = [];
  let unfit = 0;
  for (const pack of packs) {
    let lines: string[];
    try {
      lines = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await unpacked(pack)).split("\n");
    } catch {
      unfit++;
      continue;
    }
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const spoken = await one(lines[at] as string, lines[at + 1] as string, recorded);
      if (spoken) calls.push(spoken);
      else unfit++;
    }
  }
  const left = unfit ? `${unfit} of the prompts in this file are not those that the log holds the digests of: left out` : "";
  return { calls, why: [why, left].filter(Boolean).join("; ") };
}

async function one(head: string, text: string, recorded: ReadonlyMap<string, CallRecord>): Promise<Spoken | null> {
  try {
    const [agent, round, call, model] = JSON.parse(head) as [string, number, number, string];
    const expected = recorded.get(placeOf(agent, round, call))?.prompt_sha256;
    const octets = new TextEncoder().encode(text) as Octets;
    if (!expected || hex(await digest(octets)) !== expected) return null;
    return { agent, round, call, model, messages: messagesOf(JSON.parse(text)) };
  } catch {
    return null;
  }
}

/** Of a request, `[[role, text], ...]`; of a question, these and how its options were put. */
function messagesOf(asked: unknown): { role: string; content: string }[] {
  const all = asked as readonly unknown[];
  const question = Array.isArray(all[0]) && Array.isArray(all[0][0]);
  const messages = (question ? all[0] : all) as readonly (readonly [string, string])[];
  const told = messages.map(([role, content]) => ({ role, content }));
  if (!question) return told;
  const [, options, lead] = all as readonly [unknown, readonly string[], string];
  return [...told, { role: "options", content: options.map((option) => `${lead}${option}`).join("\n") }];
}

function placeOf(agent: string, round: number, call: number): string {
  return JSON.stringify([agent, round, call]);
}

async function recordedCalls(source: WrittenSource): Promise<ReadonlyMap<string, CallRecord>> {
  const recorded = new Map<string, CallRecord>();
  const parts: string[] = [];
  for await (const lines of source.lines()) {
    for (const line of lines) {
      let entry = entryOf(line);
      if (entry?.kind === "part") {
        parts.push(entry.body.text);
        if (entry.body.part !== entry.body.of) continue;
        entry = entryOf(parts.join(""));
        parts.length = 0;
      }
      if (entry?.kind === "round") take(entry.body, entry.round, recorded);
    }
  }
  return recorded;
}

function take(body: RoundBody, round: number, recorded: Map<string, CallRecord>): void {
  for (const decision of body.decisions ?? []) {
    for (const [call, one] of (decision.calls ?? []).entries()) recorded.set(placeOf(decision.agent, round, call), one);
  }
}

function entryOf(line: string): Entry | null {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null; // changed: it is named by the check
  }
}
