import { shown } from "../ui/numbers";
import type { Part, PastRound, Situation } from "./seat";

/** What is filled in for a round: the text of each number, the label that is chosen, what is said. */
export interface Draft {
  readonly numbers: Readonly<Record<string, string>>;
  readonly choice: string;
  readonly report: boolean;
  readonly message: string;
}

export const EMPTY: Draft = { numbers: {}, choice: "", report: false, message: "" };

export type Action = { readonly numbers?: Readonly<Record<string, number>>; readonly choice?: string; readonly report?: boolean; readonly message?: string };

const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 10, useGrouping: false });
export const plain = (value: number): string => digits.format(value);

/** The bounds of a number in words. */
export const bounds = (part: Part): string => `${part.whole ? "a whole number" : "a number"} from ${plain(part.low)} to ${plain(part.high)}`;

/** The action that a draft comes to, or what is still wrong with it. The server looks again. */
export function actionOf(situation: Situation, draft: Draft): { readonly action: Action } | { readonly fault: string } {
  const beside = { ...(situation.reports && draft.report ? { report: true } : {}), ...(situation.talks && draft.message.trim() ? { message: draft.message.trim() } : {}) };
  if (situation.choices.length) {
    if (!situation.choices.some((one) => one.label === draft.choice)) return { fault: "Choose one of the options." };
    return { action: { choice: draft.choice, ...beside } };
  }
  const numbers: Record<string, number> = {};
  for (const part of situation.parts) {
    const text = (draft.numbers[part.name] ?? "").trim();
    const value = Number(text);
    if (!text) return { fault: part.names.length ? `Choose ${part.name}.` : `${part.name} needs a number.` };
    if (!Number.isFinite(value) || value < part.low || value > part.high || (part.whole && !Number.isInteger(value))) return { fault: `${part.name} must be ${bounds(part)}.` };
    numbers[part.name] = value;
  }
  const total = Object.values(numbers).reduce((sum, value) => sum + value, 0);
  if (situation.capacity !== null && total > situation.capacity + 1e-9) {
    return { fault: `Together that is ${plain(total)}, which is more than your capacity of ${plain(situation.capacity)}.` };
  }
  return { action: { numbers, ...beside } };
}

/** The columns of the history: one a number that the market shows, named by the parts of an action where it has as many. */
export function columns(history: readonly PastRound[], parts: readonly Part[]): readonly { readonly label: string; readonly name: string; readonly index: number }[] {
  const last = history[history.length - 1];
  return (last?.seen ?? []).flatMap(({ name, values }) =>
    values.map((_, index) => {
      const words = name.replaceAll("_", " ");
      const which = values.length === 1 ? "" : values.length === parts.length ? ` ${parts[index]?.name ?? ""}` : ` ${index + 1}`;
      return { label: `${words}${which}`, name, index };
    }),
  );
}

/** The value of a column in a round; null where the round has none. */
export const cell = (past: PastRound, name: string, index: number): number | null => past.seen.find((row) => row.name === name)?.values[index] ?? null;

const hundredths = new Intl.NumberFormat("en", { maximumFractionDigits: 2, signDisplay: "negative" });

/** A number that the market shows: every figure before the point, hundredths behind it, more for less than one. */
export const observed = (value: number | null): string => (value === null || Math.abs(value) < 1 ? shown(value) : hundredths.format(value));
