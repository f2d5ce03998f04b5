import { sanctionWords, transitionWords } from "../record/words";
import type { RoundRecord, RunRecord } from "../record/types";

/** What an institution did in a run, counted. Sanctions are those that were carried out. */
export interface Acts {
  readonly cases: number;
  readonly roundsWithCases: number;
  readonly byRule: ReadonlyMap<string, number>;
  readonly transitions: number;
  readonly blocked: number;
  readonly sanctions: number;
  readonly byKind: ReadonlyMap<string, number>;
  readonly fines_e6: number;
}

export function countActs(record: RunRecord): Acts {
  const byRule = new Map<string, number>();
  const byKind = new Map<string, number>();
  const counts = { cases: 0, roundsWithCases: 0, transitions: 0, blocked: 0, sanctions: 0, fines_e6: 0 };
  for (const { body, transitions, sanctions } of record.rounds) {
    const cases = body.cases ?? [];
    counts.cases += cases.length;
    if (cases.length) counts.roundsWithCases += 1;
    for (const { rule } of cases) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
    for (const { blocked } of transitions) blocked ? (counts.blocked += 1) : (counts.transitions += 1);
    for (const { sanction, amount_e6 = 0 } of sanctions) {
      counts.sanctions += 1;
      counts.fines_e6 += amount_e6;
      byKind.set(sanction, (byKind.get(sanction) ?? 0) + 1);
    }
  }
  return { ...counts, byRule, byKind };
}

/** A row of the table of both: a name, the two numbers, and whether they are money in millionths. */
export interface ActRow {
  readonly name: string;
  readonly a: number;
  readonly b: number;
  readonly part: boolean;
  readonly money: boolean;
}

export function actRows(a: Acts, b: Acts): ActRow[] {
  const row = (name: string, one: number, other: number, part = false, money = false): ActRow => ({ name, a: one, b: other, part, money });
  const parts = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>) =>
    [...new Set([...one.keys(), ...other.keys()])].toSorted().map((name) => row(name, one.get(name) ?? 0, other.get(name) ?? 0, true));
  return [
    row("Cases", a.cases, b.cases),
    ...parts(a.byRule, b.byRule),
    row("Rounds with a case", a.roundsWithCases, b.roundsWithCases),
    row("Transitions", a.transitions, b.transitions),
    ...(a.blocked || b.blocked ? [row("Blocked transitions", a.blocked, b.blocked)] : []),
    row("Sanctions", a.sanctions, b.sanctions),
    ...parts(a.byKind, b.byKind),
    row("Fines", a.fines_e6, b.fines_e6, false, true),
  ];
}

/** What happened to agents in a round, a line each. */
export function actsIn(round: RoundRecord | undefined): string[] {
  if (!round) return [];
  const { body, transitions, sanctions } = round;
  return [
    ...(body.cases ?? []).map((one) => `${one.agent}: case under ${one.rule}`),
    ...transitions.map((one) => `${one.agent}: ${one.blocked ? `not ${transitionWords(one)} (${one.blocked})` : transitionWords(one)}`),
    ...sanctions.map((one) => `${one.agent}: ${sanctionWords(one)}`),
  ];
}

/** Rounds with an act in either run, ascending, with both rounds. */
export interface ActRound {
  readonly round: number;
  readonly a: RoundRecord | undefined;
  readonly b: RoundRecord | undefined;
}

export function actRounds(a: RunRecord, b: RunRecord): ActRound[] {
  const found = new Map<number, { a?: RoundRecord; b?: RoundRecord }>();
  const take = (record: RunRecord, side: "a" | "b") => {
    for (const round of record.rounds) {
      if (!(round.body.cases?.length || round.transitions.length || round.sanctions.length)) continue;
      found.set(round.round, { ...found.get(round.round), [side]: round });
    }
  };
  take(a, "a");
  take(b, "b");
  return [...found].map(([round, sides]) => ({ round, a: sides.a, b: sides.b })).toSorted((one, other) => one.round - other.round);
}

/** Letters on a line of the narrowest column; lines of a row at most: the round itself tells what is left out. */
const LETTERS = 30;
const MOST_LINES = 6;

/** How many lines a row of the table of rounds needs, so that the longest one is not cut. */
export function linesNeeded(rounds: readonly ActRound[]): number {
  let most = 1;
  for (const { a, b } of rounds) {
    for (const side of [a, b]) most = Math.max(most, Math.ceil(actsIn(side).join("; ").length / LETTERS));
    if (most >= MOST_LINES) return MOST_LINES;
  }
  return most;
}
