import { describe, expect, test } from "vitest";
import { byState, indexOf, noticeAt, noticesByAgent, phaseAt, phases, standingsAt, traversedIn } from "../src/record/at";
import { binned, failuresIn, markedRounds, neighbour } from "../src/record/marks";
import { RunReader } from "../src/record/read";
import { meanAndLimit, namedCounters, rulebookOf } from "../src/record/rulebook";
import { firstMeasures, measureSeries } from "../src/record/series";
import { shared } from "../src/record/shared";
import type { MarketFacts, RunRecord } from "../src/record/types";
import { entryWords, readable, sanctionWords } from "../src/record/words";
import type { RunSource } from "../src/source/source";
import { ENTRIES, FUND, LADDER, lineOf, LINES } from "./record_log";

function read(lines: readonly string[]): RunRecord {
  const reader = new RunReader();
  reader.feed(lines);
  return reader.record;
}

const facts = (record: RunRecord): MarketFacts => record.opened?.facts as MarketFacts;

describe("reading a log", () => {
  test("every entry finds its round", () => {
    const record = read(LINES);
    expect(record.rounds.map((one) => one.round)).toEqual([1, 2, 3, 4]);
    expect(record.rounds.map((one) => one.seq)).toEqual([3, 4, 12, 14]);
    expect(record.rounds[1]?.transitions).toHaveLength(2);
    expect(record.rounds[1]?.sanctions).toHaveLength(1);
    expect(record.rounds[1]?.announced).toHaveLength(1);
    expect(record.firstNotices).toHaveLength(2);
    expect(record.closed).toBe(true);
    expect(record.unreadable).toEqual([]);
    expect(record.kinds).toEqual(ENTRIES.map((one) => one.kind));
    expect(record.roundOf).toEqual(ENTRIES.map((one) => one.round));
  });

  test("portions make no difference", () => {
    const reader = new RunReader();
    for (const line of LINES) reader.feed([line]);
    expect(reader.record).toEqual(read(LINES));
  });

  test("a line that is no entry hides itself and nothing else", () => {
    for (let bad = 0; bad < LINES.length; bad++) {
      const record = read(LINES.map((line, seq) => (seq === bad ? line.replace("{", "[") : line)));
      expect(record.unreadable.map((one) => one.seq)).toEqual([bad]);
      expect(record.kinds[bad]).toBe("");
      const lost = ENTRIES[bad]?.kind === "round" ? ENTRIES[bad]?.round : 0;
      expect(record.rounds.map((one) => one.round)).toEqual([1, 2, 3, 4].filter((round) => round !== lost));
    }
  });

  test("a round that says another number than is due is left out", () => {
    const record = read(LINES.map((line, seq) => (seq === 4 ? line.replace('"round":2', '"round":9') : line)));
    expect(record.unreadable).toEqual([{ seq: 4, why: "it says that it is round 9, where round 2 is due" }]);
    expect(record.rounds.map((one) => one.round)).toEqual([1, 3, 4]);
    expect(record.rounds[0]?.transitions).toEqual([]);
  });

  const twelve = [LINES[0]?.replace('"rounds":4', '"rounds":12') as string, ...Array.from({ length: 12 }, (_, at) => (LINES[3] as string).replace('"round":1', `"round":${at + 1}`))];

  test.each(Array.from({ length: 12 }, (_, at) => at + 1))("a missing line of round %i hides no other round", (gone) => {
    const record = read(twelve.filter((_, at) => at !== gone));
    expect(record.rounds.map((one) => one.round)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1).filter((round) => round !== gone));
    expect(record.unreadable).toEqual([]);
  });

  test("a round that says it is a later one hides none of those that follow", () => {
    for (let says = 3; says <= 40; says++) {
      const record = read(twelve.map((line, at) => (at === 2 ? line.replace('"round":2', `"round":${says}`) : line)));
      const lost = says === 3 ? [2, 3] : [2];
      expect(record.rounds.map((one) => one.round).filter((round) => !lost.includes(round))).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].filter((round) => !lost.includes(round)));
    }
  });

  test("an entry in parts is read as the line that it is", () => {
    const line = LINES[3] as string;
    const parts = [line.slice(0, 40), line.slice(40, 90), line.slice(90)].map((text, index) =>
      lineOf({ kind: "part", round: 1, body: { of: 3, part: index + 1, text } }, 3 + index),
    );
    const record = read([...LINES.slice(0, 3), ...parts]);
    expect(record.rounds).toHaveLength(1);
    expect(record.rounds[0]?.seq).toBe(3);
    expect(record.kinds.slice(3)).toEqual(["part", "part", "part"]);
    expect(read([...LINES.slice(0, 3), parts[0] as string, parts[2] as string]).unreadable).toEqual([{ seq: 4, why: "part 3 of 3 follows on part 1" }]);
  });

  test("whatever a changed byte makes of it, nothing that is shown breaks", () => {
    let state = 12345;
    const random = (below: number) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
    for (let round = 0; round < 400; round++) {
      const seq = random(LINES.length);
      const line = LINES[seq] as string;
      const at = random(line.length);
      const changed = `${line.slice(0, at)}${String.fromCharCode(32 + random(95))}${line.slice(at + 1)}`;
      const record = read(LINES.map((one, index) => (index === seq ? changed : one)));
      entryWords(record.kinds[seq] ?? "", changed);
      markedRounds(record.rounds);
      noticesByAgent(record);
      if (!record.opened) continue;
      for (const measure of Object.keys(record.opened.facts.measures)) measureSeries(record.opened.facts, record.rounds, measure);
      for (let number = 0; number <= 5; number++) byState(standingsAt(record, number));
      if (seq === 0) for (const { institution } of phases(record.opened)) rulebookOf(institution);
      const rounds = record.rounds.map((one) => one.round);
      expect(rounds).toEqual([...new Set(rounds)].sort((one, other) => one - other));
    }
  });
});

describe("what holds at a round", () => {
  const record = read(LINES);

  test("institutions in their order, each from its first round on", () => {
    const opened = record.opened as NonNullable<RunRecord["opened"]>;
    expect(phases(opened).map(({ first, institution }) => [first, institution?.name ?? null])).toEqual([[1, "ladder"], [3, "fund"], [4, null]]);
    expect([1, 2, 3, 4, 9].map((round) => phaseAt(opened, round).institution?.name ?? null)).toEqual(["ladder", "ladder", "fund", null, null]);
  });

  test("where everybody stood and stands", () => {
    expect(standingsAt(record, 2, "active").map(({ agent, before, after }) => [agent, before, after.state])).toEqual([
      ["firm_1", "active", "fined"],
      ["firm_2", "active", "active"],
    ]);
    expect(standingsAt(record, 3, "member").map((one) => one.before)).toEqual(["member", "member"]);
    expect(standingsAt(record, 4)).toEqual([]);
    expect(standingsAt(record, 99)).toEqual([]);
    expect({ ...byState(standingsAt(record, 2)) }).toEqual({ fined: ["firm_1"], active: ["firm_2"] });
    expect(byState([])["constructor"]).toBeUndefined();
  });

  test("a blocked transition is no way that was gone", () => {
    expect([...traversedIn(record.rounds[1])]).toEqual(["H1:active->fined"]);
    expect(record.rounds[1]?.transitions.filter((one) => one.blocked)).toHaveLength(1);
    expect(traversedIn(undefined).size).toBe(0);
  });

  test("notices in force: the last one, of the institution that holds", () => {
    const opened = record.opened as NonNullable<RunRecord["opened"]>;
    const notices = noticesByAgent(record);
    const at = (agent: string, round: number) => noticeAt(notices.get(agent) ?? [], round, phaseAt(opened, round))?.text ?? null;
    expect(at("firm_1", 1)).toBe("firm_1 is active from round 1");
    expect(at("firm_1", 2)).toBe("firm_1 is active from round 1");
    expect(at("firm_1", 3)).toBe("the fund holds");
    expect(at("firm_2", 3)).toBeNull();
    expect(at("firm_1", 4)).toBeNull();
    expect(at("nobody", 1)).toBeNull();
  });

  test("the index of a round, or of the last before it", () => {
    const rounds = [{ round: 1 }, { round: 2 }, { round: 5 }];
    expect([0, 1, 4, 5, 9].map((round) => indexOf(rounds, round))).toEqual([-1, 0, 1, 2, 2]);
  });

  test("marks for a timeline", () => {
    const marked = markedRounds(record.rounds);
    expect(marked).toEqual({ cases: [2], transitions: [2], sanctions: [2], failures: [2] });
    expect(failuresIn(record.rounds[1] as RunRecord["rounds"][number])).toBe(3);
    expect(neighbour([2, 5, 9], 5, 1)).toBe(9);
    expect(neighbour([2, 5, 9], 5, -1)).toBe(2);
    expect(neighbour([2, 5, 9], 9, 1)).toBeNull();
    expect([...binned([1, 2, 99, 100], 100, 2)]).toEqual([2, 2]);
  });
});

describe("series", () => {
  const record = read(LINES);

  test("a line for each good, in units, with gaps where nothing is defined, and benchmarks once", () => {
    const { lines, levels } = measureSeries(facts(record), record.rounds, "price_e6");
    expect(lines.map((line) => line.label)).toEqual(["A", "B"]);
    expect(lines[0]?.values).toEqual([50, null, 70, 70]);
    expect(levels).toEqual([{ label: "nash", value: 60 }, { label: "monopoly", value: 70 }]);
  });

  test("firm by good, firm, and market-wide", () => {
    expect(measureSeries(facts(record), record.rounds, "share_e6").lines.map((line) => [line.label, line.values[0]])).toEqual([
      ["firm_1 A", 1],
      ["firm_1 B", 0],
      ["firm_2 A", 0],
      ["firm_2 B", 1],
    ]);
    expect(measureSeries(facts(record), record.rounds, "profit_e6").levels.map((level) => level.value)).toEqual([1, 2, 3]);
    expect(measureSeries(facts(record), record.rounds, "welfare_e6").lines).toHaveLength(1);
    expect(measureSeries(facts(record), record.rounds, "price_elevation_e6").lines[0]?.values).toEqual([null, null, null, null]);
  });

  test("many agents are drawn as mean and ends", () => {
    const many = { ...facts(record), agents: Array.from({ length: 20 }, (_, index) => `firm_${index}`) };
    const round = { ...record.rounds[0], body: { ...record.rounds[0]?.body, measures: { profit_e6: Array.from({ length: 20 }, (_, index) => index * 1e6) } } };
    const { lines } = measureSeries(many, [round as unknown as RunRecord["rounds"][number]], "profit_e6");
    expect(lines.map((line) => [line.label, line.values[0]])).toEqual([["mean of 20", 9.5], ["least", 0], ["most", 19]]);
  });

  test("the best known measures come first", () => {
    expect(firstMeasures(facts(record), 3)).toEqual(["price_e6", "profit_e6", "welfare_e6"]);
    const { price_e6: _, ...others } = facts(record).measures;
    expect(firstMeasures({ ...facts(record), measures: others }, 1)).toEqual(["price_elevation_e6"]);
  });
});

describe("what an institution's text tells", () => {
  const rulebook = rulebookOf(LADDER);

  test("names of counters in their order, and nothing where they do not fit", () => {
    expect(namedCounters(rulebook, [3, 4])).toEqual([["offences", 3], ["streak", 4]]);
    expect(namedCounters(rulebook, [3])).toEqual([["counter 1", 3]]);
    expect(rulebook.initial).toBe("active");
  });

  test("a sum against a threshold is a mean against a limit where the statistic is a mean", () => {
    const [price, steady] = ENTRIES[4] ? (ENTRIES[4].body as { cases: { signals: { signal: string; value: number; threshold: number }[] }[] }).cases[0]?.signals ?? [] : [];
    expect(meanAndLimit(price as never, rulebook.signals["high_price"])).toEqual({ mean: 1, limit: 0.5 });
    expect(meanAndLimit(steady as never, rulebook.signals["steady"])).toBeNull();
    expect(meanAndLimit({ signal: "x", value: 1, threshold: 0 }, rulebook.signals["high_price"])).toBeNull();
  });

  test("what a base says holds until it is taken away", () => {
    const own = { ...FUND, text: "counters: {streak: null, debts: {max: 3}}\n", bases: [LADDER.text] };
    expect(rulebookOf(own).counters).toEqual(["offences", "debts"]);
    expect(rulebookOf(own).initial).toBe("active");
  });

  test("a text that is no YAML tells nothing", () => {
    expect(rulebookOf({ ...LADDER, text: "a: [" }).counters).toEqual([]);
    expect(rulebookOf(null).counters).toEqual([]);
  });
});

describe("words", () => {
  test("sanctions", () => {
    expect(sanctionWords({ agent: "a", sanction: "fine", rule: "r", amount_e6: 2_500_000, spared_e6: 500_000 })).toBe("a fine of 2.50, 0.50 spared by leniency");
    expect(sanctionWords({ agent: "a", sanction: "cap", rule: "r", share_e6: 500_000, rounds: 1 })).toBe("a cap at 50% of capacity for 1 round");
  });

  test("entries in a line each", () => {
    expect(ENTRIES.map((one, seq) => entryWords(one.kind, LINES[seq] as string))).toContain("firm_2: from active to fined, blocked: joint_recidivism");
    expect(entryWords("", "no entry")).toBe("no entry");
    expect(entryWords("sanction", "{}")).toBe("{}");
  });

  test("a reply that is JSON is set out by its members", () => {
    expect(readable('{"plan":"one\\ntwo","move":{"A":"1"}}')).toBe("plan:\n  one\n  two\nmove:\n  A: 1");
    expect(readable("so be it")).toBe("so be it");
  });
});

const seq = (at: number): string => `{"seq":${at}}`;

test("lines are asked for once, and each reader has them all", async () => {
  let asked = 0;
  const source = {
    title: "run",
    async *lines() {
      asked += 1;
      yield [seq(0), seq(1)];
      await Promise.resolve();
      yield [seq(2)];
    },
  } as unknown as RunSource;
  const one = shared(source);
  const all = async () => {
    const found: string[] = [];
    for await (const portion of one.lines()) found.push(...portion);
    return found;
  };
  expect(await Promise.all([all(), all()])).toEqual([[seq(0), seq(1), seq(2)], [seq(0), seq(1), seq(2)]]);
  expect(await all()).toEqual([seq(0), seq(1), seq(2)]);
  expect(asked).toBe(1);
  expect(one.kept).toEqual([seq(0), seq(1), seq(2)]);
});

test("a torn entry is one line for every reader, as it is for the check", async () => {
  const one = shared({ title: "run", async *lines() { yield [seq(0), '{"a":', '1,"seq":1}', seq(2)]; } } as unknown as RunSource);
  for await (const _ of one.lines());
  expect(one.kept).toEqual([seq(0), '{"a":\n1,"seq":1}', seq(2)]);
  expect(one.whole).toBe(true);
});
