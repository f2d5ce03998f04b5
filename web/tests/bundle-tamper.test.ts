import { describe, expect, it } from "vitest";
import { checked, drawing, PAGE, placeOf, withOctet, WORKSPACE } from "./bundle-page";

const ENTRIES = 60;
const [from, to] = placeOf(PAGE, "entries");
/** Of each octet of the element, the entry in whose line it lies; a newline belongs to the line that it ends. */
const owner: number[] = [];
for (let at = from, entry = 0; at < to; at++) {
  owner.push(entry);
  if (PAGE[at] === 0x0a) entry++;
}

/** HTML reads a carriage return as a newline: between two entries it is no change of what was signed, and none of what is read. */
function sameToHtml(at: number, octet: number): boolean {
  return PAGE[at] === 0x0a && octet === 0x0d;
}

async function held(file: Uint8Array, entry: number, what: string): Promise<void> {
  const state = await checked(file, entry % 5 ? [WORKSPACE] : []);
  expect(state.verdict, what).toBe("tampered");
  expect(state.bad.map((one) => one.seq), what).toEqual([entry]);
  expect(state.headline, what).toContain(`entry ${entry} is not what was signed`);
  expect(state.entries, what).toEqual(Array.from({ length: ENTRIES }, (_, at) => (at === entry ? "bad" : "good")));
}

describe("a bundle", { timeout: 60_000 }, () => {
  it("is consistent, and verified under the workspace's key", async () => {
    expect(owner[owner.length - 1]).toBe(ENTRIES - 1);
    const open = await checked(PAGE);
    expect(open.headline).toBe("consistent under key lab/plan/arm/1/1+276ccfb9");
    expect(open.entries).toEqual(new Array(ENTRIES).fill("good"));
    const verified = await checked(PAGE, [WORKSPACE]);
    expect([verified.verdict, verified.headline]).toEqual(["verified", "verified under key workspace+a6cb734a"]);
    expect(verified.details.some((line) => line.startsWith("not excluded: rollback"))).toBe(true);
  });

  it("names the one entry in which a byte was changed, 300 times", async () => {
    const draw = drawing(10);
    for (let time = 0; time < 301; time++) {
      const at = from + draw(to - from);
      const octet = (PAGE[at] as number) ^ (1 + draw(255));
      if (sameToHtml(at, octet)) continue;
      await held(withOctet(PAGE, at, octet), owner[at - from] as number, `octet ${at} to ${octet}`);
    }
  });

  it.each([
    ["a newline", 0x0a],
    ["a carriage return", 0x0d],
    ["NUL", 0],
    ["the sign that begins a tag", 0x3c],
    ["the sign of written octets", 0x25],
    ["no UTF-8", 0xff],
    ["the beginning of a letter", 0xe2],
    ["a space", 0x20],
    ["a brace", 0x7d],
  ])("names the entry where an octet became %s, all over an entry", async (_, octet) => {
    const draw = drawing(octet + 1);
    for (let entry = 0; entry < ENTRIES; entry += 7) {
      const first = owner.indexOf(entry);
      const line = owner.lastIndexOf(entry) - first;
      for (const at of [0, line - 1, line, draw(line), draw(line)]) {
        const place = from + first + at;
        if (PAGE[place] !== octet && !sameToHtml(place, octet)) await held(withOctet(PAGE, place, octet), entry, `${at} of entry ${entry} to ${octet}`);
      }
    }
  });

  it("names the entry where a newline after it became anything else", async () => {
    for (let entry = 0; entry < ENTRIES; entry++) {
      const place = from + owner.lastIndexOf(entry);
      await held(withOctet(PAGE, place, [0x20, 0x25, 0x8a, 0x3c, 0x22][entry % 5] as number), entry, `the newline after entry ${entry}`);
    }
  });

  it("is the same where a newline between entries became another one of HTML's", async () => {
    const place = from + owner.lastIndexOf(9);
    expect((await checked(withOctet(PAGE, place, 0x0d), [WORKSPACE])).verdict).toBe("verified");
  });

  it.each(["log.vkey", "certificate", "checkpoint", "checkpoints", "leaves"])("catches a changed byte in %s and blames no entry", async (id) => {
    const [first, end] = placeOf(PAGE, id);
    const draw = drawing(id.length + 40);
    for (let time = 0; time < 40; time++) {
      const at = first + draw(end - first);
      const file = withOctet(PAGE, at, (PAGE[at] as number) ^ (1 + draw(255)));
      const state = await checked(file, [WORKSPACE]);
      expect(["tampered", "damaged", "consistent"], `octet ${at}`).toContain(state.verdict);
      expect(state.bad, `octet ${at}: ${state.headline}`).toEqual([]);
      expect(state.entries.includes("bad"), `octet ${at}: ${state.headline}`).toBe(false);
      if (state.verdict === "consistent") {
        expect(id).toBe("certificate"); // its signature is then nobody's whom the reader knows
        expect(state.details.join()).toContain("signed by no key that was given");
      } else expect(state.headline).toContain(id === "leaves" ? "leaf hash" : id === "checkpoints" ? "checkpoint" : id);
      if (id === "leaves") expect(state.entries).toEqual(new Array(ENTRIES).fill("good"));
    }
  });

  it("catches a changed blob and blames no entry", async () => {
    const [first, end] = placeOf(PAGE, "blobs");
    for (const at of [first, first + 63, first + 70, end - 20]) {
      const state = await checked(withOctet(PAGE, at, (PAGE[at] as number) ^ 1), [WORKSPACE]);
      expect(state.verdict).toBe("tampered");
      expect(state.headline).toContain("blob");
      expect(state.bad).toEqual([]);
    }
  });
});
