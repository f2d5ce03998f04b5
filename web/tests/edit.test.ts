import { describe, expect, it } from "vitest";
import type { AgentStep, Checked, Examined, Finding, HeatMap } from "../src/edit/answers";
import { counted, listed, underlined } from "../src/edit/findings";
import { heatOf, percentOf, SHADES, shadeOf } from "../src/edit/heat";
import { Latest } from "../src/edit/latest";
import { crossedAt, happenedTo, standingAt, standsThen, wayOf } from "../src/edit/steps";

const finding = (changed: Partial<Finding>): Finding => ({
  kind: "lint",
  severity: "error",
  rule: "decorative-key",
  message: "said",
  advice: "",
  line: 1,
  column: 1,
  elsewhere: "",
  marks: [],
  trace: null,
  ...changed,
});

const agent = (changed: Partial<AgentStep>): AgentStep => ({
  agent: "firm_1",
  did: [],
  state: "active",
  label: "CLEAR",
  rounds_left: 0,
  limit: null,
  counters: {},
  crossed: [],
  blocked: [],
  cases: [],
  sanctions: [],
  notice: "",
  ...changed,
});

describe("findings", () => {
  const lint = finding({ line: 9 });
  const check = [finding({ kind: "check", severity: "warning", line: 2 }), finding({ line: 9 }), finding({ kind: "check", line: 3 })];
  const done: Checked = { state: "done", findings: check, standings: 1, judged_rounds: 1, complete: true, limits: [] };
  const valid = { valid: true, findings: [lint] } as unknown as Examined;

  it("are those of lint until the check is there, then the check's, the gravest first", () => {
    expect(listed(valid, null)).toEqual([lint]);
    expect(listed(valid, { state: "failed", error: "", advice: "" })).toEqual([lint]);
    expect(listed(valid, done).map((one) => [one.severity, one.line])).toEqual([
      ["error", 3],
      ["error", 9],
      ["warning", 2],
    ]);
    expect(listed(null, done)).toEqual([]);
  });

  it("of a text that cannot be read are never mixed with the check of an earlier one", () => {
    const reading = finding({ kind: "reading" });
    expect(listed({ valid: false, findings: [reading] }, done)).toEqual([reading]);
  });

  it("are counted in words", () => {
    expect(counted(check)).toBe("2 errors, 1 warning");
    expect(counted([])).toBe("Nothing found");
  });

  it("are underlined with key and value, or to the end of what stands there", () => {
    const under = (line: string, column: number) => line.slice(...underlined(line, column));
    expect(under("  to: find, on: violation}", 3)).toBe("to: find");
    expect(under("  - {rule: a, from: b}   # said", 5)).toBe("{rule: a, from: b}");
    expect(under("  states:", 3)).toBe("states");
    expect(under("\u{1F600} key: 1", 3)).toBe("key: 1");
    expect(underlined("", 1)).toEqual([0, 0]);
    expect(underlined("ab", 99)).toEqual([2, 2]);
  });
});

describe("a step of a play", () => {
  const step = { round: 1, agents: [agent({}), agent({ agent: "firm_2", state: "constructor", crossed: ["R:active->constructor"] })] };

  it("says who stands where and which edges were crossed", () => {
    expect({ ...standingAt({ round: 0, agents: [agent({}), agent({ agent: "firm_2" })] }) }).toEqual({ active: ["firm_1", "firm_2"] });
    expect(Object.entries(standingAt(step))).toEqual([
      ["active", ["firm_1"]],
      ["constructor", ["firm_2"]],
    ]);
    expect([...crossedAt(step)]).toEqual(["R:active->constructor"]);
    expect(wayOf("R:a->b")).toBe("a -> b");
  });

  it("tells in words what happened, and where an agent stands then", () => {
    const one = agent({
      did: ["high_concentration"],
      cases: ["P2"],
      blocked: [{ edge: "P2:fined->suspended", by: "coordination_streak" }],
      crossed: ["P2:fined->fined"],
      sanctions: [{ kind: "fine", rule: "P2", amount: 1234.5, share: 0, rounds: 0, counter: "", count: 0 }],
      state: "fined",
      label: "PENALISED",
      rounds_left: 1,
      limit: 0,
    });
    expect(happenedTo(one)).toBe("high_concentration; accused under P2; coordination_streak denies fined -> suspended; goes fined -> fined; fined 1,234.50");
    expect(standsThen(one)).toBe("fined (PENALISED), 1 round left, may not act");
    expect(happenedTo(agent({}))).toBe("");
    expect(standsThen(agent({}))).toBe("active (CLEAR)");
  });
});

describe("a map", () => {
  const map: HeatMap = { plans: ["nash"], fines: [0, 1], probabilities: [0.1, 1], gain: [[10, 5], [5, -1e-9]], nash_profit: 100 };

  it("gives gains in per cent, and a shade by their part of the largest", () => {
    expect(percentOf(map, 0, 0)).toBe(10);
    expect(percentOf(map, 1, 1)).toBe(0);
    expect(shadeOf(map, 0, 0)).toBe(SHADES - 1);
    expect(shadeOf(map, 0, 1)).toBe(4);
    expect(shadeOf(map, 1, 1)).toBe(0);
  });

  it("stays pale where nothing is gained", () => {
    expect(shadeOf({ ...map, gain: [[0, 0], [0, 0.01]] }, 1, 1)).toBe(0);
  });

  it("gives edges the heat of their part of the most used", () => {
    expect(heatOf({ a: 0.5, b: 0.25 })).toEqual({ a: 1, b: 0.5 });
    expect(heatOf({})).toEqual({});
  });
});

describe("the newest question", () => {
  it("is the only one whose answer counts, whichever comes first", async () => {
    const latest = new Latest();
    const told: ((text: string) => void)[] = [];
    const ask = () => latest.of((_) => new Promise<string>((resolve) => told.push(resolve)));
    const [first, second] = [ask(), ask()];
    told[1]?.("new");
    told[0]?.("old");
    expect(await second).toBe("new");
    expect(await first).toBeUndefined();
  });

  it("gives up the one before it, whose failure is nobody's concern", async () => {
    const latest = new Latest();
    let stopped = false;
    const first = latest.of(
      (signal) =>
        new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            stopped = true;
            reject(new Error("aborted"));
          }),
        ),
    );
    expect(await latest.of(() => Promise.resolve(1))).toBe(1);
    expect(await first).toBeUndefined();
    expect(stopped).toBe(true);
    await expect(latest.of(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  });
});
