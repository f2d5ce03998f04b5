import type { Checkpoint } from "./checkpoint";
import { sameHash } from "./align";
import { badEntries, type Bad } from "./diagnosis";
import { LogFault } from "./fault";
import type { Lines } from "./lines";
import { same } from "./octets";
import { passOver, type Passed } from "./pass";
import type { Slices } from "./slices";
import type { EntryState } from "./state";
import { HASH_OCTETS, rootOf } from "./tree";

/** What is wrong with the entries of a log, and with the leaf hashes that are kept of them. */
export interface Examined {
  readonly entries: readonly EntryState[];
  readonly bad: readonly Bad[];
  readonly faults: readonly LogFault[];
}

const INTACT = "the entries themselves are those that were signed";

/**
 * Holds all lines to the signed roots, and names those that do not fit; without `checkpoints` nothing can be said of any.
 * Of a log that `goesOn`, what follows the last signed entry is no fault.
 */
export async function examined(
  lines: Lines,
  leaves: Uint8Array,
  checkpoints: readonly Checkpoint[],
  goesOn: boolean,
  slices: Slices,
  watch: (count: number, size: number) => void,
): Promise<Examined> {
  const head = checkpoints[checkpoints.length - 1];
  const passed = await passOver(lines, checkpoints, slices, (count) => watch(count, head?.size ?? count));
  if (!head) return { entries: states(passed.count, () => "unchecked"), bad: [], faults: [] };
  if (passed.fitting === checkpoints.length) return asSigned(passed, goesOn ? leaves.subarray(0, head.size * HASH_OCTETS) : leaves, head.size, goesOn);
  if (leaves.length >= head.size * HASH_OCTETS && same(rootOf(leaves.subarray(0, head.size * HASH_OCTETS)), head.root)) {
    return againstLeaves(lines, passed, leaves.subarray(0, head.size * HASH_OCTETS), head.size);
  }
  return betweenCheckpoints(passed, leaves, checkpoints);
}

function states(count: number, state: (at: number) => EntryState): EntryState[] {
  return Array.from({ length: count }, (_, at) => state(at));
}

/** The entries are those that were signed: what remains is what they say of themselves, what follows them, and what is kept. */
function asSigned(passed: Passed, leaves: Uint8Array, size: number, goesOn: boolean): Examined {
  const bad: Bad[] = [];
  const faults: LogFault[] = [];
  for (const at of passed.tooLong) if (at < size) bad.push({ seq: at, why: "it was signed, and is longer than any entry may be" });
  for (const { at, claimed } of passed.misnumbered) {
    if (at < size) bad.push({ seq: at, why: `it was signed although ${says(claimed)}` });
  }
  const [first] = bad;
  if (first) faults.push(new LogFault("tampered", `entry ${first.seq}: ${first.why}`));
  if (passed.count > size && !goesOn) {
    bad.push({ seq: size, why: `it is not signed: the entries go on after the ${size} that the checkpoint signs` });
    faults.push(new LogFault("damaged", `entry ${size} is not signed: the entries go on after the ${size} that the checkpoint signs`));
  }
  const named = new Set(bad.map((one) => one.seq));
  const kept = keptFault(passed, leaves, size);
  if (kept && !(goesOn && kept.kind === "damaged")) faults.push(kept);
  return { entries: states(passed.count, (at) => (named.has(at) ? "bad" : at < size ? "good" : goesOn ? "unchecked" : "bad")), bad, faults };
}

function keptFault(passed: Passed, leaves: Uint8Array, size: number): LogFault | null {
  for (let at = 0; at < size && (at + 1) * HASH_OCTETS <= leaves.length; at++) {
    if (!sameHash(leaves, at, passed.hashes, at)) return new LogFault("tampered", `the leaf hash that is kept of entry ${at} was changed; ${INTACT}`);
  }
  if (leaves.length < size * HASH_OCTETS) return new LogFault("damaged", `leaf hashes are missing or cut short; ${INTACT}`);
  if (leaves.length > size * HASH_OCTETS) return new LogFault("damaged", `there are more leaf hashes than entries; ${INTACT}`);
  return null;
}

async function againstLeaves(lines: Lines, passed: Passed, signed: Uint8Array, size: number): Promise<Examined> {
  const found = { hashes: passed.hashes, between: (first: number, end: number) => written(lines, first, end) };
  const bad = await badEntries(found, signed);
  const named = new Set(bad.map((one) => one.seq));
  const length = Math.max(size, ...bad.map((one) => one.seq + 1));
  const missing = bad.length > 0 && bad.every((one) => one.why.startsWith("it is missing")) && passed.count < size;
  return { entries: states(length, (at) => (named.has(at) ? "bad" : "good")), bad, faults: [faultOf(bad, missing)] };
}

function faultOf(bad: readonly Bad[], missing: boolean): LogFault {
  const [first, ...more] = bad;
  if (!first) return new LogFault("damaged", "the log changed while it was read");
  const others = more.length ? ` (and ${more.length} more)` : "";
  return new LogFault(missing ? "damaged" : "tampered", `entry ${first.seq} is ${missing ? "missing" : "not what was signed"}${others}`);
}

async function written(lines: Lines, first: number, end: number): Promise<readonly string[]> {
  const taken: string[] = [];
  let at = 0;
  for await (const portion of lines.written()) {
    if (at >= end) break;
    if (at + portion.length > first) taken.push(...portion.slice(Math.max(0, first - at), end - at));
    at += portion.length;
  }
  return taken;
}

/** Neither the entries nor the kept leaf hashes have the signed root: the checkpoints bound the place, and no entry is sure. */
function betweenCheckpoints(passed: Passed, leaves: Uint8Array, checkpoints: readonly Checkpoint[]): Examined {
  const good = passed.fitting > 0 ? (checkpoints[passed.fitting - 1] as Checkpoint).size : 0;
  const end = (checkpoints[passed.fitting] as Checkpoint).size;
  const doubt = "the kept leaf hashes are not the signed ones either, so the entry cannot be named for certain";
  let kind: "tampered" | "damaged" = "tampered";
  let one: Bad;
  const wrong = passed.misnumbered.find(({ at }) => at >= good && at < end);
  const differs = firstDifference(passed, leaves, good, end);
  if (wrong) one = { seq: wrong.at, why: `it is not what was signed: ${says(wrong.claimed)}` };
  else if (passed.count < end) {
    one = { seq: passed.count, why: "it is missing: the entries end before it" };
    kind = "damaged";
  } else if (differs !== null) one = { seq: differs, why: `it differs from its leaf hash; ${doubt}` };
  else one = { seq: good, why: `entries ${good} to ${end - 1} hold one that was not signed; ${doubt}` };
  const sure = wrong !== undefined || kind === "damaged" || differs !== null;
  const length = Math.max(passed.count, one.seq + 1);
  const entries = states(length, (at) => (at < good ? "good" : sure && at === one.seq ? "bad" : "unchecked"));
  const message = sure ? `entry ${one.seq}: ${one.why}` : one.why;
  return { entries, bad: [one], faults: [new LogFault(kind, message)] };
}

function firstDifference(passed: Passed, leaves: Uint8Array, good: number, end: number): number | null {
  for (let at = good; at < end && at < passed.count && (at + 1) * HASH_OCTETS <= leaves.length; at++) {
    if (!sameHash(leaves, at, passed.hashes, at)) return at;
  }
  return null;
}

function says(claimed: number | null): string {
  return claimed === null ? "its line does not say which it is" : `its line says that it is entry ${claimed}`;
}
