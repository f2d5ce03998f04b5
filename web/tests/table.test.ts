import { describe, expect, it } from "vitest";
import { compared, holds, nextSort, sorted } from "../src/ui/table_sort";
import { Pages } from "../src/ui/table_pages";
import { drawn, leastWidth, moved, pagesOf, scrolledTo, seen } from "../src/ui/table_window";
import { percent, percentOn, scaleOf } from "../src/ui/interval_scale";
import { tabAfter } from "../src/ui/tabs_keys";

describe("the window of a long table", () => {
  it("holds what is seen and some rows more on either side", () => {
    expect(seen(0, 360, 36, 10_000)).toEqual({ first: 0, end: 18 });
    expect(seen(36_000, 360, 36, 10_000)).toEqual({ first: 992, end: 1018 });
    expect(seen(36_001, 360, 36, 10_000)).toEqual({ first: 992, end: 1019 });
  });
  it("ends with the table", () => {
    expect(seen(359_640, 360, 36, 10_000)).toEqual({ first: 9982, end: 10_000 });
    expect(seen(0, 360, 36, 3)).toEqual({ first: 0, end: 3 });
    expect(seen(0, 360, 36, 0)).toEqual({ first: 0, end: 0 });
  });
  it("is sane when rows went away while it was scrolled down", () => {
    expect(seen(100_000, 360, 36, 5)).toEqual({ first: 0, end: 5 });
  });
  it("keeps the focused row in the page wherever it is", () => {
    const window = { first: 10, end: 13 };
    expect(drawn(window, 11, 100)).toEqual([10, 11, 12]);
    expect(drawn(window, 2, 100)).toEqual([2, 10, 11, 12]);
    expect(drawn(window, 99, 100)).toEqual([10, 11, 12, 99]);
    expect(drawn(window, 100, 100)).toEqual([10, 11, 12]);
    expect(drawn(window, null, 100)).toEqual([10, 11, 12]);
  });
  it("scrolls no further than to show the row", () => {
    expect(scrolledTo(5, 0, 360, 36)).toBe(0);
    expect(scrolledTo(10, 0, 360, 36)).toBe(36);
    expect(scrolledTo(3, 360, 360, 36)).toBe(108);
  });
  it("moves by keys and stays inside", () => {
    expect(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End", "x"].map((key) => moved(key, 50, 100, 10))).toEqual([51, 49, 59, 41, 0, 99, null]);
    expect(moved("ArrowUp", 0, 100, 10)).toBe(0);
    expect(moved("PageDown", 99, 100, 10)).toBe(99);
    expect(moved("End", 0, 0, 10)).toBe(0);
  });
  it("knows the pages that it touches", () => {
    expect(pagesOf({ first: 199, end: 401 }, 200)).toEqual([0, 1, 2]);
    expect(pagesOf({ first: 0, end: 200 }, 200)).toEqual([0]);
    expect(pagesOf({ first: 0, end: 0 }, 200)).toEqual([]);
  });
  it("is as wide as its columns need at least", () => {
    expect(leastWidth(["44px", "minmax(160px, 2fr)", "1fr"])).toBe(204);
  });
});

describe("the order of rows", () => {
  it("puts what is missing last in both directions", () => {
    const rows = [3, null, 1, undefined, 2];
    expect(sorted(rows, (row) => row, false)).toEqual([1, 2, 3, null, undefined]);
    expect(sorted(rows, (row) => row, true)).toEqual([3, 2, 1, null, undefined]);
  });
  it("compares numbers in texts as numbers, and letters in any case", () => {
    expect(sorted(["arm-10", "Arm-9", "arm-1"], (row) => row, false)).toEqual(["arm-1", "Arm-9", "arm-10"]);
  });
  it("leaves rows that are alike as they were", () => {
    const rows = [{ key: 1, name: "a" }, { key: 1, name: "b" }];
    expect(sorted(rows, (row) => row.key, true).map((row) => row.name)).toEqual(["a", "b"]);
    expect(compared(Number.NaN, 1, false)).toBeGreaterThan(0);
  });
  it("turns with a second click, and begins as the column asks", () => {
    expect(nextSort(null, "runs", true)).toEqual({ key: "runs", descending: true });
    expect(nextSort({ key: "runs", descending: true }, "runs", true)).toEqual({ key: "runs", descending: false });
    expect(nextSort({ key: "runs", descending: true }, "name")).toEqual({ key: "name", descending: false });
  });
  it("finds rows that hold every word", () => {
    expect(holds("Cournot three", ["cournot", "Three regimes"])).toBe(true);
    expect(holds("cournot four", ["cournot", "Three regimes"])).toBe(false);
    expect(holds("", [])).toBe(true);
  });
});

describe("rows that are fetched as they are seen", () => {
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  it("asks for a page once, and knows its rows then", async () => {
    const asked: number[] = [];
    const pages = new Pages<number>(async (offset, count) => {
      asked.push(offset);
      return { total: 450, rows: Array.from({ length: Math.min(count, 450 - offset) }, (_, index) => offset + index) };
    }, 100);
    pages.want(0, 30);
    pages.want(90, 120);
    pages.want(0, 30);
    await settled();
    expect(asked).toEqual([0, 100]);
    expect([pages.row(29), pages.row(199), pages.row(200)]).toEqual([29, 199, undefined]);
    expect(pages.now.value.total).toBe(450);
  });
  it("says what went wrong, keeps what it has, and asks again for what is missing", async () => {
    let broken = true;
    const pages = new Pages<number>(async (offset) => {
      if (offset && broken) throw new Error("gone");
      return { total: 4, rows: [offset, offset + 1] };
    }, 2);
    pages.want(0, 4);
    await settled();
    expect(String(pages.now.value.error)).toContain("gone");
    expect(pages.row(1)).toBe(1);
    broken = false;
    pages.again();
    await settled();
    expect(pages.now.value.error).toBeNull();
    expect(pages.row(3)).toBe(3);
  });
  it("keeps old rows until new ones are here, and forgets pages that nobody sees", async () => {
    let version = 0;
    const pages = new Pages<number>(async (offset) => ({ total: 6, rows: [10 * version + offset, 10 * version + offset + 1] }), 2);
    pages.want(0, 4);
    await settled();
    version = 1;
    pages.renew(0, 2);
    expect([pages.row(0), pages.row(2)]).toEqual([0, undefined]);
    await settled();
    expect(pages.row(0)).toBe(10);
  });
  it("takes nothing once it is closed", async () => {
    const pages = new Pages<number>(async () => ({ total: 1, rows: [1] }), 2);
    pages.want(0, 1);
    pages.close();
    await settled();
    expect(pages.row(0)).toBeUndefined();
  });
});

describe("a scale for intervals", () => {
  it("holds all numbers with room at the ends, and passes over what is missing", () => {
    expect(scaleOf([0, 100, null, undefined, Number.NaN])).toEqual({ least: -6, most: 106 });
    expect(scaleOf([])).toBeNull();
  });
  it("has a width where all numbers are the same", () => {
    expect(scaleOf([0])).toEqual({ least: -0.5, most: 0.5 });
    expect(scaleOf([70, 70])).toEqual({ least: 63, most: 77 });
  });
  it("places a number by its share, and none outside", () => {
    expect(percentOn({ least: 0, most: 4 }, 1)).toBe(25);
    expect(percentOn({ least: 0, most: 4 }, 9)).toBe(100);
    expect(percentOn({ least: 0, most: 4 }, -9)).toBe(0);
    expect(percent(0.975)).toBe("97.5%");
  });
});

describe("the keys of tabs", () => {
  it("go round the corner", () => {
    expect(["ArrowRight", "ArrowLeft", "Home", "End", "a"].map((key) => tabAfter(key, 0, 3))).toEqual([1, 2, 0, 2, null]);
    expect(tabAfter("ArrowRight", 2, 3)).toBe(0);
  });
});
