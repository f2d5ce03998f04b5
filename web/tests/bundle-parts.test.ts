import { describe, expect, it } from "vitest";
import { aboutOf, fromPage } from "../src/source/embedded";
import { checked, elements, PAGE, WORKSPACE } from "./bundle-page";

const text = new TextDecoder().decode(PAGE);
const octets = (page: string): Uint8Array => new TextEncoder().encode(page);
const journal = /<script type="text\/plain" id="checkpoints">\n[^<]*<\/script>\n/;
const without = octets(text.replace(journal, ""));
const withText = (id: string, written: string): Uint8Array =>
  octets(text.replace(new RegExp(`(id="${id.replace(".", "\\.")}">\n)[^<]*`), (_, begin: string) => begin + written));

describe("the checkpoints of a page", () => {
  it("are the last one where there is no element of them", async () => {
    expect(elements(without)("checkpoints")).toBeNull();
    const state = await checked(without, [WORKSPACE]);
    expect(state.verdict).toBe("verified");
    expect(state.details.join()).toContain("1 signed checkpoint");
  });

  it("are damaged where the element is empty", async () => {
    expect((await checked(withText("checkpoints", ""), [WORKSPACE])).headline).toContain("damaged: checkpoints, note 0");
  });
});

describe("the name of a run in a page", () => {
  const said = octets(text.replace('"title":"odd/arm/0"', '"title":"another/arm/7"'));

  it("is the origin that the checkpoint's signature is over, whatever the file calls it", () => {
    expect(aboutOf(elements(said)).title).toBe("another/arm/7");
    expect(fromPage(elements(said)).title).toBe("lab/plan/arm/1/1");
    expect(fromPage(elements(PAGE)).title).toBe("lab/plan/arm/1/1");
  });

  it("is cut where it is long, and that of the key where there is no checkpoint", () => {
    expect(fromPage(elements(withText("checkpoint", `${"a".repeat(5000)}\n`))).title.length).toBe(200);
    expect(fromPage(elements(withText("checkpoint", ""))).title).toBe("lab/plan/arm/1/1");
    expect(fromPage(() => null).title).toBe("a run");
  });

  it.each(["", "[", "3\n", "null\n", '{"title":3,"program":[],"prompts":{}}\n'])("is not said where `about` is %j", (about) => {
    expect(aboutOf(elements(withText("about", about)))).toEqual({ title: "", program: "", prompts: "" });
  });
});

describe("a blob of a page", () => {
  const [line] = /[0-9a-f]{64} [A-Za-z0-9+/=]+/.exec(text) as unknown as [string];

  it.each([
    ["", ""],
    ["a blank", " "],
    ["no digest", line.slice(65)],
    ["a long name", `${"a".repeat(5000)} ${line.slice(65)}`],
    ["another sign than a blank", line.replace(" ", "x")],
    ["capitals", line.slice(0, 64).toUpperCase() + line.slice(64)],
    ["the same again", `${line}\n${line}`],
    ["more behind it", line + line.slice(65)],
  ])("is tampered with where it has %s", async (_, written) => {
    expect((await checked(withText("blobs", `${written}\n`), [WORKSPACE])).headline).toMatch(/^tampered: blob .{0,200}$/);
  });
});
