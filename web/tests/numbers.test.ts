import { describe, expect, it } from "vitest";
import { count, money, shown, shownE6 } from "../src/ui/numbers";

describe("numbers for people", () => {
  it("keep all figures before the point", () => {
    expect([247_816, 247_816.4, -247_816, 1000, 12_345_678].map(shown)).toEqual(["247,816", "247,816", "-247,816", "1,000", "12,345,678"]);
  });
  it("have four significant digits below a thousand, and no zeros that were not measured", () => {
    expect([999.94, 65.333333, 70, 0.00123456, 0.5, 0].map(shown)).toEqual(["999.9", "65.33", "70", "0.001235", "0.5", "0"]);
  });
  it("are a dash where there is none, and zero has no sign", () => {
    expect([shown(null), shown(undefined), money(null), shownE6(undefined)]).toEqual(["–", "–", "–", "–"]);
    expect([shown(-0), money(-0.001), count(-0.2)]).toEqual(["0", "0.00", "0"]);
  });
  it("are money to the hundredth", () => {
    expect([money(247_815.5), money(-3), shownE6(250_000_000)]).toEqual(["247,815.50", "-3.00", "250.00"]);
  });
});
