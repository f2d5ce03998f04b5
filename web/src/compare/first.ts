import type { RoundRecord, RunRecord } from "../record/types";

/** The first rounds in which two runs went apart; null where they never did, as far as both were read. */
export interface FirstDifferences {
  readonly actions: { readonly round: number; readonly agents: readonly string[] } | null;
  readonly measures: { readonly round: number; readonly names: readonly string[] } | null;
  readonly standings: { readonly round: number; readonly agents: readonly string[] } | null;
  readonly cases: { readonly round: number } | null;
  /** How many rounds stand in both. */
  readonly rounds: number;
  /** In how many of them both have an institution, so that there are standings to compare. */
  readonly governed: number;
}

/** Compares rounds with the same number, one after another, until each kind of difference was met. */
export function firstDifferences(a: RunRecord, b: RunRecord): FirstDifferences {
  const others = new Map(b.rounds.map((round) => [round.round, round]));
  const agents = a.opened?.facts.agents ?? [];
  const found: { -readonly [Kind in keyof FirstDifferences]: FirstDifferences[Kind] } = { actions: null, measures: null, standings: null, cases: null, rounds: 0, governed: 0 };
  for (const one of a.rounds) {
    const other = others.get(one.round);
    if (!other) continue;
    found.rounds += 1;
    if (!found.actions) {
      const apart = placesApart(one.body.actions, other.body.actions);
      if (apart.length) found.actions = { round: one.round, agents: apart.map((place) => agents[place] ?? `agent ${place + 1}`) };
    }
    if (!found.measures) {
      const names = measuresApart(one, other);
      if (names.length) found.measures = { round: one.round, names };
    }
    const governed = Boolean(one.body.standings?.length && other.body.standings?.length);
    if (governed) found.governed += 1;
    if (governed && !found.standings) {
      const apart = placesApart(states(one), states(other));
      if (apart.length) found.standings = { round: one.round, agents: apart.map((place) => agents[place] ?? `agent ${place + 1}`) };
    }
    if (!found.cases && accused(one) !== accused(other)) found.cases = { round: one.round };
  }
  return found;
}

/** The earliest of the rounds, or null where nothing differs. */
export function earliest(found: FirstDifferences): number | null {
  const rounds = [found.actions, found.measures, found.standings, found.cases].flatMap((one) => (one ? [one.round] : []));
  return rounds.length ? Math.min(...rounds) : null;
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function placesApart(a: readonly unknown[], b: readonly unknown[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, place) => place).filter((place) => !same(a[place], b[place]));
}

function measuresApart(a: RoundRecord, b: RoundRecord): string[] {
  const names = new Set([...Object.keys(a.body.measures), ...Object.keys(b.body.measures)]);
  return [...names].filter((name) => !same(a.body.measures[name], b.body.measures[name]));
}

/** States only: other institutions have other counters. */
const states = (round: RoundRecord): readonly string[] => (round.body.standings ?? []).map((standing) => standing.state);

const accused = (round: RoundRecord): string => (round.body.cases ?? []).map((one) => `${one.agent}\t${one.rule}`).sort().join("\n");
