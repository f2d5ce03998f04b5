import { describe, expect, it } from "vitest";
import { rowHeight, tellingApart } from "../src/campaigns/list_names";
import type { CampaignRow } from "../src/campaigns/types";

const row = (id: string, name: string): CampaignRow => ({
  id,
  name,
  title: "",
  state: "finished",
  market: "",
  arms: 1,
  runs: { planned: 1, finished: 1, failed: 0, open: 0, under_way: 0 },
  calls: 0,
  written_unix_s: 1,
  seconds_left: null,
});

describe("rows of campaigns", () => {
  it("are as high as the longest name and title need, within bounds", () => {
    expect(rowHeight([row("a", "a")], false)).toBe(56);
    const long = { ...row("b", "b"), title: "x".repeat(60) };
    expect(rowHeight([row("a", "a"), long], false)).toBe(64);
    expect(rowHeight([row("a", "a"), long], true)).toBe(81);
    const longest = { ...row("c", "n".repeat(500)), title: "x".repeat(5000) };
    expect([rowHeight([longest], false), rowHeight([longest], true)]).toEqual([102, 119]);
  });
});

describe("campaigns of one name", () => {
  it("are told apart by their folders' endings, and others need none", () => {
    const found = tellingApart([row("talk-aa11", "talk"), row("talk-bb22", "talk"), row("mock-cc33", "mock")]);
    expect([...found]).toEqual([["talk-aa11", "aa11"], ["talk-bb22", "bb22"]]);
  });
  it("are told apart by their whole folders where the endings are alike or are none", () => {
    const found = tellingApart([row("old~talk-aa11", "talk"), row("new~talk-aa11", "talk"), row("copied", "talk")]);
    expect([...found.values()]).toEqual(["old/talk-aa11", "new/talk-aa11", "copied"]);
  });
  it("without a name are shown by their folders already", () => {
    expect(tellingApart([row("a", ""), row("b", "")]).size).toBe(0);
  });
});
