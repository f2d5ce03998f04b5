import { describe, expect, it } from "vitest";
import { combined } from "../src/log/combined";
import { CHECKING, type LogState } from "../src/log/state";
import { shared } from "../src/record/shared";
import { verdictOf } from "../src/source/http";
import type { Verdict } from "../src/source/source";
import { reportsOf, signedLog, sourceOf, stateOf } from "./signed_log";

const ORDER: readonly string[] = ["verified", "consistent", "checking", "damaged", "tampered"];
const LINES = Array.from({ length: 5 }, (_, seq) => `{"seq":${seq}}`);
const LOG = await signedLog(LINES);
const COUNTS = { good: 5, signed: 5, found: 5 };
const own = (verdict: LogState["verdict"]): LogState => ({ ...CHECKING, verdict, counts: COUNTS, headline: `${verdict}: by the page`, details: ["a detail", "not excluded: order of entries"] });
const told = (verdict: Verdict["verdict"]): Verdict => ({ verdict, headline: `${verdict}: by the program`, details: ["its detail"] });

describe("the page's check and the program's verdict", () => {
  const pairs = (["verified", "consistent", "checking", "damaged", "tampered"] as const).flatMap((a) => (["verified", "consistent", "damaged", "tampered"] as const).map((b) => [a, b] as const));

  it.each(pairs)("%s and %s are never told as better than either", (a, b) => {
    const both = combined(own(a), told(b));
    expect(ORDER.indexOf(both.verdict)).toBe(Math.max(ORDER.indexOf(a), ORDER.indexOf(b)));
    expect(both.headline.startsWith(`${both.verdict}: `)).toBe(true);
    expect([both.headline, ...both.details].join("\n")).toContain(told(b).headline);
    expect(both.details).toContain("its detail");
  });

  it("a run that has only begun is no damage", () => {
    const begun: LogState = { ...CHECKING, headline: "not closed" };
    const both = combined(begun, told("damaged"));
    expect([both.verdict, both.headline]).toEqual(["checking", "not closed"]);
    expect(both.details).toContain("agora log verify: damaged: by the program");
  });

  it("what the program looked at is no more said to be open", () => {
    const both = combined(own("verified"), { ...told("verified"), notExcluded: ["rollback"] });
    expect(both.details).toEqual(["agora log verify: verified: by the program", "its detail", "a detail", "not excluded: rollback"]);
  });
});

describe("a run of a server", () => {
  const said = { verdict: "verified", entries: 5, level: "strict", certified_by: "workspace+1a2b3c4d+ARpc2Qc", closed: true, not_excluded: ["rollback"] };
  const asked = (answer: Parameters<typeof verdictOf>[0], lines = LINES, seals = {}) => shared(sourceOf(LOG, lines, seals, async () => verdictOf(answer)));

  it("is verified where both say so, and not before", async () => {
    const reports = await reportsOf(asked(said));
    expect(reports.slice(0, -1).every((state) => state.verdict === "checking")).toBe(true);
    const state = reports.at(-1) as LogState;
    expect(state.headline).toMatch(/^verified under key workspace\+/);
    expect(state.details[0]).toBe("agora log verify: verified (5 entries, level strict, certified by workspace+1a2b3c4d)");
    expect(state.details.filter((line) => line.startsWith("not excluded"))).toEqual(["not excluded: rollback"]);
  });

  it.each([
    ["tampered", "tampered"],
    ["damaged", "damaged"],
    ["undecided", "consistent"],
    ["something new", "tampered"],
  ])("that the program calls %s is %s", async (verdict, shown) => {
    const state = await stateOf(asked({ verdict, message: "checkpoints: not what was signed" }));
    expect([state.verdict, state.headline]).toEqual([shown, `${verdict}: checkpoints: not what was signed`]);
    expect(state.entries).toEqual(new Array(5).fill("good"));
    expect(state.details).toContain(`the check in this page alone: verified under key ${LOG.workspace.split("+").slice(0, 2).join("+")}`);
  });

  it("that the page finds changed stays so, whatever the program says", async () => {
    const state = await stateOf(asked(said, [...LINES.slice(0, 4), '{"x":1,"seq":4}']));
    expect([state.verdict, state.bad.map((one) => one.seq)]).toEqual(["tampered", [4]]);
  });

  it("that goes on is told as far as it was signed, whoever of the two noticed", async () => {
    const open = { ...said, closed: false };
    expect((await stateOf(asked(open))).headline).toMatch(/^verified as far as it was signed/);
    expect((await stateOf(asked(said, LINES, { checkpoint: "" }))).headline).toMatch(/^verified as far as it was signed/);
    expect((await stateOf(asked(open, LINES, { checkpoint: "" }))).headline).toMatch(/^verified as far as it was signed/);
  });

  it("is not verified where the program gives no verdict", async () => {
    const source = sourceOf(LOG, LINES, {}, () => Promise.reject(new Error("404")));
    const state = await stateOf(shared(source));
    expect([state.verdict, state.headline]).toEqual(["damaged", "not verified: the program cannot say whether the log holds (404)"]);
  });

  it("without a program to ask says that no blob is looked at", async () => {
    const state = await stateOf(sourceOf(LOG, LINES));
    expect(state.verdict).toBe("verified");
    expect(state.details).toContain("not excluded: a blob that was changed or removed: none is looked at (agora log verify does)");
  });
});
