/** What an entry must look like to be read as one. A changed byte may make any value of any member: nothing else is relied on. */

type Shape = (value: unknown) => boolean;

const text: Shape = (value) => typeof value === "string";
const whole: Shape = (value) => typeof value === "number" && Number.isSafeInteger(value);
const count: Shape = (value) => whole(value) && (value as number) >= 0;
const yes: Shape = (value) => typeof value === "boolean";
const nothing: Shape = (value) => value === null;
const either =
  (...shapes: Shape[]): Shape =>
  (value) =>
    shapes.some((shape) => shape(value));
const list =
  (of: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(of);
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const table =
  (of: Shape): Shape =>
  (value) =>
    isObject(value) && Object.values(value).every(of);
const members =
  (needed: Readonly<Record<string, Shape>>, others: Readonly<Record<string, Shape>> = {}): Shape =>
  (value) =>
    isObject(value) &&
    Object.entries(needed).every(([name, shape]) => shape(value[name])) &&
    Object.entries(others).every(([name, shape]) => value[name] === undefined || shape(value[name]));

const number = either(whole, nothing);
const measured = either(number, list(either(number, list(number))));
const institution = members({ name: text, semantic_sha256: text, file_sha256: text, text }, { bases: list(text) });
const noInstitution = either(institution, nothing);
const measureKind = members({ axes: list((value) => value === "firm" || value === "good"), title: text }, { public: yes, relative: yes, least_e6: whole, most_e6: whole });
const facts = members({
  market: text,
  agents: list(text),
  goods: list(text),
  measures: table(measureKind),
  benchmarks: table(table(measured)),
});
export const isChoice = members({ options: list(text), log_probabilities_e6: list(number) }, { by_order_e6: list(list(number)), reasoning: list(text) });
const call = members(
  { model: text, prompt_tokens: whole, reply_tokens: whole },
  {
    prompt_sha256: text,
    reply: text,
    reply_sha256: text,
    failure: text,
    prompt_commitment: text,
    reply_commitment: text,
    purpose: text,
    scored: text,
    choice: either(isChoice, nothing),
  },
);
const decision = members({ agent: text }, { calls: list(call), repaired: yes, forgotten: whole, chosen: number });
const signal = members({ signal: text, value: whole, threshold: whole }, { good: text });
const caseOf = members({ case: text, agent: text, rule: text, signals: list(signal) }, { pretext: list(text) });
const standing = members({ state: text }, { counters: list(whole), rounds_left: whole, limit_e6: number, reported: whole });
const sanction = members(
  { agent: text, sanction: text, rule: text },
  { case: text, amount_e6: whole, share_e6: whole, rounds: whole, counter: text, count: whole, spared_e6: whole },
);

const BODIES: Readonly<Record<string, Shape>> = {
  opened: members(
    { seed: whole, rounds: count, market: text, facts, institution: noInstitution, roster: list(members({ agent: text, policy: text })) },
    {
      switches: list(members({ first_round: whole, institution: noInstitution })),
      forked: either(members({ origin: text, root: text, round: whole, size: whole }), nothing),
    },
  ),
  round: members(
    { actions: list(list(whole)), measures: table(measured) },
    {
      draws: list(whole),
      projected: list(text),
      decisions: list(decision),
      cases: list(caseOf),
      standings: list(standing),
      reports: list(text),
      run_draw: whole,
      messages: list(members({ agent: text, text })),
    },
  ),
  transition: members({ agent: text, edge: text, event: text }, { case: text, blocked: text, lasts: whole }),
  sanction,
  announced: sanction,
  notice: members({ agent: text, effective_round: whole, state: text, text }),
  switched: members({ effective_round: whole, institution: text, semantic_sha256: text }),
  attested: isObject,
  closed: members({ rounds: count }),
  part: members({ of: count, part: count, text }),
};

/** Why a value is no entry, or an empty text where it is one. */
export function notAnEntry(value: unknown): string {
  if (!isObject(value)) return "it is no object";
  if (typeof value["kind"] !== "string") return "it names no kind";
  const shape = Object.hasOwn(BODIES, value["kind"]) ? BODIES[value["kind"]] : undefined;
  if (!shape) return `there is no kind ${JSON.stringify(value["kind"]).slice(0, 60)}`;
  if (!count(value["round"])) return "it names no round";
  return shape(value["body"]) ? "" : `its body is not that of kind ${value["kind"]}`;
}
