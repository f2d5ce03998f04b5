import { describe, expect, it, vi } from "vitest";

vi.stubGlobal("location", { hash: "" });
vi.stubGlobal("addEventListener", () => {});
const { pageOf } = await import("../src/ui/arrival");
const { namesOf } = await import("../src/ui/title");

const at = (words: readonly string[], query = "") => ({ words, values: new URLSearchParams(query) });

describe("another page", () => {
  it("is not another round or tab", () => {
    expect(pageOf(at(["r", "c", "a", "1"], "round=3"))).toBe(pageOf(at(["r", "c", "a", "1"], "round=4")));
    expect(pageOf(at(["c", "x"], "tab=runs"))).toBe(pageOf(at(["c", "x"])));
    expect(pageOf(at(["compare"], "a=1&b=2&round=3"))).toBe(pageOf(at(["compare"], "a=1&b=2")));
  });
  it("is another run, and another comparison", () => {
    expect(pageOf(at(["r", "c", "a", "1"]))).not.toBe(pageOf(at(["r", "c", "a", "2"])));
    expect(pageOf(at(["compare"], "a=1&under=x"))).not.toBe(pageOf(at(["compare"], "a=1&under=y")));
  });
  it("is named by its run, and by itself where it knows better", () => {
    expect(namesOf(at(["r", "talk-aa11", "free.mock", "3"]))).toEqual(["free.mock/3", "talk-aa11"]);
    expect([namesOf(at(["c", "x"])), namesOf(at([])), namesOf(at(["compare"]))]).toEqual([null, null, null]);
    expect(namesOf(at(["play"]))).toEqual(["Your seat"]);
  });
});
