import { isChoice } from "./shape";
import type { ChoiceRecord } from "./types";

/** Probabilities from natural logarithms in millionths; null is a probability of 0. */
export const chances = (logs: readonly (number | null)[]): readonly number[] => logs.map((log) => (log === null ? 0 : Math.exp(log / 1e6)));

/** The choice that lies beside the log as JSON; null where the text is none. */
export function choiceIn(text: string): ChoiceRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return isChoice(value) ? (value as ChoiceRecord) : null;
  } catch {
    return null;
  }
}

/** What each option of an agent's menu stands for, as its policy describes it; empty where it describes none. */
export function menuOf(policy: string | undefined): readonly string[] {
  try {
    const menu = (JSON.parse(policy ?? "") as { menu?: unknown } | null)?.menu;
    return Array.isArray(menu) ? menu.map((one: unknown) => String((one as { option?: unknown } | null)?.option ?? "")) : [];
  } catch {
    return [];
  }
}
