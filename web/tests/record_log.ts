/** A short log as a run writes it: two firms, two goods, a ladder that is replaced, a case, a fine, notices. */

const institution = (name: string, text: string) => ({ name, semantic_sha256: `${name}-semantic`, file_sha256: `${name}-file`, text });

export const LADDER = institution(
  "ladder",
  `kind: institution
initial: active
states: {active: {label: CLEAR}, fined: {label: PENALISED}}
signals:
  high_price: {statistic: mean, measure: price, window: 2, at_least: 0.5, goods: mean}
  steady: {statistic: dispersion, measure: price, window: 2, at_most: 0.1}
counters:
  offences: {max: 9}
  streak: {max: 9}
`,
);
export const FUND = institution("fund", "initial: member\nstates: {member: {}}\ncounters: {}\n");

const facts = {
  market: "cournot-duopoly",
  agents: ["firm_1", "firm_2"],
  goods: ["A", "B"],
  measures: {
    price_e6: { axes: ["good"], title: "price", public: true, least_e6: 0 },
    profit_e6: { axes: ["firm"], title: "profit before fines" },
    share_e6: { axes: ["firm", "good"], title: "market share" },
    welfare_e6: { axes: [], title: "consumer surplus plus profits" },
    price_elevation_e6: { axes: ["good"], title: "price elevation: 0 at Nash, 1 at joint monopoly", relative: true, public: true },
  },
  benchmarks: {
    nash: { price_e6: [60_000_000, 60_000_000], welfare_e6: 5_000_000, profit_e6: [1_000_000, 2_000_000] },
    monopoly: { price_e6: [70_000_000, 70_000_000], welfare_e6: 4_000_000, profit_e6: [null, 3_000_000] },
  },
};

const standing = (state: string, offences: number, rounds_left?: number) => ({ state, counters: [offences, 0], ...(rounds_left ? { rounds_left } : {}) });
const measures = (price: number | null) => ({
  price_e6: [price, 60_000_000],
  profit_e6: [1_000_000, 2_000_000],
  share_e6: [
    [1_000_000, 0],
    [0, 1_000_000],
  ],
  welfare_e6: 4_500_000,
});

interface Line {
  readonly kind: string;
  readonly round: number;
  readonly body: unknown;
}

const notice = (round: number, agent: string, state: string) => ({
  kind: "notice",
  round,
  body: { agent, effective_round: round + 1, state, text: `${agent} is ${state} from round ${round + 1}` },
});

export const ENTRIES: readonly Line[] = [
  {
    kind: "opened",
    round: 0,
    body: {
      schema: 1,
      seed: 7,
      rounds: 4,
      market: "{}",
      facts,
      institution: LADDER,
      roster: [
        { agent: "firm_1", policy: "{}" },
        { agent: "firm_2", policy: "{}" },
      ],
      switches: [
        { first_round: 3, institution: FUND },
        { first_round: 4, institution: null },
      ],
    },
  },
  notice(0, "firm_1", "active"),
  notice(0, "firm_2", "active"),
  { kind: "round", round: 1, body: { actions: [[1, 2], [3, 4]], measures: measures(50_000_000), standings: [standing("active", 0), standing("active", 0)] } },
  {
    kind: "round",
    round: 2,
    body: {
      actions: [[1, 2], [3, 4]],
      measures: measures(null),
      projected: ["firm_2"],
      cases: [
        {
          case: "2-firm_1",
          agent: "firm_1",
          rule: "H1",
          signals: [
            { signal: "high_price", value: 4_000_000, threshold: 2_000_000 },
            { signal: "steady", value: 1, threshold: 9 },
          ],
        },
      ],
      decisions: [{ agent: "firm_1", calls: [{ model: "m", prompt_tokens: 1, reply_tokens: 2, prompt_sha256: "ab", failure: "timeout" }], repaired: true }],
      standings: [standing("fined", 1, 5), standing("active", 0)],
    },
  },
  { kind: "transition", round: 2, body: { agent: "firm_1", edge: "H1:active->fined", event: "violation", case: "2-firm_1", lasts: 5 } },
  { kind: "transition", round: 2, body: { agent: "firm_2", edge: "H1:active->fined", event: "violation", blocked: "joint_recidivism" } },
  { kind: "sanction", round: 2, body: { agent: "firm_1", sanction: "fine", rule: "H1", amount_e6: 2_500_000 } },
  { kind: "announced", round: 2, body: { agent: "firm_2", sanction: "cap", rule: "H1", share_e6: 500_000, rounds: 2 } },
  notice(2, "firm_1", "fined"),
  { kind: "switched", round: 2, body: { effective_round: 3, institution: "fund", semantic_sha256: "fund-semantic" } },
  { kind: "notice", round: 2, body: { agent: "firm_1", effective_round: 3, state: "member", text: "the fund holds" } },
  { kind: "round", round: 3, body: { actions: [[1, 2], [3, 4]], measures: measures(70_000_000), standings: [{ state: "member" }, { state: "member" }] } },
  { kind: "switched", round: 3, body: { effective_round: 4, institution: "", semantic_sha256: "" } },
  { kind: "round", round: 4, body: { actions: [[1, 2], [3, 4]], measures: measures(70_000_000) } },
  { kind: "closed", round: 4, body: { rounds: 4 } },
];

export const lineOf = ({ body, kind, round }: Line, seq: number): string => JSON.stringify({ body, kind, round, seq });
export const LINES: readonly string[] = ENTRIES.map(lineOf);
