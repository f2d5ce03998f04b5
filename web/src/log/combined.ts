import type { Verdict } from "../source/source";
import type { LogState } from "./state";

/** What stands before each thing that a check does not exclude. */
export const NOT_EXCLUDED = "not excluded: ";

/** From the best on; `checking` at the end of a check is of a log that nobody signed yet. */
const FROM_BEST: readonly LogState["verdict"][] = ["verified", "consistent", "checking", "damaged", "tampered"];

/** In the headline of a log that goes on. */
export const AS_FAR = "as far as it was signed";

/** Stands for the verdict of a program that gave none: nothing is verified then. */
export function notTold(error: unknown): Verdict {
  const why = error instanceof Error ? error.message : String(error);
  return { verdict: "damaged", headline: `not verified: the program cannot say whether the log holds (${why})`, details: [] };
}

/**
 * The page's own check and the program's verdict on the same log as one: the worse of the two, with the words of both.
 * What the program looked at is more, so that what is not excluded is what it says. States of entries are the page's own.
 */
export function combined(own: LogState, told: Verdict): LogState {
  const nothingYet = own.verdict === "checking" && own.counts.found === 0; // a run that has only begun
  const worse = !nothingYet && FROM_BEST.indexOf(told.verdict) > FROM_BEST.indexOf(own.verdict);
  const said = `agora log verify: ${told.headline}`;
  const limits = told.notExcluded?.map((one) => `${NOT_EXCLUDED}${one}`);
  const details = own.details.filter((line) => !limits || !line.startsWith(NOT_EXCLUDED));
  if (!worse) {
    const open = own.verdict === told.verdict && told.headline.includes(AS_FAR) && !own.headline.includes(AS_FAR);
    const headline = open ? told.headline : own.headline;
    return { ...own, headline, details: [said, ...told.details, ...details, ...(limits ?? [])] };
  }
  const here = `the check in this page alone: ${own.headline}`;
  return { ...own, verdict: told.verdict, headline: told.headline, details: [...told.details, here, ...details, ...(limits ?? [])] };
}
