import type { RoundRecord } from "./types";

/** What a timeline tells of a round. */
export const MARKS = ["cases", "transitions", "sanctions", "failures"] as const;
export type MarkKind = (typeof MARKS)[number];

/** How many calls of models failed, and how many moves had to be repaired or made feasible. */
export function failuresIn({ body }: RoundRecord): number {
  let found = body.projected?.length ?? 0;
  for (const decision of body.decisions ?? []) {
    if (decision.repaired) found += 1;
    for (const call of decision.calls ?? []) if (call.failure) found += 1;
  }
  return found;
}

export function marksIn(round: RoundRecord): Readonly<Record<MarkKind, number>> {
  return {
    cases: round.body.cases?.length ?? 0,
    transitions: round.transitions.length,
    sanctions: round.sanctions.length + round.announced.length,
    failures: failuresIn(round),
  };
}

/** Rounds that have a mark of each kind, ascending. */
export function markedRounds(rounds: readonly RoundRecord[]): Readonly<Record<MarkKind, readonly number[]>> {
  const found: Record<MarkKind, number[]> = { cases: [], transitions: [], sanctions: [], failures: [] };
  for (const round of rounds) {
    const here = marksIn(round);
    for (const kind of MARKS) if (here[kind]) found[kind].push(round.round);
  }
  return found;
}

/** The next of `marked` after a round, or the one before it; null where there is none. */
export function neighbour(marked: readonly number[], round: number, way: 1 | -1): number | null {
  const found = way > 0 ? marked.find((one) => one > round) : marked.findLast((one) => one < round);
  return found ?? null;
}

/** Marked rounds in `bins` of equal width over 1 .. `last`: how many of each bin, for a strip with fewer pixels than rounds. */
export function binned(marked: readonly number[], last: number, bins: number): Uint32Array {
  const found = new Uint32Array(bins);
  for (const round of marked) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((round - 1) / Math.max(1, last)) * bins)));
    found[bin] = (found[bin] ?? 0) + 1;
  }
  return found;
}
