import type { AgentStep, Step } from "./answers";

/** Which agents stand in each state. */
export function standingAt(step: Step): Record<string, string[]> {
  const found = Object.create(null) as Record<string, string[]>; // a state may be called `constructor`
  for (const one of step.agents) (found[one.state] ??= []).push(one.agent);
  return found;
}

/** The edges that some agent crossed in this round. */
export const crossedAt = (step: Step): Set<string> => new Set(step.agents.flatMap((one) => one.crossed));

/** `RULE:from->to` as `from -> to`. */
export const wayOf = (edge: string): string => edge.slice(edge.indexOf(":") + 1).replace("->", " -> ");

const rounds = (count: number): string => `${count} ${count === 1 ? "round" : "rounds"}`;
const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function sanctionInWords(one: AgentStep["sanctions"][number]): string {
  switch (one.kind) {
    case "fine":
      return `fined ${money.format(one.amount)}`;
    case "suspension":
      return one.rounds ? `suspended for ${rounds(one.rounds)}` : "suspended";
    case "cap":
      return `held to ${Math.round(100 * one.share)}% of capacity`;
    case "forfeiture":
      return `forfeits ${one.count} of ${one.counter}`;
    default:
      return one.kind;
  }
}

/** What happened to an agent in a round; empty where nothing did. */
export function happenedTo(one: AgentStep): string {
  return [
    ...one.did,
    ...one.cases.map((rule) => `accused under ${rule}`),
    ...one.blocked.map((request) => `${request.by} denies ${wayOf(request.edge)}`),
    ...one.crossed.map((edge) => `goes ${wayOf(edge)}`),
    ...one.sanctions.map(sanctionInWords),
  ].join("; ");
}

/** Where an agent stands after the round. */
export function standsThen(one: AgentStep): string {
  const left = one.rounds_left > 0 ? `, ${rounds(one.rounds_left)} left` : "";
  const limit = one.limit === null ? "" : one.limit === 0 ? ", may not act" : `, at most ${Math.round(100 * one.limit)}% of capacity`;
  return `${one.state} (${one.label})${left}${limit}`;
}
