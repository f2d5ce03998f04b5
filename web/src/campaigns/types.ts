/** What the server says of campaigns: see the routes of src/agoranomos/viewer/. Numbers are in units, times in seconds. */

export interface RunCounts {
  readonly planned: number;
  readonly finished: number;
  readonly failed: number;
  readonly open: number;
  readonly under_way: number;
}

/** Rounds that this session has to play, and has played. */
export interface RoundCounts {
  readonly planned: number;
  readonly done: number;
  readonly per_second: number;
}

/** Model calls of this session. */
export interface CallCounts {
  readonly planned: number;
  readonly asked: number;
  readonly failed: number;
  readonly stored: number;
  readonly prompt_tokens: number;
  readonly reply_tokens: number;
}

/** A campaign as a row of the list. */
export interface CampaignRow {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  /** As in status.json, or `unknown`. */
  readonly state: string;
  readonly market: string;
  /** Null where the plan cannot be read. */
  readonly arms: number | null;
  /** This and what follows: null where no status says it. */
  readonly runs: RunCounts | null;
  readonly rounds?: RoundCounts | null;
  readonly calls: number | null;
  readonly model_calls?: CallCounts | null;
  readonly written_unix_s: number | null;
  readonly seconds_left: number | null;
}

/** What is used here of a campaign's status.json. */
export interface Status {
  readonly state?: string;
  readonly seconds?: number;
  readonly seconds_left?: number | null;
  readonly reason?: string;
  readonly written_unix_s?: number;
  readonly runs?: RunCounts;
  readonly rounds?: RoundCounts;
  readonly calls?: CallCounts;
  readonly failures?: readonly { readonly arm: string; readonly seed: number; readonly attempt: number; readonly error: string }[];
}

export interface Measured {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  readonly level: number;
  readonly method: string;
  readonly reason?: string;
}

export interface Arm {
  readonly arm: string;
  readonly regime: string;
  readonly roster: string;
  readonly runs: number;
  readonly finished: number;
  readonly failed: number;
  readonly measures: Readonly<Record<string, Measured>>;
  /** Known values of measures by benchmark, such as `nash`. */
  readonly benchmarks?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  /** This and what follows: null where there are no tables that say it. Failures, calls and tokens are those of all runs. */
  readonly failures: Readonly<Record<string, number>> | null;
  readonly calls: number | null;
  readonly tokens: number | null;
  /** Means a run, as are cases and sanctions. */
  readonly fines: number | null;
  readonly cases: number | null;
  readonly sanctions: number | null;
  readonly under_way?: number;
}

export interface Comparison {
  /** Of the hypothesis; empty where nobody planned it. */
  readonly name?: string;
  readonly a: string;
  readonly b: string;
  readonly outcome: string;
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly p: number | null;
  readonly holm: number | null;
  /** `confirmatory` or `exploratory`. */
  readonly kind: string;
  readonly level?: number;
  readonly method?: string;
  /** Pairs, or the smaller of the two numbers of runs. */
  readonly n?: number;
  readonly reason?: string;
  readonly verdict?: string;
}

export interface Share {
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

export interface ArmErrors {
  readonly arm: string;
  readonly runs: number;
  readonly harmful: number;
  readonly innocents_accused: Share;
  readonly guilty_missed: Share;
  readonly unfounded_cases?: Share;
}

export interface AccountLine {
  readonly bearer: string;
  readonly item: string;
  readonly first: number | null;
  readonly second: number | null;
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly reason?: string;
}

export interface Account {
  readonly hypothesis: string;
  readonly first: string;
  readonly second: string;
  readonly lines: readonly AccountLine[];
}

export interface ModelUse {
  readonly calls?: number;
  readonly prompt_tokens?: number;
  readonly reply_tokens?: number;
  /** Missing where there are no prices. */
  readonly money?: number | null;
}

export interface Costs {
  /** Of all sessions. */
  readonly seconds?: number | null;
  readonly models?: Readonly<Record<string, ModelUse>>;
  readonly accounts?: readonly Account[];
  readonly errors?: { readonly harm?: number; readonly window?: number; readonly arms: readonly ArmErrors[] } | null;
}

export interface Check {
  readonly name: string;
  readonly must?: string;
  readonly verdict: string;
  readonly figures?: readonly unknown[];
}

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly state: string;
  readonly incomplete?: boolean;
  /** Newer figures are on their way: whoever asks again gets them. */
  readonly working_out?: boolean;
  readonly status: Status | null;
  readonly plan: { readonly digest: string; readonly market: string; readonly regimes: readonly string[]; readonly rounds: { readonly least: number; readonly most: number } | null; readonly seeds: number | null; readonly outcome: string };
  /** What has to be known before the figures. */
  readonly caveats?: readonly string[];
  readonly checks: readonly Check[];
  readonly arms: readonly Arm[];
  readonly comparisons: readonly Comparison[];
  readonly notes: readonly string[];
  readonly costs: Costs;
}

/** A run as a row of its campaign's table. */
export interface RunRow {
  readonly arm: string;
  readonly seed: number;
  /** `closed`, `failed`, `under_way` or `open`. */
  readonly status: string;
  /** Why it failed; empty where it did not. */
  readonly failure: string;
  readonly rounds: number | null;
  readonly entries: number | null;
  /** A mean over rounds, as are profit (of all agents together) and welfare; what follows them are sums over the run. */
  readonly price: number | null;
  /** The price of Nash play in the same run. */
  readonly price_of_nash: number | null;
  readonly profit: number | null;
  readonly welfare: number | null;
  readonly cases: number | null;
  readonly sanctions: number | null;
  readonly fines: number | null;
  readonly calls: number | null;
  readonly failures: number | null;
}
