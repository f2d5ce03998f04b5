import type { Opened } from "../record/types";

/** One thing that two runs were set up with differently, in words. */
export interface SetupDifference {
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

const MOST_PARAMETERS = 12;

/** What two runs were set up with differently, in the order in which it matters to a reader. */
export function setupDifferences(a: Opened, b: Opened): SetupDifference[] {
  const found: SetupDifference[] = [];
  const say = (what: string, one: string, other: string) => {
    if (one !== other) found.push({ what, a: one, b: other });
  };
  say("seed", String(a.seed), String(b.seed));
  say("rounds planned", String(a.rounds), String(b.rounds));
  say("institution", institution(a), institution(b));
  say("changes of institution", switches(a), switches(b));
  say("market", a.facts.market, b.facts.market);
  found.push(...marketDifferences(a.market, b.market));
  for (const agent of new Set([...a.roster, ...b.roster].map((one) => one.agent))) {
    const policy = (run: Opened) => run.roster.find((one) => one.agent === agent)?.policy;
    const [one, other] = [policy(a), policy(b)];
    if (one !== other) found.push({ what: `policy of ${agent}`, ...policies(one, other) });
  }
  say("fork of", forked(a), forked(b));
  return found;
}

function institution(run: Opened): string {
  return run.institution ? `${run.institution.name} ${run.institution.semantic_sha256.slice(0, 12)}` : "none";
}

function switches(run: Opened): string {
  const said = (run.switches ?? []).map((one) => `${one.institution?.name ?? "none"} from round ${one.first_round}`);
  return said.join(", ") || "none";
}

function forked(run: Opened): string {
  return run.forked ? `${run.forked.origin} after round ${run.forked.round}` : "none";
}

/** Parameters of two descriptions of markets, given as JSON, that are not the same; their text where they are no JSON. */
export function marketDifferences(a: string, b: string): SetupDifference[] {
  if (a === b) return [];
  const [one, other] = [flat(a), flat(b)];
  if (!one || !other) return [{ what: "description of the market", a: a.slice(0, 80), b: b.slice(0, 80) }];
  const paths = [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path));
  const found = paths.slice(0, MOST_PARAMETERS).map((path) => ({ what: `market: ${path}`, a: one.get(path) ?? "not there", b: other.get(path) ?? "not there" }));
  if (paths.length > MOST_PARAMETERS) found.push({ what: "market: others", a: `${paths.length - MOST_PARAMETERS} more parameters differ`, b: "" });
  return found;
}

/** What is not the same of two policies' descriptions; of a policy that is not there, that. */
function policies(one: string | undefined, other: string | undefined): { readonly a: string; readonly b: string } {
  const [a, b] = [flat(one ?? ""), flat(other ?? "")];
  if (one === undefined || other === undefined || !a || !b) return { a: one === undefined ? "not there" : named(one), b: other === undefined ? "not there" : named(other) };
  const paths = [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path)).slice(0, 4);
  const said = (values: ReadonlyMap<string, string>) => paths.map((path) => `${path}: ${(values.get(path) ?? "not there").slice(0, 60)}`).join("; ");
  return { a: said(a), b: said(b) };
}

const named = (policy: string): string => (policy.length > 120 ? `${policy.slice(0, 119)}…` : policy);

/** Leaves of a JSON value by their paths, as text; null where it is no JSON object. */
function flat(text: string): ReadonlyMap<string, string> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const found = new Map<string, string>();
  const walk = (here: unknown, path: string, depth: number): void => {
    if (typeof here === "object" && here !== null && depth < 8) {
      for (const [name, one] of Object.entries(here)) walk(one, path ? `${path}.${name}` : name, depth + 1);
    } else found.set(path, typeof here === "string" ? here : JSON.stringify(here));
  };
  walk(value, "", 0);
  return found;
}
