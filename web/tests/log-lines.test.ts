import { describe, expect, it } from "vitest";
import { nameOf } from "../src/log/names";
import type { LogState } from "../src/log/state";
import { shared } from "../src/record/shared";
import { signedLog, sourceOf, stateOf } from "./signed_log";

const SIZE = 30;
const line = (seq: number): string => `{"body":{"text":"entry ${seq}"},"kind":"round","round":${seq},"seq":${seq}}`;
const LINES: readonly string[] = Array.from({ length: SIZE }, (_, seq) => line(seq));
const LOG = await signedLog(LINES);
const NO_SEQ = '{"forged":true}';

/** What the page shows: its lines, each with its state, as it gets them from a source whose lines it shares with the check. */
async function shownOf(lines: readonly string[], seals: Parameters<typeof sourceOf>[2] = {}): Promise<{ state: LogState; rows: readonly string[] }> {
  const source = shared(sourceOf(LOG, lines, seals));
  const state = await stateOf(source);
  return { state, rows: source.kept };
}

/** A row is good where it is an entry that was signed, and no other is. */
function everyGenuineRowIsGood({ state, rows }: Awaited<ReturnType<typeof shownOf>>): void {
  expect(state.entries).toHaveLength(rows.length);
  expect(state.entries).toEqual(rows.map((row) => (LINES.includes(row) ? "good" : "bad")));
  expect(rows.map((row, at) => nameOf(state, at, row)).filter((_, at) => state.entries[at] === "good")).toEqual(
    rows.filter((row) => LINES.includes(row)).map((row) => String(LINES.indexOf(row))),
  );
  expect(state.counts).toEqual({ good: rows.filter((row) => LINES.includes(row)).length, signed: SIZE, found: rows.length });
}

const changed = (out: readonly number[], put: readonly (readonly [before: number, text: string])[]): string[] =>
  LINES.flatMap((text, at) => [...put.filter(([before]) => before === at).map(([, one]) => one), ...(out.includes(at) ? [] : [text])]);
const missing = (state: LogState): readonly number[] => state.bad.filter((one) => one.line === null).map((one) => one.seq);

describe("rows of a log with lines taken out and others put in", () => {
  const FORGED = [NO_SEQ, "", line(7).replace("entry", "Entry"), '{"x":1,"seq":900}', '{"x":1,"seq":12}', line(11).replace("entry 11", "forged")];

  it.each(FORGED)("one out, one in: %s", async (forged) => {
    for (const [out, before] of [[5, 20], [20, 5], [5, 8], [9, 3], [0, 29], [28, 1], [5, 7], [7, 6], [12, 11]] as const) {
      const shown = await shownOf(changed([out], [[before, forged]]));
      everyGenuineRowIsGood(shown);
      expect(shown.state.verdict).toBe("tampered");
      expect(missing(shown.state), `${out} out, one in before ${before}`).toEqual([out]);
      expect(shown.state.entries.filter((one) => one === "bad")).toHaveLength(1);
    }
  });

  it.each(FORGED)("in the place of the one that was taken out: %s", async (forged) => {
    const shown = await shownOf(changed([5], [[5, forged]]));
    everyGenuineRowIsGood(shown);
    expect(shown.state.bad.map((one) => [one.seq, one.line])).toEqual([[5, 5]]);
  });

  it("two in", async () => {
    for (const forged of FORGED) {
      for (const [one, other] of [[4, 4], [4, 5], [4, 6], [4, 20], [0, 29]] as const) {
        const shown = await shownOf(changed([], [[one, forged], [other, NO_SEQ]]));
        everyGenuineRowIsGood(shown);
        expect(shown.state.counts.good).toBe(SIZE);
        expect(missing(shown.state)).toEqual([]);
        expect(shown.state.verdict).toBe("tampered");
        const bad = shown.state.entries.flatMap((state, at) => (state === "bad" ? [nameOf(shown.state, at, shown.rows[at])] : []));
        expect(bad).toEqual(bad.map(() => "none"));
      }
    }
  });

  it("two out, and one of those between them changed", async () => {
    const lines = changed([5, 7], [[9, NO_SEQ]]).map((text) => text.replace("entry 6", "forged"));
    const shown = await shownOf(lines);
    everyGenuineRowIsGood(shown);
    expect(missing(shown.state)).toEqual([5, 7]);
    expect(shown.state.bad.map((one) => one.seq)).toEqual([5, 6, 7, 9]);
  });

  it("a newline that came into an entry, anywhere in it", async () => {
    const text = line(9);
    for (let at = 1; at < text.length; at++) {
      const shown = await shownOf([...LINES.slice(0, 9), text.slice(0, at), text.slice(at), ...LINES.slice(10)]);
      everyGenuineRowIsGood(shown);
      expect(shown.state.bad.map((one) => [one.seq, one.line])).toEqual([[9, 9]]);
      expect([shown.state.verdict, shown.rows.length]).toEqual(["tampered", SIZE]);
    }
  });

  it("a newline that came into an entry after others were taken out and put in", async () => {
    for (const [out, before] of [[3, 25], [3, 5], [25, 3]] as const) {
      const lines = changed([out], [[before, NO_SEQ]]).flatMap((text) => (text === line(15) ? [text.slice(0, 20), text.slice(20)] : [text]));
      const shown = await shownOf(lines);
      everyGenuineRowIsGood(shown);
      expect(missing(shown.state)).toEqual([out]);
    }
  });
});

describe("an entry that was signed with a newline in it", () => {
  const odd = LINES.map((text, seq) => (seq === 9 ? text.replace("entry", "en\ntry") : text));

  it("is bad, since its file is no more that of one line", async () => {
    const log = await signedLog(odd);
    const state = await stateOf(sourceOf(log, odd.join("\n").split("\n")));
    expect(state.verdict).toBe("tampered");
    expect(state.headline).toContain("entry 9: it was signed with a newline in it");
    expect(state.entries).toEqual(LINES.map((_, at) => (at === 9 ? "bad" : "good")));
    expect(state.counts.good).toBe(SIZE - 1);
  });

  it("is bad beside another that was changed", async () => {
    const log = await signedLog(odd);
    const state = await stateOf(sourceOf(log, odd.map((text) => text.replace("entry 20", "ENTRY 20")).join("\n").split("\n")));
    expect(state.verdict).toBe("tampered");
    expect(state.bad.map((one) => one.seq)).toEqual([9, 20]);
    expect(state.entries).toEqual(LINES.map((_, at) => (at === 9 || at === 20 ? "bad" : "good")));
  });
});

describe("a log that goes on", () => {
  const open = { checkpoint: "" };

  it("is never told as if it were whole", async () => {
    const { state } = await shownOf([...LINES, line(SIZE)], open);
    expect([state.verdict, state.bad]).toEqual(["verified", []]);
    expect(state.headline).toMatch(/^verified as far as it was signed, under key workspace\+/);
    expect(state.entries[SIZE]).toBe("unchecked");
    expect(state.counts).toEqual({ good: SIZE, signed: SIZE, found: SIZE + 1 });
    const unknown = await stateOf(sourceOf(LOG, LINES, { ...open, trusted: [] }));
    expect(unknown.headline).toMatch(/^consistent as far as it was signed, under key /);
  });

  it("and was changed where it was signed: what follows is not blamed", async () => {
    const { state } = await shownOf([...changed([5], []), line(SIZE), line(SIZE + 1)], open);
    expect(state.bad.map((one) => [one.seq, one.line])).toEqual([[5, null]]);
    expect(state.entries).toEqual([...new Array(SIZE - 1).fill("good"), "unchecked", "unchecked"]);
  });

  it("does not, where the run closed: its checkpoint is gone", async () => {
    const closed = [...LINES.slice(0, -1), `{"body":{"rounds":3},"kind":"closed","round":3,"seq":${SIZE - 1}}`];
    const log = await signedLog(closed);
    expect((await stateOf(sourceOf(log, closed))).verdict).toBe("verified");
    const state = await stateOf(sourceOf(log, closed, open));
    expect([state.verdict, state.headline]).toEqual(["damaged", "damaged: checkpoint is missing, and the run had closed"]);
  });
});
