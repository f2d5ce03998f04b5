import type { CaseRecord, RoundRecord, RunRecord, SanctionBody, StandingRecord, TransitionBody } from "../record/types";
import type { Drawing } from "../ui/drawing";

/** What the server says of a run under another institution; standings are in the market's order of agents. */
export interface Under {
  readonly institution: string;
  readonly rounds: readonly UnderRound[];
  readonly drawing: Drawing;
  /** What must stand beside it: nothing here is causal. */
  readonly note: string;
}

export interface UnderRound {
  readonly round: number;
  /** Somebody sat out by the order of the institution on record: the round is no evidence. */
  readonly disturbed: boolean;
  readonly cases: readonly CaseRecord[];
  readonly sanctions: readonly SanctionBody[];
  readonly transitions: readonly TransitionBody[];
  readonly standings: readonly StandingRecord[];
}

/** The digest that stands for the other institution, which has no entry of its own in the log. */
export const UNDER_DIGEST = "under";

/** The record as the other institution judges it: conduct and market as they were, the judgements its own. */
export function judgedUnder(record: RunRecord, under: Under): RunRecord {
  if (!record.opened) return record;
  const judged = new Map(under.rounds.map((round) => [round.round, round]));
  const rounds = record.rounds.map((round): RoundRecord => {
    const other = judged.get(round.round);
    const { cases: _, standings: __, ...conduct } = round.body;
    return {
      ...round,
      body: other ? { ...conduct, cases: other.cases, standings: other.standings } : conduct,
      transitions: other?.transitions ?? [],
      sanctions: other?.sanctions ?? [],
      announced: [],
      notices: [],
    };
  });
  const institution = { name: under.institution, semantic_sha256: UNDER_DIGEST, file_sha256: "", text: "" };
  const { switches: _, ...opened } = record.opened;
  return { ...record, opened: { ...opened, institution }, rounds, firstNotices: [], switched: [] };
}
