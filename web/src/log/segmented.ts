import { claimedSeq } from "./lines";

/** So many lines may one entry have been torn into, by newlines that came into it. */
const TORN = 4;

/**
 * Lines put back where they belong: an entry ends in its index, so that a newline that came into one, or was changed
 * after one, does not move all that follow. A torn entry comes as one line with the newlines in it; of two that run
 * into each other, the first comes with the one letter that stands in the newline's place.
 */
export async function* segmented(portions: AsyncIterable<readonly string[]>): AsyncIterable<readonly string[]> {
  let index = 0;
  let waiting: string[] = [];
  for await (const portion of portions) {
    const ready: string[] = [];
    const lines = waiting.length ? [...waiting, ...portion] : portion;
    const [taken, next] = take(lines, index, lines.length - TORN, ready);
    waiting = lines.slice(taken);
    index = next;
    yield ready;
  }
  const rest: string[] = [];
  take(waiting, index, waiting.length, rest);
  if (rest.length) yield rest;
}

/** Puts entries from `lines` into `ready` as long as they begin before `until`; returns how many lines they took, and the next index. */
function take(lines: readonly string[], index: number, until: number, ready: string[]): [taken: number, next: number] {
  let at = 0;
  while (at < until) {
    const line = lines[at] as string;
    if (line.endsWith(`"seq":${index}}`)) {
      ready.push(line);
      at++;
      index++;
      continue;
    }
    const claimed = claimedSeq(line);
    if (claimed !== null && isWhole(line)) {
      ready.push(line); // in another's place: those after it follow on it
      at++;
      index = claimed + 1;
      continue;
    }
    const run = apart(line, index);
    if (run.length > 1) {
      ready.push(...run);
      at++;
      index += run.length;
      continue;
    }
    const width = tornInto(lines, at, index);
    ready.push(lines.slice(at, at + width).join("\n"));
    at += width;
    index++;
  }
  return [at, index];
}

/** Entries that run into each other in one line, each but the last with the letter after it; the line itself where it is none of that. */
function apart(line: string, index: number): string[] {
  const pieces: string[] = [];
  if (!/"seq":\d+\}.?$/.test(line)) return [line];
  let rest = line;
  for (;;) {
    const mark = `"seq":${index + pieces.length}}`;
    const end = rest.indexOf(mark) + mark.length;
    if (end < mark.length || end >= rest.length - 1) break;
    pieces.push(rest.slice(0, end + 1));
    rest = rest.slice(end + 1);
  }
  return [...pieces, rest];
}

/** Whether a line is an entry's by itself: what is left of one that was torn is none, nor are two that run into each other. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** How many lines from `at` on are one entry: up to the line that ends in its index, or to the one before the next entry. */
function tornInto(lines: readonly string[], at: number, index: number): number {
  if (claimedSeq(lines[at] as string) !== null) return 1; // the end of an entry, and not of this one
  for (let width = 1; width <= TORN; width++) {
    const line = lines[at + width];
    if (line === undefined) return width;
    const claimed = claimedSeq(line);
    if (claimed === index) return isWhole(line) ? 1 : width + 1; // an entry by itself follows on a line that is none
    if (claimed !== null) return claimed === index + 1 ? width : 1;
  }
  return 1;
}
