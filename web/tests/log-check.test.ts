import { describe, expect, it } from "vitest";
import { gapsBetween } from "../src/log/align";
import type { Sealed, WrittenSource } from "../src/log/lines";
import { joined } from "../src/log/octets";
import { segmented } from "../src/log/segmented";
import { checkLog, type LogState } from "../src/log/state";
import { leafHash } from "../src/log/tree";
import { fromPage } from "../src/source/embedded";
import { elements, PAGE, WORKSPACE } from "./bundle-page";

const SOURCE = fromPage(elements(PAGE));
const SEALED = await SOURCE.seals();
async function all(portions: AsyncIterable<readonly string[]>): Promise<string[]> {
  const lines: string[] = [];
  for await (const portion of portions) lines.push(...portion);
  return lines;
}
const LINES: readonly string[] = await all(SOURCE.written());
const SIZE = LINES.length;

/** What a check says of a log with other lines or seals; `reports` are all that it said on the way. */
async function checked(lines: readonly string[], sealed: Partial<Sealed> = {}, trusted: readonly string[] = [WORKSPACE]): Promise<LogState> {
  const source: WrittenSource = {
    ...SOURCE,
    seals: async () => ({ ...SEALED, ...sealed }),
    written: () =>
      segmented(
        (async function* () {
          for (let first = 0; first < lines.length; first += 7) yield lines.slice(first, first + 7);
        })(),
      ),
  };
  const reports: LogState[] = [];
  await checkLog(source, (state) => reports.push(state), trusted);
  expect(reports[0]?.verdict).toBe("checking");
  return reports[reports.length - 1] as LogState;
}

const told = (state: LogState): unknown => [state.verdict, ...state.bad.map(({ seq, why }) => `${seq}: ${why}`)];
const without = (at: number): string[] => [...LINES.slice(0, at), ...LINES.slice(at + 1)];
const swapped = (a: number, b: number): string[] => LINES.map((line, at) => (at === a ? (LINES[b] as string) : at === b ? (LINES[a] as string) : line));

describe("lines that are no more what was signed", () => {
  it("removed: the one that is missing is named, and none after it", async () => {
    const state = await checked(without(7));
    expect(told(state)).toEqual(["damaged", "7: it is missing: no line in its place"]);
    expect(state.entries.filter((one) => one === "good")).toHaveLength(SIZE - 1);
  });

  it("swapped: both places are named", async () => {
    expect(told(await checked(swapped(4, 5)))).toEqual(["tampered", "4: entry 5 stands in its place", "5: entry 4 stands in its place"]);
    expect(told(await checked(swapped(4, 50)))).toEqual(["tampered", "4: entry 50 stands in its place", "50: entry 4 stands in its place"]);
  });

  it("repeated in the place of the next", async () => {
    expect(told(await checked(LINES.map((line, at) => (at === 9 ? (LINES[8] as string) : line))))).toEqual(["tampered", "9: entry 8 stands a second time, in its place"]);
  });

  it("put in", async () => {
    expect(told(await checked([...LINES.slice(0, 9), '{"seq":900}', ...LINES.slice(9)]))).toEqual(["tampered", "9: a line that was not signed stands before it"]);
    expect(told(await checked([...LINES.slice(0, 9), LINES[3] as string, ...LINES.slice(9)]))).toEqual(["tampered", "9: entry 3 stands a second time before it"]);
  });

  it("cut off at the end", async () => {
    const state = await checked(LINES.slice(0, -2));
    expect(told(state)).toEqual(["damaged", "58: it is missing: no line in its place", "59: it is missing: no line in its place"]);
    expect(state.entries).toEqual(new Array(SIZE - 2).fill("good"));
    expect(state.counts).toEqual({ good: SIZE - 2, signed: SIZE, found: SIZE - 2 });
  });

  it("going on after the end", async () => {
    const state = await checked([...LINES, `{"seq":${SIZE}}`]);
    expect(told(state)).toEqual(["damaged", "60: it is not signed: the entries go on after the 60 that the checkpoint signs"]);
    expect(state.entries.filter((one) => one === "good")).toHaveLength(SIZE);
  });

  it("all run together", async () => {
    const state = await checked([LINES.join(" ")]);
    expect(state.bad.map((one) => one.seq)).toEqual(LINES.slice(0, -1).map((_, at) => at));
    expect(state.bad[7]?.why).toBe("the newline after it was changed");
    expect(state.entries[SIZE - 1]).toBe("good");
  });

  it("all of another log", async () => {
    const state = await checked(LINES.map((line) => line.replace("odd", "ODD")));
    expect(state.bad).toHaveLength(SIZE);
    expect(state.entries.every((one) => one === "bad")).toBe(true);
  });
});

describe("without leaf hashes that can be believed", () => {
  const leaves = SEALED.leaves.slice();
  leaves[0] = (leaves[0] as number) ^ 1;
  const changed = LINES.map((line, at) => (at === 30 ? line.replace("odd", "ODD") : line));

  it("the checkpoints bound the place, and no entry before it is blamed", async () => {
    const state = await checked(changed, { leaves: new Uint8Array(leaves.length) });
    expect(state.verdict).toBe("tampered");
    expect(state.bad).toHaveLength(1);
    expect(state.entries.slice(0, 20).every((one) => one === "good")).toBe(true);
    expect(state.headline).toContain("cannot be named for certain");
  });

  it("an entry that differs from a leaf hash is named with the doubt", async () => {
    leaves.set(SEALED.leaves.subarray(0, 32));
    leaves[50 * 32] = (leaves[50 * 32] as number) ^ 1;
    const state = await checked(changed, { leaves });
    expect(state.bad.map((one) => one.seq)).toEqual([30]);
    expect(state.headline).toContain("cannot be named for certain");
  });

  it("intact entries are good, and the leaf hashes are what was changed", async () => {
    const state = await checked(LINES, { leaves });
    expect([state.verdict, state.headline]).toEqual(["tampered", "tampered: the leaf hash that is kept of entry 50 was changed; the entries themselves are those that were signed"]);
    expect(state.entries.every((one) => one === "good")).toBe(true);
    expect((await checked(LINES, { leaves: SEALED.leaves.slice(32) })).verdict).toBe("tampered");
    expect((await checked(LINES, { leaves: SEALED.leaves.slice(0, -32) })).verdict).toBe("damaged");
  });
});

describe("keys", () => {
  it("that did not sign leave the log consistent, and say so", async () => {
    const other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const state = await checked(LINES, {}, [other]);
    expect(state.verdict).toBe("consistent");
    expect(state.details.join()).toContain("signed by no key that was given (signed by workspace+a6cb734a)");
  });

  it("that are none are told and not trusted", async () => {
    const state = await checked(LINES, {}, ["no key"]);
    expect(state.verdict).toBe("consistent");
    expect(state.details[2]).toContain("is none");
  });

  it("that the reader's own program gave count too, and so does the log's own", async () => {
    expect((await checked(LINES, { trusted: [WORKSPACE] }, [])).verdict).toBe("verified");
    expect((await checked(LINES, {}, [SEALED.vkey.trim()])).verdict).toBe("verified");
  });

  it("of another log in the certificate are refused", async () => {
    const state = await checked(LINES, { vkey: `${WORKSPACE}\n` });
    expect(state.verdict).toBe("tampered");
    expect(state.bad).toEqual([]);
  });
});

describe("a log that goes on", () => {
  const [first] = SEALED.journal ?? [];
  const signed = new TextDecoder().decode(first);

  it("is checked as far as it is signed", async () => {
    const state = await checked(LINES.slice(0, 30), { checkpoint: "", signed, journal: [first as Uint8Array<ArrayBuffer>] });
    expect([state.verdict, state.bad]).toEqual(["verified", []]);
    expect(state.entries.slice(0, 20)).toEqual(new Array(20).fill("good"));
    expect(state.entries.slice(20)).toEqual(new Array(10).fill("unchecked"));
    expect(state.details.join()).toContain("not closed");
  });

  it("without any signature is not judged", async () => {
    const state = await checked(LINES, { checkpoint: "" });
    expect([state.verdict, state.entries[0]]).toEqual(["checking", "unchecked"]);
    expect(state.headline).toContain("not closed");
  });

  it("that had closed has lost its checkpoint", async () => {
    const state = await checked(['{"body":{"rounds":3},"kind":"closed","round":3,"seq":0}'], { checkpoint: "" });
    expect(state.verdict).toBe("damaged");
  });
});

describe("finding lines again", () => {
  const hashes = (text: string): Uint8Array => joined(...[...text].map((letter) => leafHash(new TextEncoder().encode(letter))));
  const gaps = (found: string, signed: string): unknown => gapsBetween(hashes(found), hashes(signed)).map((gap) => [gap.line, gap.lineEnd, gap.entry, gap.entryEnd]);

  it.each([
    ["abcdef", "abcdef", []],
    ["abXdef", "abcdef", [[2, 3, 2, 3]]],
    ["abdef", "abcdef", [[2, 2, 2, 3]]],
    ["abcXdef", "abcdef", [[3, 4, 3, 3]]],
    ["abXYdeZg", "abcdefg", [[2, 4, 2, 3], [6, 7, 5, 6]]],
    ["", "ab", [[0, 0, 0, 2]]],
    ["fabcde", "abcdef", [[0, 1, 0, 0], [6, 6, 5, 6]]],
    ["abc", "", [[0, 3, 0, 0]]],
  ])("%s of %s", (found, signed, expected) => {
    expect(gaps(found, signed)).toEqual(expected);
  });

  it("puts torn entries together in any portions", async () => {
    const line = (seq: number): string => `{"text":"t","seq":${seq}}`;
    const torn = [line(0), '{"te', `xt":"t","seq":1}`, `${line(2)} ${line(3)}`, line(4), '{"text":"t","seq":', "5", "}", line(6), '{"text":', "}"];
    for (let size = 1; size <= torn.length; size++) {
      const portions = async function* () {
        for (let first = 0; first < torn.length; first += size) yield torn.slice(first, first + size);
      };
      const found = await all(segmented(portions()));
      expect(found).toEqual([line(0), '{"te\nxt":"t","seq":1}', `${line(2)} `, line(3), line(4), '{"text":"t","seq":\n5\n}', line(6), '{"text":\n}']);
    }
  });
});
