/** What the server tells of the seat (`GET play`): the same that an agent in it would be told, and what came of the run. */

export interface Part {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  /** What each whole number from `low` on stands for; empty where it is an amount. */
  readonly names: readonly string[];
  readonly cost: number | null;
}

export interface PastRound {
  readonly round: number;
  readonly suspended: boolean;
  readonly seen: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly profit: number | null;
  readonly fine: number;
  readonly total: number | null;
}

export interface Situation {
  readonly agent: string;
  readonly round: number;
  readonly rules: string;
  readonly story: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly unit: string;
  readonly money: string;
  readonly told: string;
  readonly opening: string;
  readonly question: string;
  readonly parts: readonly Part[];
  readonly choices: readonly { readonly label: string; readonly text: string }[];
  readonly capacity: number | null;
  readonly talks: number;
  readonly reports: boolean;
  readonly notice: string;
  readonly new_notice: boolean;
  readonly messages: readonly { readonly agent: string; readonly text: string }[];
  readonly history: readonly PastRound[];
  readonly conversation: readonly { readonly question: string; readonly answer: string; readonly feedback: string }[];
  readonly refused: string;
}

export interface Result {
  readonly agent: string;
  readonly rounds: number;
  readonly profit: number | null;
  readonly fines: number;
  readonly net: number | null;
  readonly benchmarks: readonly { readonly name: string; readonly profit: number }[];
  readonly institution: string;
  readonly cases: number;
  readonly sanctions: readonly { readonly round: number; readonly sanction: string; readonly rule: string; readonly amount: number; readonly share: number; readonly rounds: number }[];
  /** `rule`, `from`, `to` and `event` are words for people. */
  readonly transitions: readonly { readonly round: number; readonly edge: string; readonly rule: string; readonly from: string; readonly to: string; readonly event: string }[];
  readonly others: number;
}

export interface PlayState {
  readonly version: number;
  readonly phase: "waiting" | "asked" | "over" | "ended";
  readonly situation: Situation | null;
  readonly agent: string;
  /** Which run it was, told when it is over: until then a name could say who the others are. */
  readonly title?: string;
  readonly arm?: string;
  readonly seed?: number;
  /** `CAMPAIGN/ARM/SEED`, as the addresses of run pages have it. */
  readonly run?: string;
  readonly result?: Result;
  readonly error?: string;
  readonly advice?: string;
}
