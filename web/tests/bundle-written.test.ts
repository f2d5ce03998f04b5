import { describe, expect, it } from "vitest";
import { fileText, linesOfElement, readLine, writeLine } from "../src/bundle/written";
import { hex } from "../src/log/octets";
import { fromPage } from "../src/source/embedded";
import { elements, PAGE } from "./bundle-page";
import cases from "./bundle-written.json";

const octets = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe("a line in a page", () => {
  it("is written as the program writes it, and read back octet for octet", () => {
    expect(cases.length).toBeGreaterThan(400);
    for (const [line, text] of cases as [string, string][]) {
      expect(writeLine(octets(line))).toBe(text);
      expect(hex(readLine(text) ?? new Uint8Array(0)), text).toBe(line);
      expect(text).not.toMatch(/[\r\n\0<\ufffd\u2028]/);
    }
  });

  it.each(["%", "%3", "%3c", "%zz", "%41", "<", "a\rb", "a\nb", "\0", "\ufffd", "\u2028", "/script", "!--", "%FF%00%41"])("is never %j", (text) => {
    expect(readLine(text)).toBeNull();
  });
});

describe("a file in a page", () => {
  it("ends as it ended", () => {
    expect(fileText("\none\ntwo\n")).toBe("one\ntwo\n");
    expect(fileText("\none\ntwo%\n")).toBe("one\ntwo");
    expect(fileText("\n")).toBe("");
    expect(linesOfElement("\none\n\n")).toEqual(["one", ""]);
  });
});

describe("the prompts of a page", () => {
  it("are left out and counted where the log has no such digest", async () => {
    const { calls, why } = await fromPage(elements(PAGE)).spoken();
    expect(calls).toEqual([]);
    expect(why).toContain("1 of the prompts in this file are not those");
  });
});
