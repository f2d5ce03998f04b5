import { describe, expect, it } from "vitest";
import { encoded } from "../src/log/octets";
import { linesOfOctets, NO_UTF8 } from "../src/source/octet_lines";

const octets = (...lines: readonly string[]): Uint8Array => encoded(lines.map((line) => `${line}\n`).join(""));

describe("lines of octets", () => {
  it("are the lines, a byte order mark and a replacement character included", () => {
    for (const lines of [["a", "b"], ["", "", "x"], ["\uFEFFa", "b\uFFFD\u2028c"]]) {
      expect(linesOfOctets(octets(...lines))).toEqual(lines);
    }
    expect(linesOfOctets(new Uint8Array())).toEqual([]);
  });

  it("tell a replacement character from octets that are no UTF-8, in that line only", () => {
    const changed = octets("before", "x\uFFFDy", "after");
    const at = changed.indexOf(0xef);
    const other = Uint8Array.from([...changed.subarray(0, at), 0xff, ...changed.subarray(at + 3)]);
    const [before, line, after] = linesOfOctets(other);
    expect([before, after]).toEqual(["before", "after"]);
    expect(line).toBe(`x\uFFFDy${NO_UTF8}`);
    expect(linesOfOctets(changed)[1]).toBe("x\uFFFDy");
  });
});
