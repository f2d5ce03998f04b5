import { describe, expect, it } from "vitest";
import { armsWith, benchmarkNames, byRoster, failuresInWords, measureOf, measureScale, measuresOf, methodsIn } from "../src/campaigns/matrix_rows";
import { apart, doneShare, inOrder, matching, shownFirst, states, summary, withRow } from "../src/campaigns/rows";
import { comparison, runsQuery, toggled } from "../src/campaigns/run_choice";
import { amountsShown, roomFor, widthOf } from "../src/campaigns/run_columns";
import type { Arm, CampaignRow, Comparison, RunRow } from "../src/campaigns/types";
import { digitsFor, duration, fixed, pValue, signed } from "../src/campaigns/words";

const row = (name: string, more: Partial<CampaignRow> = {}): CampaignRow => ({
  id: name,
  name,
  title: "",
  state: "finished",
  market: "cournot-duopoly",
  arms: 2,
  runs: { planned: 10, finished: 10, failed: 0, open: 0, under_way: 0 },
  calls: 0,
  written_unix_s: 1,
  seconds_left: null,
  ...more,
});

describe("the list of campaigns", () => {
  const rows = [row("one", { title: "Three regimes" }), row("two", { state: "running", market: "bertrand" }), row("three")];
  it("takes a changed row in place and a new one first", () => {
    expect(withRow(rows, row("two", { state: "finished" })).map((one) => one.state)).toEqual(["finished", "finished", "finished"]);
    expect(withRow(rows, row("four")).map((one) => one.name)).toEqual(["four", "one", "two", "three"]);
    expect(rows[1]?.state).toBe("running");
  });
  it("is searched in names, titles and markets, and filtered by state", () => {
    expect(matching(rows, "regimes three", "").map((one) => one.name)).toEqual(["one"]);
    expect(matching(rows, "BERTRAND", "").map((one) => one.name)).toEqual(["two"]);
    expect(matching(rows, "", "finished").map((one) => one.name)).toEqual(["one", "three"]);
    expect(matching(rows, "bertrand", "finished")).toEqual([]);
  });
  it("is sorted by a column, or stays as it came", () => {
    const some = [row("b", { calls: 5 }), row("a", { calls: null }), row("c", { calls: 50 })];
    expect(inOrder(some, { key: "calls", descending: true }).map((one) => one.name)).toEqual(["c", "b", "a"]);
    expect(inOrder(some, null).map((one) => one.name)).toEqual(["b", "a", "c"]);
    expect(inOrder(some, { key: "constructor", descending: false }).map((one) => one.name)).toEqual(["b", "a", "c"]);
  });
  it("has what is unknown last", () => {
    const some = [row("a", { runs: null, arms: null }), row("b")];
    for (const descending of [true, false]) expect(inOrder(some, { key: "runs", descending }).map((one) => one.name)).toEqual(["b", "a"]);
  });
  it("is told in one sentence", () => {
    expect(summary(rows, 3)).toBe("3 campaigns: 2 finished, 1 running.");
    expect(summary(rows, 1)).toBe("1 of 3 campaigns: 2 finished, 1 running.");
    expect(states(rows)).toEqual([["finished", 2], ["running", 1]]);
  });
  it("counts failed runs as done with", () => {
    expect(doneShare({ runs: { planned: 10, finished: 4, failed: 1, open: 5, under_way: 1 } })).toBe(0.5);
    expect(doneShare({ runs: null })).toBe(0);
    expect(doneShare({ runs: { planned: 0, finished: 0, failed: 0, open: 0, under_way: 0 } })).toBe(0);
  });
});

describe("arms side by side", () => {
  const measured = (mean: number | null, low: number | null = null, high: number | null = null) => ({ mean, low, high, n: 3, level: 0.95, method: "t" });
  const arm = (name: string, roster: string, measures: Arm["measures"], benchmarks: NonNullable<Arm["benchmarks"]> = {}): Arm => ({
    arm: `${name}.${roster}`,
    regime: name,
    roster,
    runs: 3,
    finished: 3,
    failed: 0,
    measures,
    benchmarks,
    failures: {},
    calls: 0,
    tokens: 0,
    fines: 0,
    cases: 0,
    sanctions: 0,
  });
  const arms = [
    arm("free", "mock", { zeal: measured(1), price: measured(60, 50, 70), welfare: measured(9), tier: measured(null) }, { nash: { price: 40, profit: 3 } }),
    arm("free", "divider", { price: measured(80) }),
    arm("governed", "mock", { price: measured(65) }, { monopoly: { price: 90 } }),
  ];
  it("show the outcome first, then the field's measures, then the market's own; none without a mean", () => {
    expect(measuresOf(arms, "welfare")).toEqual(["welfare", "price", "zeal"]);
    expect(measuresOf(arms, "zeal")).toEqual(["zeal", "price", "welfare"]);
  });
  it("stand by roster, in the order in which rosters come", () => {
    expect(byRoster(arms).map(([roster, members]) => [roster, members.length])).toEqual([["mock", 2], ["divider", 1]]);
    expect(armsWith(arms, "governed mock").map((one) => one.arm)).toEqual(["governed.mock"]);
  });
  it("share a scale in which intervals and benchmarks have room", () => {
    const scale = measureScale(arms, "price");
    expect(scale?.least).toBeLessThan(40);
    expect(scale?.most).toBeGreaterThan(90);
    expect(measureScale(arms, "tier")).toBeNull();
    expect(benchmarkNames(arms, ["price"])).toEqual(["nash", "monopoly"]);
    expect(benchmarkNames(arms, ["welfare"])).toEqual([]);
  });
  it("say how intervals were made, once", () => {
    expect(methodsIn(arms, ["price", "welfare"])).toEqual(["95% intervals, t"]);
  });
  it("have no measure that only every object has", () => {
    expect(measureOf(arms[0]!, "constructor")).toBeUndefined();
    expect(measureScale(arms, "constructor")).toBeNull();
  });
  it("tell failures by kind, the most first", () => {
    expect(failuresInWords({ parse_error: 1, timeout: 4, refusal: 0 })).toBe("timeout 4, parse error 1");
    expect(failuresInWords({})).toBe("");
    expect(failuresInWords(null)).toBe("–");
  });
  it("are compared without the end of their names that they share", () => {
    expect(apart("told.mock", "free.mock")).toEqual({ a: "told", b: "free", shared: "mock" });
    expect(apart("told", "free")).toEqual({ a: "told", b: "free", shared: "" });
    expect(apart("a.b.c", "a.b.c")).toEqual({ a: "a", b: "a", shared: "b.c" });
  });
});

describe("the comparisons that are shown at first", () => {
  const one = (outcome: string, kind: string): Comparison => ({ a: "a", b: "b", outcome, difference: 1, low: 0, high: 2, p: 0.1, holm: null, kind });
  it("are those of the campaign's outcome, and hide nothing that was planned", () => {
    expect(shownFirst([one("price", "exploratory"), one("welfare", "exploratory")], "price")).toBe("price");
    expect(shownFirst([one("price", "exploratory"), one("welfare", "confirmatory")], "price")).toBe("");
    expect(shownFirst([one("welfare", "exploratory")], "price")).toBe("");
  });
});

describe("the columns of runs", () => {
  const run = (more: Partial<RunRow> = {}): RunRow => ({
    arm: "free",
    seed: 0,
    status: "closed",
    failure: "",
    rounds: 20,
    entries: 9,
    price: 60,
    price_of_nash: 63,
    profit: 1,
    welfare: 2,
    cases: 0,
    sanctions: 0,
    fines: 0,
    calls: 0,
    failures: 0,
    ...more,
  });
  it("leave calls and failures out where there are none, and nothing else", () => {
    expect(amountsShown([run()], [], "arm")).toEqual(["rounds", "price", "price_of_nash", "profit", "welfare", "cases", "sanctions", "fines"]);
    expect(amountsShown([run(), run({ calls: 3 })], [], "arm").slice(-1)).toEqual(["calls"]);
    expect(amountsShown([run()], [{ calls: 5, failures: { timeout: 1 } }], "arm").slice(-2)).toEqual(["calls", "failures"]);
    expect(amountsShown([run()], [{ calls: null, failures: null }], "failures").slice(-1)).toEqual(["failures"]);
  });
  it("are as wide as their longest number needs, below zero too", () => {
    const wide = (...profits: (number | null)[]) => widthOf("profit", profits.map((profit) => run({ profit })));
    expect(wide(1, null)).toBe(wide());
    expect(wide(10_666.67)).toBeGreaterThanOrEqual(9 * "10,666.67".length);
    expect(wide(1, -123_456_789.5, 2)).toBeGreaterThanOrEqual(9 * "−123,456,789.50".length);
  });
  it("give arms the room that tells them apart", () => {
    expect(roomFor(["free"])).toEqual({ width: 120, height: 36 });
    expect(roomFor(["governed.mock-duopoly", "free"])).toEqual({ width: 215, height: 36 });
    expect(roomFor(["x".repeat(40)])).toEqual({ width: 260, height: 46 });
    expect(roomFor(["x".repeat(300)])).toEqual({ width: 260, height: 84 });
  });
});

describe("the choice of runs", () => {
  it("holds two at most", () => {
    expect(toggled(["a/0"], "b/1")).toEqual(["a/0", "b/1"]);
    expect(toggled(["a/0", "b/1"], "c/2")).toEqual(["a/0", "b/1"]);
    expect(toggled(["a/0", "b/1"], "a/0")).toEqual(["b/1"]);
  });
  it("makes an address", () => {
    expect(comparison("x~y", ["a/0", "b/1"])).toEqual({ a: "x~y/a/0", b: "x~y/b/1" });
    expect(comparison("x", ["a/0"])).toEqual({ a: "x/a/0" });
  });
  it("asks for what is chosen and says nothing of what is not", () => {
    const asked = { offset: 200, count: 100, sort: "", descending: true, text: " ", arm: "", status: "" };
    expect(runsQuery(asked)).toBe("offset=200&count=100");
    expect(runsQuery({ ...asked, sort: "price", text: "a&b=c", arm: "told.mock" })).toBe("offset=200&count=100&sort=price&descending=1&text=a%26b%3Dc&arm=told.mock");
  });
});

describe("words for numbers", () => {
  it("give times in their two greatest units", () => {
    expect([0.2, 1, 59, 60, 3725, 90_061].map(duration)).toEqual(["under 1 s", "1 s", "59 s", "1 min", "1 h 2 min", "1 d 1 h"]);
  });
  it("give as many decimals as the greatest number needs for four figures", () => {
    expect([[0], [0.3], [9.9], [185.8, 3], [5400], [1e6]].map(digitsFor)).toEqual([2, 4, 3, 1, 0, 0]);
  });
  it("align decimals and have a true minus, and none at zero", () => {
    expect([fixed(1234.5, 2), fixed(-3, 1), fixed(-0.0001, 2), fixed(null, 2)]).toEqual(["1,234.50", "−3.0", "0.00", "–"]);
  });
  it("give p with three decimals, or as a power where these show nothing", () => {
    expect([0.04, 0.001, 0.00002, 0, null].map(pValue)).toEqual(["0.040", "0.001", "2.0e−5", "0", "–"]);
  });
  it("put a plus before what is above zero as it is shown", () => {
    const show = (value: number | null) => fixed(value, 1);
    expect([signed(2, show), signed(-2, show), signed(0.001, show), signed(null, show)]).toEqual(["+2.0", "−2.0", "0.0", "–"]);
  });
});
