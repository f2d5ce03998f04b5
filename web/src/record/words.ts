import { shown, shownE6 } from "../ui/numbers";
import type { SanctionBody, TransitionBody } from "./types";

/** The rule and the two states of an edge `RULE:from->to`. */
export function edgeParts(edge: string): { readonly rule: string; readonly from: string; readonly to: string } {
  const colon = edge.indexOf(":");
  const arrow = edge.indexOf("->", colon + 1);
  if (colon < 0 || arrow < 0) return { rule: edge, from: "", to: "" };
  return { rule: edge.slice(0, colon), from: edge.slice(colon + 1, arrow), to: edge.slice(arrow + 2) };
}

const rounds = (many: number): string => `${many} ${many === 1 ? "round" : "rounds"}`;

/** What a sanction takes, in words. */
export function sanctionWords(sanction: SanctionBody): string {
  const spared = sanction.spared_e6 ? `, ${shownE6(sanction.spared_e6)} spared by leniency` : "";
  switch (sanction.sanction) {
    case "fine":
      return `a fine of ${shownE6(sanction.amount_e6 ?? 0)}${spared}`;
    case "suspension":
      return `a suspension${sanction.rounds ? ` for ${rounds(sanction.rounds)}` : ""}`;
    case "cap":
      return `a cap at ${shown((sanction.share_e6 ?? 0) / 1e4)}% of capacity${sanction.rounds ? ` for ${rounds(sanction.rounds)}` : ""}`;
    case "forfeiture":
      return `a forfeiture of ${sanction.count ?? 0} of ${sanction.counter ?? "a counter"}`;
    default:
      return sanction.sanction;
  }
}

/** What a transition did, in words; the rule and the event are said beside it. */
export function transitionWords(transition: TransitionBody): string {
  const { from, to } = edgeParts(transition.edge);
  const way = from === to ? `stays in ${from}` : `from ${from} to ${to}`;
  return `${way}${transition.lasts ? `, for ${rounds(transition.lasts)}` : ""}`;
}

/** Text of a reply for people: a JSON object is set out a line each member, with the line breaks of its texts. */
export function readable(reply: string): string {
  let value: unknown;
  try {
    value = JSON.parse(reply);
  } catch {
    return reply;
  }
  return typeof value === "object" && value !== null ? setOut(value, 0).join("\n") : reply;
}

function setOut(value: object, depth: number): string[] {
  if (depth > 20) return [JSON.stringify(value)];
  const pad = "  ".repeat(depth);
  return Object.entries(value).flatMap(([key, one]: [string, unknown]) => {
    if (typeof one === "object" && one !== null) return [`${pad}${key}:`, ...setOut(one, depth + 1)];
    const text = String(one);
    return text.includes("\n") ? [`${pad}${key}:`, ...text.split("\n").map((line) => `${pad}  ${line}`)] : [`${pad}${key}: ${text}`];
  });
}

/** A short text of an entry for a list, made from its line alone. */
export function entryWords(kind: string, line: string): string {
  try {
    const { body } = JSON.parse(line) as { body: Record<string, unknown> };
    switch (kind) {
      case "opened":
        return `seed ${String(body["seed"])}, ${String(body["rounds"])} rounds`;
      case "round":
        return roundWords(body);
      case "transition": {
        const one = body as unknown as TransitionBody;
        return `${one.agent}: ${transitionWords(one)}${one.blocked ? `, blocked: ${one.blocked}` : ""}`;
      }
      case "sanction":
      case "announced": {
        const one = body as unknown as SanctionBody;
        return `${one.agent}: ${sanctionWords(one)}`;
      }
      case "notice":
        return `${String(body["agent"])}: ${String(body["text"]).slice(0, 160)}`;
      case "switched":
        return `from round ${String(body["effective_round"])}: ${String(body["institution"]) || "no institution"}`;
      case "attested":
        return `${(body["signatures"] as unknown[]).length} signatures`;
      case "closed":
        return `${String(body["rounds"])} rounds played`;
      case "part":
        return `part ${String(body["part"])} of ${String(body["of"])}`;
      default:
        return line.slice(0, 160);
    }
  } catch {
    return line.slice(0, 160);
  }
}

function roundWords(body: Record<string, unknown>): string {
  const said = ["actions", "decisions", "cases", "messages", "projected"].map((name) => {
    const many = Array.isArray(body[name]) ? (body[name] as unknown[]).length : 0;
    if (!many) return "";
    return name === "projected" ? `${many} made feasible` : `${many} ${many === 1 ? name.slice(0, -1) : name}`;
  });
  return said.filter(Boolean).join(", ");
}
