import { describe, expect, it } from "vitest";
import { actRounds, actRows, actsIn, countActs, linesNeeded } from "../src/compare/acts";
import { earliest, firstDifferences } from "../src/compare/first";
import { byFit } from "../src/compare/fitting";
import { runName, shortName } from "../src/compare/names";
import { commonRounds, cumulated, meanOf, onAxis, overlaid } from "../src/compare/overlay";
import { marketDifferences, setupDifferences } from "../src/compare/setup";
import { judgedUnder, UNDER_DIGEST, type Under } from "../src/compare/under";
import { RunReader } from "../src/record/read";
import type { Opened, RoundBody, RoundRecord, RunRecord } from "../src/record/types";

const opened: Opened = {
  seed: 1,
  rounds: 3,
  market: '{"demand":{"a":100},"name":"duopoly"}',
  facts: {
    market: "duopoly",
    agents: ["firm_1", "firm_2"],
    goods: ["A"],
    measures: { price_e6: { axes: ["good"], title: "price" }, profit_e6: { axes: ["firm"], title: "profit" } },
    benchmarks: { nash: { price_e6: [60_000_000] } },
  },
  institution: { name: "ladder", semantic_sha256: "ab".repeat(32), file_sha256: "", text: "" },
  roster: [
    { agent: "firm_1", policy: '{"kind":"nash"}' },
    { agent: "firm_2", policy: '{"kind":"nash"}' },
  ],
};

const round = (number: number, body: Partial<RoundBody> = {}, more: Partial<RoundRecord> = {}): RoundRecord => ({
  round: number,
  seq: number,
  body: { actions: [[1], [2]], measures: { price_e6: [50_000_000], profit_e6: [1_000_000, 3_000_000] }, standings: [{ state: "active" }, { state: "active" }], ...body },
  transitions: [],
  sanctions: [],
  announced: [],
  notices: [],
  ...more,
});

const record = (rounds: readonly RoundRecord[], set: Partial<Opened> = {}): RunRecord => ({
  ...new RunReader().record,
  opened: { ...opened, ...set },
  rounds,
});

const accused = { case: "2-firm_2", agent: "firm_2", rule: "P2", signals: [] };

describe("what differs first", () => {
  it("is nothing for one run and itself", () => {
    const run = record([round(1), round(2)]);
    const found = firstDifferences(run, run);
    expect(found).toEqual({ actions: null, measures: null, standings: null, cases: null, rounds: 2, governed: 2 });
    expect(earliest(found)).toBeNull();
  });
  it("is told for each kind with its round and whose it is", () => {
    const a = record([round(1), round(2), round(3)]);
    const b = record([round(1), round(2, { actions: [[1], [5]] }), round(3, { measures: { price_e6: [51_000_000], profit_e6: [1_000_000, 3_000_000] }, cases: [accused], standings: [{ state: "active" }, { state: "warning" }] })]);
    const found = firstDifferences(a, b);
    expect(found.actions).toEqual({ round: 2, agents: ["firm_2"] });
    expect(found.measures).toEqual({ round: 3, names: ["price_e6"] });
    expect(found.standings).toEqual({ round: 3, agents: ["firm_2"] });
    expect(found.cases).toEqual({ round: 3 });
    expect(earliest(found)).toBe(2);
  });
  it("compares rounds of the same number, also where one log lacks some", () => {
    const found = firstDifferences(record([round(1, { actions: [[9], [9]] }), round(3)]), record([round(2), round(3)]));
    expect(found).toMatchObject({ actions: null, rounds: 1 });
  });
  it("takes a measure that is only in one for a difference", () => {
    const found = firstDifferences(record([round(1, { measures: {} })]), record([round(1)]));
    expect(found.measures?.names).toEqual(["price_e6", "profit_e6"]);
  });
  it("does not compare standings with no institution", () => {
    const { standings: _, ...free } = round(1).body;
    const found = firstDifferences(record([round(1)]), record([{ ...round(1), body: free }]));
    expect(found).toMatchObject({ standings: null, governed: 0 });
  });
  it("does not take other counters for another standing", () => {
    const found = firstDifferences(record([round(1)]), record([round(1, { standings: [{ state: "active", counters: [3] }, { state: "active" }] })]));
    expect(found.standings).toBeNull();
  });
});

describe("differences of set-up", () => {
  it("are none between runs that were set up alike", () => {
    expect(setupDifferences(opened, { ...opened })).toEqual([]);
  });
  it("name seed, institution, market and policies", () => {
    const other: Opened = { ...opened, seed: 2, institution: null, market: '{"demand":{"a":90},"name":"duopoly"}', roster: [opened.roster[0]!, { agent: "firm_2", policy: '{"kind":"divider"}' }] };
    expect(setupDifferences(opened, other)).toEqual([
      { what: "seed", a: "1", b: "2" },
      { what: "institution", a: "ladder abababababab", b: "none" },
      { what: "market: demand.a", a: "100", b: "90" },
      { what: "policy of firm_2", a: "kind: nash", b: "kind: divider" },
    ]);
  });
  it("tell institutions of one name apart by digest", () => {
    const other = { ...opened, institution: { ...opened.institution!, semantic_sha256: "cd".repeat(32) } };
    expect(setupDifferences(opened, other)).toEqual([{ what: "institution", a: "ladder abababababab", b: "ladder cdcdcdcdcdcd" }]);
  });
  it("name an agent that only one run has, and changes of institution", () => {
    const other: Opened = { ...opened, roster: [opened.roster[0]!], switches: [{ first_round: 5, institution: null }] };
    expect(setupDifferences(opened, other).map((one) => [one.what, one.b])).toEqual([
      ["changes of institution", "none from round 5"],
      ["policy of firm_2", "not there"],
    ]);
  });
  it("count parameters beyond the first dozen, and take what is no JSON as text", () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`p${index}`, index])));
    expect(marketDifferences(many, "{}")).toHaveLength(13);
    expect(marketDifferences("x", "y")).toEqual([{ what: "description of the market", a: "x", b: "y" }]);
  });
});

describe("acts of an institution", () => {
  const fine = { agent: "firm_2", sanction: "fine", rule: "P2", amount_e6: 5_000_000 };
  const step = { agent: "firm_2", edge: "P2:active->warning", event: "violation" };
  const run = record([round(1), round(2, { cases: [accused] }, { transitions: [step, { ...step, blocked: "cooldown" }], sanctions: [fine, { ...fine, sanction: "suspension", amount_e6: 0, rounds: 2 }] }), round(3, {}, { sanctions: [fine] })]);
  it("are counted, cases and sanctions apart", () => {
    expect(countActs(run)).toEqual({
      cases: 1,
      roundsWithCases: 1,
      byRule: new Map([["P2", 1]]),
      transitions: 1,
      blocked: 1,
      sanctions: 3,
      byKind: new Map([["fine", 2], ["suspension", 1]]),
      fines_e6: 10_000_000,
    });
  });
  it("stand side by side, with each kind that either has", () => {
    const rows = actRows(countActs(run), countActs(record([round(1)])));
    expect(rows.map((one) => [one.name, one.a, one.b])).toEqual([
      ["Cases", 1, 0],
      ["P2", 1, 0],
      ["Rounds with a case", 1, 0],
      ["Transitions", 1, 0],
      ["Blocked transitions", 1, 0],
      ["Sanctions", 3, 0],
      ["fine", 2, 0],
      ["suspension", 1, 0],
      ["Fines", 10_000_000, 0],
    ]);
  });
  it("are listed by round, where either has any", () => {
    const other = record([round(1, { cases: [accused] }), round(3, {}, { sanctions: [fine] })]);
    expect(actRounds(run, other).map((one) => [one.round, Boolean(one.a), Boolean(one.b)])).toEqual([
      [1, false, true],
      [2, true, false],
      [3, true, true],
    ]);
    expect(actsIn(run.rounds[2])).toEqual(["firm_2: a fine of 5.00"]);
    expect(actsIn(undefined)).toEqual([]);
  });
});

describe("charts of two runs", () => {
  it("share an axis as long as the longer run", () => {
    expect(commonRounds(record([round(1)]), record([round(1), round(3)]))).toEqual([1, 2, 3]);
    expect(onAxis([round(1), round(3)], 4, (one) => one.round)).toEqual([1, null, 3, null]);
  });
  it("give means over agents and goods in units, and pass over what is undefined", () => {
    expect(meanOf("profit_e6", [1_000_000, null, [3_000_000]] as never)).toBe(2);
    expect(meanOf("count", 4)).toBe(4);
    expect(meanOf("price_e6", undefined)).toBeNull();
  });
  it("draw a run's mean, or each of its lines", () => {
    const run = record([round(2)]);
    expect(overlaid(run, "profit_e6", "A", 2, false, 0)).toEqual([{ label: "A", values: [null, 2], seat: 0 }]);
    expect(overlaid(run, "profit_e6", "A", 2, true, 0)).toEqual([
      { label: "A firm_1", values: [null, 1], seat: 0 },
      { label: "A firm_2", values: [null, 3], seat: 1 },
    ]);
  });
  it("sum up to each round", () => {
    expect(cumulated(record([round(1), round(2), round(4)]), 4, () => 2)).toEqual([2, 4, null, 6]);
  });
});

describe("a run under another institution", () => {
  const under: Under = {
    institution: "stricter",
    note: "NOT CAUSAL: as recorded",
    rounds: [{ round: 1, disturbed: false, cases: [accused], sanctions: [], transitions: [], standings: [{ state: "warning" }, { state: "active" }] }],
    drawing: {} as never,
  };
  it("keeps conduct and market, and takes every judgement from the other", () => {
    const run = record([round(1, {}, { sanctions: [{ agent: "firm_1", sanction: "fine", rule: "P1" }] }), round(2)]);
    const judged = judgedUnder(run, under);
    expect(judged.opened?.institution).toMatchObject({ name: "stricter", semantic_sha256: UNDER_DIGEST });
    expect(judged.rounds[0]?.body.actions).toEqual(run.rounds[0]?.body.actions);
    expect(judged.rounds[0]?.body.cases).toEqual([accused]);
    expect(judged.rounds[0]?.sanctions).toEqual([]);
    expect(judged.rounds[1]?.body.standings).toBeUndefined();
    expect(firstDifferences(run, judged)).toMatchObject({ actions: null, measures: null, cases: { round: 1 }, standings: { round: 1, agents: ["firm_1"] } });
  });
});

describe("names of runs", () => {
  it("are a campaign, an arm and a seed, and nothing else", () => {
    expect(runName("a~b/told.mock/3")).toEqual({ campaign: "a~b", arm: "told.mock", seed: "3" });
    expect([runName(""), runName("a/b"), runName("a/b/c/d")]).toEqual([null, null, null]);
  });
  it("say the campaign only where it is not the other's", () => {
    const [one, other] = [runName("x/told/3")!, runName("y/told/3")!];
    expect(shortName(one, one)).toBe("told, seed 3");
    expect(shortName(one, other)).toBe("x: told, seed 3");
  });
});

describe("institutions to judge by", () => {
  const names = ["bertrand-audit", "cournot-antitrust", "cournot-antitrust-hardened", "dismissal", "leniency-antitrust"];
  it("come in two groups: what was tried in the campaign, then what is named as the market, then the others", () => {
    expect(byFit(names, { markets: ["cournot-duopoly"], institutions: ["cournot-antitrust-hardened"], ofCampaign: ["dismissal"] })).toEqual({
      fitting: ["cournot-antitrust-hardened", "dismissal", "cournot-antitrust"],
      others: ["bertrand-audit", "leniency-antitrust"],
    });
  });
  it("are all others where nothing is known", () => {
    expect(byFit(names, { markets: [], institutions: [], ofCampaign: [] })).toEqual({ fitting: [], others: names });
  });
});

describe("rows of rounds with acts", () => {
  const cases = (many: number) => round(1, { cases: Array.from({ length: many }, () => accused) });
  it("have lines for the longest of them, within bounds", () => {
    const lines = (many: number) => linesNeeded(actRounds(record([cases(many)]), record([round(1)])));
    expect([lines(1), lines(2), lines(1000)]).toEqual([1, 2, 6]);
    expect(linesNeeded([])).toBe(1);
  });
});
