import type { InstitutionRecord, NoticeBody, Opened, RoundRecord, RunRecord, StandingRecord } from "./types";

/** An institution, or none, and the round that it holds from. */
export interface Phase {
  readonly first: number;
  readonly institution: InstitutionRecord | null;
}

/** The institutions of a run in their order; each holds until the next one begins. */
export function phases(opened: Opened): readonly Phase[] {
  const later = (opened.switches ?? []).map(({ first_round, institution }) => ({ first: first_round, institution }));
  return [{ first: 1, institution: opened.institution }, ...later].sort((one, other) => one.first - other.first);
}

/** The phase that a round belongs to: its institution judges the round, also where the next one begins after it. */
export function phaseAt(opened: Opened, round: number): Phase {
  let found: Phase = { first: 1, institution: null };
  for (const phase of phases(opened)) if (phase.first <= round) found = phase;
  return found;
}

/** Index of a round, or of the last one before it that was read; -1 where there is none. */
export function indexOf(rounds: readonly { readonly round: number }[], round: number): number {
  let low = 0;
  let high = rounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rounds[middle] as { round: number }).round <= round) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export interface StandingAt {
  readonly agent: string;
  readonly seat: number;
  /** Where the agent stood while it acted; null where the log does not say: the round before was not read. */
  readonly before: string | null;
  /** Where it stands after the round was judged. */
  readonly after: StandingRecord;
}

/** Where everybody stands after a round, and stood in it; empty where no institution holds. */
export function standingsAt(record: RunRecord, round: number, initial: string | null = null): readonly StandingAt[] {
  const { opened, rounds } = record;
  const index = indexOf(rounds, round);
  const here = rounds[index];
  if (!opened || here?.round !== round) return [];
  const begins = phaseAt(opened, round).first === round;
  const earlier = rounds[index - 1]?.round === round - 1 ? rounds[index - 1]?.body.standings : undefined;
  return (here.body.standings ?? []).slice(0, opened.facts.agents.length).map((after, seat) => ({
    agent: opened.facts.agents[seat] as string,
    seat,
    before: begins || round === 1 ? initial : (earlier?.[seat]?.state ?? null),
    after,
  }));
}

/** States with the agents in them, for the tokens of the graph. */
export function byState(standings: readonly StandingAt[]): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const { agent, after } of standings) found.set(after.state, [...(found.get(after.state) ?? []), agent]);
  return Object.assign(Object.create(null) as Record<string, readonly string[]>, Object.fromEntries(found));
}

/** Edges that somebody went along in this round; blocked ones are none. */
export function traversedIn(round: RoundRecord | undefined): ReadonlySet<string> {
  return new Set((round?.transitions ?? []).filter((one) => !one.blocked).map((one) => one.edge));
}

/** Notices by agent, ordered by the round that they hold from; the later of two for one round comes last. */
export function noticesByAgent(record: RunRecord): ReadonlyMap<string, readonly NoticeBody[]> {
  const found = new Map<string, NoticeBody[]>();
  const take = (notice: NoticeBody) => {
    const known = found.get(notice.agent);
    if (known) known.push(notice);
    else found.set(notice.agent, [notice]);
  };
  record.firstNotices.forEach(take);
  for (const { notices } of record.rounds) notices.forEach(take);
  for (const held of found.values()) held.sort((one, other) => one.effective_round - other.effective_round);
  return found;
}

/** The notice that an agent holds when it acts in `round`: the last one of the institution in force; null where it holds none. */
export function noticeAt(notices: readonly NoticeBody[], round: number, phase: Phase): NoticeBody | null {
  if (!phase.institution) return null;
  let low = 0;
  let high = notices.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((notices[middle] as NoticeBody).effective_round <= round) low = middle + 1;
    else high = middle;
  }
  const last = notices[low - 1];
  return last && last.effective_round >= phase.first ? last : null;
}
