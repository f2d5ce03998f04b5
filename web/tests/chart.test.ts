import { expect, test } from "vitest";
import { apart, bounds, isolated, merged, saidBeside } from "../src/ui/chart_levels";
import { extent, type Drawing } from "../src/ui/drawing";

test("levels of one value are one line with both names, the highest first", () => {
  const levels = [
    { label: "nash", value: 1 },
    { label: "division", value: 2 },
    { label: "monopoly", value: 2.0000001 },
    { label: "nash", value: 1 },
    { label: "broken", value: Number.NaN },
  ];
  expect(merged(levels)).toEqual([
    { label: "division, monopoly", value: 2 },
    { label: "nash", value: 1 },
  ]);
});

test("labels stand apart, in their order, within what is drawn", () => {
  expect(apart([10, 50, 90], 12, 0, 100)).toEqual([10, 50, 90]);
  expect(apart([50, 51, 52], 12, 0, 100)).toEqual([50, 62, 74]);
  expect(apart([95, 96], 12, 0, 100)).toEqual([88, 100]);
  expect(apart([], 12, 0, 100)).toEqual([]);
});

test("bounds hold all lines and levels, and something where there is nothing", () => {
  const [least, most] = bounds([[1, null, 3], [Number.POSITIVE_INFINITY]], [{ label: "l", value: 5 }]);
  expect(least).toBeLessThan(1);
  expect(least).toBeGreaterThan(0.5);
  expect(most).toBeGreaterThan(5);
  expect(bounds([], [])).toEqual([0, 1]);
  const [low, high] = bounds([[7, 7]], []);
  expect(low).toBeLessThan(7);
  expect(high).toBeGreaterThan(7);
});

test("a compact drawing is cut to its arcs, a whole one to its labels", () => {
  const drawing: Drawing = {
    name: "d",
    title: "",
    subtitle: "",
    width: 500,
    height: 400,
    boxes: [{ x: 0, y: 200, width: 100, height: 56, name: "a", label: "A", first: true }],
    arcs: [{ edge: "r:a->a", kind: "escalation", start: 10, end: 60, row: 200, height: 40, side: -1 }],
    labels: [{ edge: "r:a->a", x: 30, y: 100, lines: [["event", "go"], ["guard", "if x"]] }],
  };
  expect(extent(drawing, true)).toEqual([0, 132, 500, 132]);
  expect(extent(drawing, false)).toEqual([0, 82, 500, 182]);
  expect(extent({ ...drawing, boxes: [], arcs: [], labels: [] }, true)).toEqual([0, 0, 500, 400]);
});

test("a value without neighbours is a point", () => {
  expect(isolated([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  expect(isolated([1, 2, 3])).toBeNull();
  expect(isolated([7])).toEqual([0]);
});

test("beside a line stand its names, or the first and how many more", () => {
  const said = (label: string) => saidBeside({ label, value: 1 });
  expect(said("division, monopoly")).toBe("division, monopoly");
  expect(said("competitive, nash, division")).toBe("competitive and 2 more");
  expect(said("a long name of one benchmark")).toBe("a long name of one benchmark");
});
