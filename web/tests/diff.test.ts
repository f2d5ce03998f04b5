import { expect, test } from "vitest";
import { diff, hunks } from "../src/record/diff";

const words = (before: string, after: string) => diff(before, after).lines.map(({ kind, text }) => `${{ same: " ", gone: "-", new: "+" }[kind]}${text}`);

test("equal texts have no change", () => {
  expect(words("a\nb", "a\nb")).toEqual([" a", " b"]);
});

test("a changed line between others", () => {
  expect(words("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
});

test("a line that moved up among others keeps the longest common part", () => {
  expect(words("a\nb\nc\nd", "a\nc\nd\nb")).toEqual([" a", "-b", " c", " d", "+b"]);
});

test("the two texts can be put together again from it", () => {
  let state = 7;
  const random = (below: number) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
  for (let turn = 0; turn < 200; turn++) {
    const text = () => Array.from({ length: random(12) }, () => "abcd"[random(4)]).join("\n");
    const [before, after] = [text(), text()];
    const { lines } = diff(before, after);
    expect(lines.filter((line) => line.kind !== "new").map((line) => line.text).join("\n")).toBe(before);
    expect(lines.filter((line) => line.kind !== "gone").map((line) => line.text).join("\n")).toBe(after);
  }
});

test("long texts that share nothing are given as a whole, without a table of millions of cells", () => {
  const long = (letter: string) => Array.from({ length: 3000 }, (_, index) => `${letter}${index}`).join("\n");
  const { lines, exact } = diff(`head\n${long("a")}\ntail`, `head\n${long("b")}\ntail`);
  expect(exact).toBe(false);
  expect(lines).toHaveLength(6002);
  expect(lines[0]).toEqual({ kind: "same", text: "head" });
  expect(lines.at(-1)).toEqual({ kind: "same", text: "tail" });
});

test("hunks count what nobody changed", () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const after = before.map((line, index) => (index === 10 ? "other" : line));
  const parts = hunks(diff(before.join("\n"), after.join("\n")).lines, 2);
  expect(parts.map((part) => ("left" in part ? part.left : part.lines.length))).toEqual([8, 6, 7]);
});
