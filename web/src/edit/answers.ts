import { getJson, postJson } from "../source/api";
import type { Drawing } from "../ui/drawing";

/** What the editor's server answers (src/agoranomos/viewer/editing_routes.py). */

export interface Opened {
  readonly path: string;
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the file as it is on disk; empty where there is none yet. */
  readonly digest: string;
  readonly is_new: boolean;
  /** Why it may not be saved, and what to do instead; empty where it may. */
  readonly refusal: string;
  readonly advice: string;
}

export type Severity = "error" | "warning" | "note";

export interface Finding {
  readonly kind: "reading" | "lint" | "check";
  readonly severity: Severity;
  readonly rule: string;
  readonly message: string;
  readonly advice: string;
  /** From 1; columns count characters, not UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** The place in another file, one that this text extends; empty where the fault is in this text. */
  readonly elsewhere: string;
  /** States and edges of the graph that it speaks of. */
  readonly marks: readonly string[];
  readonly trace: Steps | null;
}

export interface AgentStep {
  readonly agent: string;
  readonly did: readonly string[];
  readonly state: string;
  readonly label: string;
  readonly rounds_left: number;
  readonly limit: number | null;
  readonly counters: Readonly<Record<string, number>>;
  readonly crossed: readonly string[];
  readonly blocked: readonly { readonly edge: string; readonly by: string }[];
  readonly cases: readonly string[];
  readonly sanctions: readonly { readonly kind: string; readonly rule: string; readonly amount: number; readonly share: number; readonly rounds: number; readonly counter: string; readonly count: number }[];
  readonly notice: string;
}

export interface Step {
  /** 0 before the first round. */
  readonly round: number;
  readonly agents: readonly AgentStep[];
}

export interface Steps {
  readonly name: string;
  readonly about: string;
  readonly agents: readonly string[];
  readonly steps: readonly Step[];
  readonly left_out: number;
  readonly why_not: string;
}

export interface Told {
  readonly text: string;
  readonly why_not: string;
}

export interface Institution {
  readonly valid: true;
  readonly findings: readonly Finding[];
  readonly name: string;
  readonly title: string;
  readonly counts: { readonly states: number; readonly transitions: number; readonly events: number };
  readonly semantic_sha256: string;
  readonly file_sha256: string;
  readonly drawing: Drawing;
  readonly prose: { readonly notice: Told; readonly constitution: Told; readonly stated_by_hand: readonly string[] };
  readonly notices: { readonly states: readonly { readonly state: string; readonly label: string; readonly text: string }[]; readonly why_not: string };
}

/** A newer text, of another window, came first: ask again. */
export interface Overtaken {
  readonly superseded: true;
}

export type Examined = Institution | { readonly valid: false; readonly findings: readonly Finding[] };

export type Checked =
  | { readonly state: "done"; readonly findings: readonly Finding[]; readonly standings: number; readonly judged_rounds: number; readonly complete: boolean; readonly limits: readonly string[] }
  | { readonly state: "superseded" }
  | { readonly state: "failed"; readonly error: string; readonly advice: string };

export interface HeatMap {
  readonly plans: readonly string[];
  readonly fines: readonly number[];
  readonly probabilities: readonly number[];
  /** [probabilities][fines]: what the best plan earns over Nash per firm and round. */
  readonly gain: readonly (readonly number[])[];
  readonly nash_profit: number;
}

export interface MarketCertificate {
  readonly kind: "market";
  readonly institution: string;
  readonly semantic_sha256: string;
  readonly market: string;
  readonly sentence: string;
  readonly holds: boolean;
  readonly tolerance: number;
  readonly nash_profit: number;
  readonly gains: { readonly best: number; readonly harmful: number; readonly lawful: number; readonly alone: number | null };
  readonly searched: string;
  readonly leaves_out: readonly string[];
  readonly map: HeatMap | null;
  readonly map_why_not: string;
  /** How often an agent takes each edge in a round of the best plan. */
  readonly edges: Readonly<Record<string, number>>;
  readonly trace: Steps;
}

export interface DutyPlan {
  readonly name: string;
  readonly by: "one" | "all";
  readonly is_accused: boolean;
  readonly free: number;
  readonly gain: number;
  readonly fined: number;
  readonly accused: number;
  readonly broke: number;
  readonly principal: number;
  readonly third_party: number;
}

export interface ScenarioCertificate {
  readonly kind: "scenario";
  readonly institution: string;
  readonly semantic_sha256: string;
  readonly market: string;
  readonly holds: boolean;
  readonly tolerance: number;
  readonly at_stake: number;
  readonly runs: number;
  readonly rounds: number;
  readonly dutiful: { readonly fined: number; readonly accused: number };
  readonly plans: readonly DutyPlan[];
  readonly leaves_out: readonly string[];
}

export type Certifying =
  | { readonly job: number; readonly state: "none" | "cancelled" }
  | { readonly job: number; readonly state: "running"; readonly what: string; readonly count: number; readonly seconds: number }
  | { readonly job: number; readonly state: "done"; readonly result: MarketCertificate | ScenarioCertificate; readonly seconds: number }
  | { readonly job: number; readonly state: "failed"; readonly error: string; readonly advice: string };

export const ask = {
  opened: () => getJson<Opened>("edit"),
  examined: (text: string, signal: AbortSignal) => postJson<Examined | Overtaken>("edit/examine", { text }, signal),
  checked: (text: string, signal: AbortSignal) => postJson<Checked>("edit/check", { text }, signal),
  markets: (text: string) => postJson<{ readonly markets: readonly { readonly name: string; readonly kind: string }[] }>("edit/markets", { text }),
  certify: (text: string, market: string, quick: boolean) => postJson<Certifying>("edit/certify", { text, market, quick }),
  certifying: () => getJson<Certifying>("edit/certify"),
  cancel: () => postJson<Certifying>("edit/certify/cancel", {}),
  save: (text: string, digest: string, draft: boolean) => postJson<{ readonly digest: string }>("edit/save", { text, digest, draft }),
};
