import { describe, expect, it } from "vitest";
import { actionOf, bounds, cell, columns, EMPTY, observed } from "../src/play/draft";
import { recordedWords } from "../src/play/lost";
import type { PastRound, Situation } from "../src/play/seat";

const FIRM: Situation = {
  agent: "firm_1",
  round: 2,
  rules: "",
  story: "",
  facts: [],
  unit: "",
  money: "",
  told: "",
  opening: "",
  question: "",
  parts: [
    { name: "A", low: 0, high: 100, whole: false, names: [], cost: 40 },
    { name: "B", low: 0, high: 100, whole: false, names: [], cost: 50 },
  ],
  choices: [],
  capacity: 100,
  talks: 0,
  reports: false,
  notice: "",
  new_notice: false,
  messages: [],
  history: [],
  conversation: [],
  refused: "",
};
const past: PastRound = {
  round: 1,
  suspended: false,
  seen: [
    { name: "quantity", values: [60, 0] },
    { name: "may_move", values: [1] },
    { name: "asked", values: [1, 2, 3] },
  ],
  profit: 10,
  fine: 0,
  total: 10,
};

describe("what a draft comes to", () => {
  it("is one number a part", () => {
    expect(actionOf(FIRM, { ...EMPTY, numbers: { A: "60", B: " 0.5 " } })).toEqual({ action: { numbers: { A: 60, B: 0.5 } } });
  });
  it("is nothing while a number is missing, none, or out of bounds", () => {
    expect(actionOf(FIRM, EMPTY)).toEqual({ fault: "A needs a number." });
    expect(actionOf(FIRM, { ...EMPTY, numbers: { A: "x", B: "0" } })).toEqual({ fault: "A must be a number from 0 to 100." });
    expect(actionOf(FIRM, { ...EMPTY, numbers: { A: "-1", B: "0" } })).toEqual({ fault: "A must be a number from 0 to 100." });
    expect(actionOf(FIRM, { ...EMPTY, numbers: { A: "60", B: "60" } })).toEqual({ fault: "Together that is 120, which is more than your capacity of 100." });
  });
  it("is a whole number where whole ones are asked for", () => {
    const whole: Situation = { ...FIRM, capacity: null, parts: [{ name: "price", low: 0, high: 12, whole: true, names: [], cost: null }] };
    expect(actionOf(whole, { ...EMPTY, numbers: { price: "1.5" } })).toEqual({ fault: "price must be a whole number from 0 to 12." });
    expect(actionOf(whole, { ...EMPTY, numbers: { price: "3" } })).toEqual({ action: { numbers: { price: 3 } } });
  });
  it("is a label where options are listed", () => {
    const listed: Situation = { ...FIRM, parts: [], choices: [{ label: "A", text: "rest" }] };
    expect(actionOf(listed, EMPTY)).toEqual({ fault: "Choose one of the options." });
    expect(actionOf(listed, { ...EMPTY, choice: "A" })).toEqual({ action: { choice: "A" } });
  });
  it("says and reports only where somebody listens", () => {
    const draft = { numbers: { A: "1", B: "1" }, choice: "", report: true, message: " hello " };
    expect(actionOf(FIRM, draft)).toEqual({ action: { numbers: { A: 1, B: 1 } } });
    expect(actionOf({ ...FIRM, talks: 60, reports: true }, draft)).toEqual({ action: { numbers: { A: 1, B: 1 }, report: true, message: "hello" } });
  });
});

describe("the columns of the history", () => {
  it("are named by the parts of an action where there are as many, else counted", () => {
    expect(columns([past], FIRM.parts).map((column) => column.label)).toEqual(["quantity A", "quantity B", "may move", "asked 1", "asked 2", "asked 3"]);
    expect(columns([], FIRM.parts)).toEqual([]);
    expect(cell(past, "quantity", 0)).toBe(60);
    expect(cell(past, "gone", 0)).toBeNull();
  });
  it("tells bounds in words", () => {
    expect(FIRM.parts.map(bounds)).toEqual(["a number from 0 to 100", "a number from 0 to 100"]);
  });
});

describe("a number that the market shows", () => {
  it.each([
    [1030.256, "1,030.26"],
    [12345, "12,345"],
    [44.5, "44.5"],
    [0.01234, "0.01234"],
    [0, "0"],
    [-1030.256, "-1,030.26"],
    [null, "\u2013"],
  ])("%s reads %s", (value, words) => expect(observed(value)).toBe(words));
});

describe("what is recorded when the program is gone", () => {
  it.each([
    [1, false, "Your decision for round 1 is not recorded."],
    [2, false, "Round 1 is recorded. Your decision for round 2 is not recorded."],
    [4, true, "Rounds 1 to 3 are recorded. Whether your decision for round 4 is recorded, you will see when you go on."],
  ])("in round %s, sent: %s", (round, sent, words) => expect(recordedWords(round, sent)).toBe(words));
});
