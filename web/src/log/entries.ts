import type { Checkpoint } from "./checkpoint";
import { gapsBetween, sameHash, type Gap } from "./align";
import { badEntries, isMissing } from "./diagnosis";
import { LogFault } from "./fault";
import type { Lines } from "./lines";
import { same } from "./octets";
import { passOver, type Passed } from "./pass";
import type { Slices } from "./slices";
import type { Bad, Counts, EntryState } from "./state";
import { HASH_OCTETS, rootOf } from "./tree";

/** What is wrong with the entries of a log, and with the leaf hashes that are kept of them. */
export interface Examined {
  readonly entries: readonly EntryState[];
  readonly bad: readonly Bad[];
  readonly counts: Counts;
  /** Whether the last line says that the run closed. */
  readonly closed: boolean;
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
  const size = head?.size ?? 0;
  const { entries, bad, faults } = await judged(lines, passed, leaves, checkpoints, goesOn);
  const good = entries.reduce((sum, one) => (one === "good" ? sum + 1 : sum), 0);
  return { entries, bad, faults, closed: passed.closed, counts: { good, signed: size, found: passed.count } };
}

type Judged = Pick<Examined, "entries" | "bad" | "faults">;

async function judged(lines: Lines, passed: Passed, leaves: Uint8Array, checkpoints: readonly Checkpoint[], goesOn: boolean): Promise<Judged> {
  const head = checkpoints[checkpoints.length - 1];
  if (!head) return { entries: states(passed.count, () => "unchecked"), bad: [], faults: [] };
  const signed = leaves.subarray(0, head.size * HASH_OCTETS);
  if (passed.fitting === checkpoints.length) return asSigned(passed, goesOn ? signed : leaves, head.size, goesOn);
  if (signed.length === head.size * HASH_OCTETS && same(rootOf(signed), head.root)) return againstLeaves(lines, passed, signed, goesOn);
  return betweenCheckpoints(passed, leaves, checkpoints);
}

function states(count: number, state: (at: number) => EntryState): EntryState[] {
  return Array.from({ length: count }, (_, at) => state(at));
}

function here(seq: number, why: string, line: number): Bad {
  return { seq, why, line, lineEnd: line + 1 };
}

/** What is wrong with lines whose hashes were signed; `entryOf` says which entry a line is, if it is one. */
function unfit(passed: Passed, entryOf: (line: number) => number | null): readonly Bad[] {
  const found = new Map<number, Bad>();
  const add = (line: number, why: string): void => {
    const entry = entryOf(line);
    if (entry !== null && !found.has(line)) found.set(line, here(entry, why, line));
  };
  for (const at of passed.tooLong) add(at, "it was signed, and is longer than any entry may be");
  for (const at of passed.torn) add(at, "it was signed with a newline in it, which no entry may hold: in the log it is no more one line");
  for (const { at, claimed } of passed.misnumbered) if (claimed !== entryOf(at)) add(at, `it was signed although ${says(claimed)}`);
  return [...found.values()].sort((one, other) => one.seq - other.seq);
}

/** The entries are those that were signed: what remains is what they say of themselves, what follows them, and what is kept. */
function asSigned(passed: Passed, leaves: Uint8Array, size: number, goesOn: boolean): Judged {
  const bad = [...unfit(passed, (line) => (line < size ? line : null))];
  const faults: LogFault[] = [];
  const [first] = bad;
  if (first) faults.push(new LogFault("tampered", `entry ${first.seq}: ${first.why}`));
  if (passed.count > size && !goesOn) {
    const why = `it is not signed: the entries go on after the ${size} that the checkpoint signs`;
    bad.push({ seq: size, why, line: size, lineEnd: passed.count, added: true });
    faults.push(new LogFault("damaged", `entry ${size} is not signed: the entries go on after the ${size} that the checkpoint signs`));
  }
  const named = new Set(bad.map((one) => one.line));
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

/** Each line is held to the entry that it was found to be; `signed` are leaf hashes with the signed root. */
async function againstLeaves(lines: Lines, passed: Passed, signed: Uint8Array, goesOn: boolean): Promise<Judged> {
  const size = signed.length / HASH_OCTETS;
  const found = { hashes: passed.hashes, between: (first: number, end: number) => written(lines, first, end) };
  const all = gapsBetween(passed.hashes, signed);
  const gaps = goesOn ? all.flatMap((gap) => asFarAsSigned(gap, size)) : all;
  const entryOf = placed(passed.count, size, all);
  const bad = [...(await badEntries(gaps, found, signed)), ...unfit(passed, (line) => entryOf[line] ?? null)].sort((one, other) => one.seq - other.seq);
  const entries = states(passed.count, (line) => (entryOf[line] === null ? "unchecked" : "good"));
  for (const { line, lineEnd } of gaps) entries.fill("bad", line, lineEnd);
  for (const one of bad) if (one.line !== null) entries.fill("bad", one.line, one.lineEnd ?? one.line);
  return { entries, bad, faults: [faultOf(bad, bad.length > 0 && bad.every(isMissing))] };
}

/** A gap at the end of a log that goes on, without the lines after the last signed entry. */
function asFarAsSigned(gap: Gap, size: number): readonly Gap[] {
  if (gap.entryEnd < size) return [gap];
  const lineEnd = Math.min(gap.lineEnd, gap.line + gap.entryEnd - gap.entry);
  return lineEnd > gap.line || gap.entryEnd > gap.entry ? [{ ...gap, lineEnd }] : [];
}

/** Of each line, the entry that it is; null of one in a gap. */
function placed(lines: number, size: number, gaps: readonly Gap[]): readonly (number | null)[] {
  const entryOf = new Array<number | null>(lines).fill(null);
  let line = 0;
  let entry = 0;
  for (const gap of [...gaps, { line: lines, lineEnd: lines, entry: size, entryEnd: size }]) {
    while (line < gap.line) entryOf[line++] = entry++;
    line = gap.lineEnd;
    entry = gap.entryEnd;
  }
  return entryOf;
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
function betweenCheckpoints(passed: Passed, leaves: Uint8Array, checkpoints: readonly Checkpoint[]): Judged {
  const good = passed.fitting > 0 ? (checkpoints[passed.fitting - 1] as Checkpoint).size : 0;
  const end = (checkpoints[passed.fitting] as Checkpoint).size;
  const doubt = "the kept leaf hashes are not the signed ones either, so the entry cannot be named for certain";
  let kind: "tampered" | "damaged" = "tampered";
  const torn = unfit(passed, (line) => (line < good ? line : null));
  let one: Bad;
  const wrong = passed.misnumbered.find(({ at }) => at >= good && at < end);
  const differs = firstDifference(passed, leaves, good, end);
  if (wrong) one = here(wrong.at, `it is not what was signed: ${says(wrong.claimed)}`, wrong.at);
  else if (passed.count < end) {
    one = { seq: passed.count, why: "it is missing: the entries end before it", line: null, lineEnd: null };
    kind = "damaged";
  } else if (differs !== null) one = here(differs, `it differs from its leaf hash; ${doubt}`, differs);
  else one = here(good, `entries ${good} to ${end - 1} hold one that was not signed; ${doubt}`, good);
  const sure = wrong !== undefined || kind === "damaged" || differs !== null;
  const named = new Set(torn.map((each) => each.line));
  const entries = states(passed.count, (at) => (named.has(at) || (sure && at === one.line) ? "bad" : at < good ? "good" : "unchecked"));
  const message = sure ? `entry ${one.seq}: ${one.why}` : one.why;
  return { entries, bad: [...torn, one], faults: [new LogFault(kind, message)] };
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
