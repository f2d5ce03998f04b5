import { expect, test } from "vitest";
import type { SignalRule } from "../src/record/rulebook";
import { overWhat } from "../src/run/judged";

const rule: SignalRule = { statistic: "mean", measure: "price_elevation", window: 10, limit: 0.5, side: "at least" };
const signal = (values: number, more: object = {}) => ({ signal: "high", value: 1, threshold: values * 500_000, ...more });

test("a signal's sum is said to go over rounds, over rounds and goods, or over values where some are undefined", () => {
  expect(overWhat(signal(10), rule)).toBe("over 10 rounds");
  expect(overWhat(signal(20), rule)).toBe("over 10 rounds and 2 goods");
  expect(overWhat(signal(17), rule)).toBe("over 17 values");
  expect(overWhat(signal(7, { good: "A" }), rule)).toBe("over 7 rounds");
  expect(overWhat(signal(1, { good: "A" }), { ...rule, window: 1 })).toBe("over 1 round");
  expect(overWhat(signal(20), { ...rule, limit: null })).toBe("");
});
