/** The table of entry types, as the log holds them: see src/agoranomos/institutions/entries.py. Integers in millionths end in `_e6`. */

export type Measured = number | null | readonly (number | null | readonly (number | null)[])[];

export interface MeasureKind {
  readonly axes: readonly ("firm" | "good")[];
  readonly title: string;
  readonly public?: boolean;
  readonly relative?: boolean;
  readonly least_e6?: number;
  readonly most_e6?: number;
}

export interface MarketFacts {
  readonly market: string;
  readonly agents: readonly string[];
  readonly goods: readonly string[];
  readonly measures: Readonly<Record<string, MeasureKind>>;
  readonly benchmarks: Readonly<Record<string, Readonly<Record<string, Measured>>>>;
}

export interface InstitutionRecord {
  readonly name: string;
  readonly semantic_sha256: string;
  readonly file_sha256: string;
  readonly text: string;
  readonly bases?: readonly string[];
}

export interface Opened {
  readonly seed: number;
  readonly rounds: number;
  /** Description of the market, as canonical JSON. */
  readonly market: string;
  readonly facts: MarketFacts;
  readonly institution: InstitutionRecord | null;
  readonly roster: readonly { readonly agent: string; readonly policy: string }[];
  readonly switches?: readonly { readonly first_round: number; readonly institution: InstitutionRecord | null }[];
  readonly forked?: { readonly origin: string; readonly root: string; readonly round: number; readonly size: number };
}

export interface ChoiceRecord {
  readonly options: readonly string[];
  readonly log_probabilities_e6: readonly (number | null)[];
  readonly by_order_e6?: readonly (readonly (number | null)[])[];
  readonly reasoning?: readonly string[];
}

export interface CallRecord {
  readonly model: string;
  readonly prompt_tokens: number;
  readonly reply_tokens: number;
  readonly prompt_sha256?: string;
  readonly reply?: string;
  readonly reply_sha256?: string;
  readonly failure?: string;
  readonly prompt_commitment?: string;
  readonly reply_commitment?: string;
  readonly purpose?: string;
  readonly scored?: string;
  readonly choice?: ChoiceRecord;
}

export interface DecisionRecord {
  readonly agent: string;
  readonly calls?: readonly CallRecord[];
  readonly repaired?: boolean;
  readonly forgotten?: number;
  readonly chosen?: number;
}

export interface CaseRecord {
  readonly case: string;
  readonly agent: string;
  readonly rule: string;
  /** `value` is the sum over the window, `threshold` the limit times the count: they are compared as they stand. */
  readonly signals: readonly { readonly signal: string; readonly value: number; readonly threshold: number; readonly good?: string }[];
  readonly pretext?: readonly string[];
}

export interface StandingRecord {
  readonly state: string;
  readonly counters?: readonly number[];
  readonly rounds_left?: number;
  readonly limit_e6?: number | null;
  readonly reported?: number;
}

export interface RoundBody {
  readonly actions: readonly (readonly number[])[];
  readonly measures: Readonly<Record<string, Measured>>;
  readonly draws?: readonly number[];
  readonly projected?: readonly string[];
  readonly decisions?: readonly DecisionRecord[];
  readonly cases?: readonly CaseRecord[];
  readonly standings?: readonly StandingRecord[];
  readonly reports?: readonly string[];
  readonly run_draw?: number;
  readonly messages?: readonly { readonly agent: string; readonly text: string }[];
}

export interface TransitionBody {
  readonly agent: string;
  /** `RULE:from->to`. */
  readonly edge: string;
  readonly event: string;
  readonly case?: string;
  readonly blocked?: string;
  readonly lasts?: number;
}

export interface SanctionBody {
  readonly agent: string;
  readonly sanction: string;
  readonly rule: string;
  readonly case?: string;
  readonly amount_e6?: number;
  readonly share_e6?: number;
  readonly rounds?: number;
  readonly counter?: string;
  readonly count?: number;
  readonly spared_e6?: number;
}

export interface NoticeBody {
  readonly agent: string;
  readonly effective_round: number;
  readonly state: string;
  readonly text: string;
}

export interface SwitchedBody {
  readonly effective_round: number;
  readonly institution: string;
  readonly semantic_sha256: string;
}

export type Entry =
  | { readonly kind: "opened"; readonly body: Opened; readonly round: number; readonly seq: number }
  | { readonly kind: "round"; readonly body: RoundBody; readonly round: number; readonly seq: number }
  | { readonly kind: "transition"; readonly body: TransitionBody; readonly round: number; readonly seq: number }
  | { readonly kind: "sanction" | "announced"; readonly body: SanctionBody; readonly round: number; readonly seq: number }
  | { readonly kind: "notice"; readonly body: NoticeBody; readonly round: number; readonly seq: number }
  | { readonly kind: "switched"; readonly body: SwitchedBody; readonly round: number; readonly seq: number }
  | { readonly kind: "attested"; readonly body: unknown; readonly round: number; readonly seq: number }
  | { readonly kind: "closed"; readonly body: { readonly rounds: number }; readonly round: number; readonly seq: number }
  | { readonly kind: "part"; readonly body: { readonly of: number; readonly part: number; readonly text: string }; readonly round: number; readonly seq: number };

/** One round, with everything that the log says of it. */
export interface RoundRecord {
  readonly round: number;
  /** Index of its `round` entry. */
  readonly seq: number;
  readonly body: RoundBody;
  readonly transitions: readonly TransitionBody[];
  readonly sanctions: readonly SanctionBody[];
  readonly announced: readonly SanctionBody[];
  /** Issued after this round; each holds from its `effective_round` on. */
  readonly notices: readonly NoticeBody[];
}

/** A run as its log tells it. Lines that are no entries stand in `unreadable`, and nothing is made of them. */
export interface RunRecord {
  readonly opened: Opened | null;
  readonly rounds: readonly RoundRecord[];
  /** Those that hold from the first round on. */
  readonly firstNotices: readonly NoticeBody[];
  readonly switched: readonly SwitchedBody[];
  readonly closed: boolean;
  readonly size: number;
  readonly unreadable: readonly { readonly seq: number; readonly why: string }[];
  /** Kind of each line of the log by its index; empty for a line that is no entry. Entries in parts have their pieces here. */
  readonly kinds: readonly string[];
  /** Round of each line of the log by its index. */
  readonly roundOf: readonly number[];
}
