import { parse } from "yaml";
import type { CaseRecord, InstitutionRecord } from "./types";

/** What an institution's own text says that its entries only number: names of counters, where agents begin, limits of signals. */
export interface Rulebook {
  readonly initial: string | null;
  readonly counters: readonly string[];
  readonly signals: Readonly<Record<string, SignalRule>>;
  readonly states: Readonly<Record<string, string>>;
}

export interface SignalRule {
  readonly statistic: string;
  readonly measure: string;
  readonly window: number | null;
  /** The limit of one round's value where the text gives it as a number; null for an expression. */
  readonly limit: number | null;
  readonly side: "at least" | "at most";
}

const NONE: Rulebook = { initial: null, counters: [], signals: {}, states: {} };
const MOST_TEXT = 1_000_000;

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);
const tree = (value: unknown): Tree => (isTree(value) ? value : {});

function read(text: string): Tree {
  if (text.length > MOST_TEXT) return {};
  try {
    return tree(parse(text, { maxAliasCount: 50, logLevel: "silent", uniqueKeys: false }));
  } catch {
    return {};
  }
}

/** Keys of the base come first, `null` takes one away. */
function merged(base: unknown, own: unknown): unknown {
  if (!isTree(base) || !isTree(own)) return own === undefined ? base : own;
  const found = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(own)) {
    if (value === null) found.delete(key);
    else found.set(key, merged(found.get(key), value));
  }
  return Object.fromEntries(found);
}

/** Reads an institution's text over those that it extends; what cannot be read is left out, and shown by number. */
export function rulebookOf(institution: InstitutionRecord | null): Rulebook {
  if (!institution) return NONE;
  const texts = [...(institution.bases ?? [])].reverse().concat(institution.text);
  const { initial, counters, signals, states } = texts.map(read).reduce((base, own) => tree(merged(base, own)), {});
  return {
    initial: typeof initial === "string" ? initial : null,
    counters: Object.keys(tree(counters)),
    signals: Object.fromEntries(Object.entries(tree(signals)).map(([name, rule]) => [name, signalRule(tree(rule))])),
    states: Object.fromEntries(Object.entries(tree(states)).map(([name, state]) => [name, String(tree(state)["label"] ?? "")])),
  };
}

function signalRule(rule: Tree): SignalRule {
  const most = rule["at_most"] !== undefined;
  const limit = most ? rule["at_most"] : rule["at_least"];
  return {
    statistic: String(rule["statistic"] ?? ""),
    measure: String(rule["measure"] ?? ""),
    window: typeof rule["window"] === "number" ? rule["window"] : null,
    limit: typeof limit === "number" ? limit : null,
    side: most ? "at most" : "at least",
  };
}

/**
 * A signal's mean against its limit, in units, where that can be said: a sum over the window stands against the limit times
 * the count, so the mean is the value times the limit over the threshold. Null for other statistics, and for a limit of 0.
 */
export function meanAndLimit(signal: CaseRecord["signals"][number], rule: SignalRule | undefined): { readonly mean: number; readonly limit: number } | null {
  if (rule?.statistic !== "mean" || !rule.limit || !signal.threshold) return null;
  return { mean: (signal.value / signal.threshold) * rule.limit, limit: rule.limit };
}

/** Counters with their names; with their places where the text does not name as many. */
export function namedCounters(rulebook: Rulebook, counters: readonly number[] = []): readonly (readonly [string, number])[] {
  const known = rulebook.counters.length === counters.length;
  return counters.map((value, index) => [known ? (rulebook.counters[index] as string) : `counter ${index + 1}`, value]);
}
