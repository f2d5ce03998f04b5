import { useMemo, useState } from "preact/hooks";
import { byState, standingsAt, traversedIn, type Phase, type StandingAt } from "../record/at";
import { namedCounters, type Rulebook } from "../record/rulebook";
import type { RoundRecord, RunRecord } from "../record/types";
import type { Drawing } from "../ui/drawing";
import { Graph } from "../ui/graph";
import { count, shown } from "../ui/numbers";
import { href, route } from "../ui/route";
import { Agent } from "./agent";

export interface GovernanceProps {
  readonly record: RunRecord;
  readonly round: number;
  readonly here: RoundRecord | undefined;
  readonly phase: Phase;
  readonly rulebook: Rulebook;
  readonly drawings: Readonly<Record<string, Drawing>>;
}

/** Rows of the table of standings; of more agents those that moved, or stand elsewhere than where all begin, come first. */
const MOST_ROWS = 12;

/** The graph of the institution in force, with each agent where it stands after the round, and the same in words. */
export function Governance({ record, round, here, phase, rulebook, drawings }: GovernanceProps) {
  const [whole, setWhole] = useState(false);
  const agents = record.opened?.facts.agents ?? [];
  const seats = useMemo(() => new Map(agents.map((agent, seat) => [agent, seat])), [agents]);
  const { institution } = phase;
  if (!institution) {
    return (
      <p class="quiet">
        No institution holds in round {round}. <JudgeByAnother />
      </p>
    );
  }
  const drawing = Object.hasOwn(drawings, institution.semantic_sha256) ? drawings[institution.semantic_sha256] : undefined;
  const initial = rulebook.initial ?? drawing?.boxes.find((box) => box.first)?.name ?? null;
  const standings = standingsAt(record, round, initial);
  return (
    <section class="run-governance" aria-label="Governance">
      <div class="run-part-head">
        <h2>{institution.name}</h2>
        {phase.first > 1 && <span class="quiet">from round {phase.first}</span>}
        {drawing && (
          <button type="button" aria-pressed={whole} onClick={() => setWhole(!whole)}>
            {whole ? "smaller graph" : "whole graph"}
          </button>
        )}
        <JudgeByAnother />
      </div>
      {drawing ? (
        <div class={whole ? "run-graph-whole scroll" : "run-graph-fit"} tabindex={0} role="region" aria-label="The graph and where everybody stands">
          <Graph drawing={drawing} compact={!whole} standing={byState(standings)} traversed={traversedIn(here)} seatOf={(agent) => seats.get(agent) ?? 0} />
        </div>
      ) : (
        <p class="quiet">Its graph is not at hand. The table tells where everybody stands.</p>
      )}
      <Standings standings={standings} initial={initial} rulebook={rulebook} round={round} />
    </section>
  );
}

/** The way to what another institution makes of this run; the page of a bundle has no run in its address, and nobody to judge. */
function JudgeByAnother() {
  const [kind, ...run] = route.value.words;
  if (kind !== "r" || run.length !== 3) return null;
  return (
    <a class="run-judge" href={href(["compare"], { a: run.join("/"), under: "" })}>
      Judge by another institution
    </a>
  );
}

const moved = (one: StandingAt): boolean => one.before !== null && one.before !== one.after.state;

interface StandingsProps {
  readonly standings: readonly StandingAt[];
  readonly initial: string | null;
  readonly rulebook: Rulebook;
  readonly round: number;
}

function Standings({ standings, initial, rulebook, round }: StandingsProps) {
  if (!standings.length) return <p class="quiet">The log holds no standings of round {round}.</p>;
  const telling = (one: StandingAt) => Number(moved(one)) * 2 + Number(one.after.state !== initial);
  const rows = standings.length > MOST_ROWS ? [...standings].sort((one, other) => telling(other) - telling(one)).slice(0, MOST_ROWS) : standings;
  const counters = namedCounters(rulebook, standings[0]?.after.counters).map(([name]) => name);
  const timed = rows.some((one) => one.after.rounds_left);
  const limited = rows.some((one) => one.after.limit_e6 !== undefined && one.after.limit_e6 !== null);
  const reported = rows.some((one) => one.after.reported);
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={`Standings after round ${round}`}>
      <table class="run-standings">
        <caption class="visually-hidden">Standings after round {round}</caption>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Standing after round {round}</th>
            {timed && <th scope="col" class="number">rounds left</th>}
            {limited && <th scope="col" class="number">may use</th>}
            {reported && <th scope="col" class="number">came forward</th>}
            {counters.map((name) => (
              <th key={name} scope="col" class="number">
                {name.replaceAll("_", " ")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.agent}>
              <th scope="row">
                <Agent name={one.agent} seat={one.seat} />
              </th>
              <td>
                {moved(one) && <span class="quiet">{one.before} → </span>}
                <strong>{one.after.state}</strong>
              </td>
              {timed && <td class="number">{one.after.rounds_left ?? 0}</td>}
              {limited && <td class="number">{one.after.limit_e6 === undefined || one.after.limit_e6 === null ? "all" : `${shown(one.after.limit_e6 / 1e4)}%`}</td>}
              {reported && <td class="number">{one.after.reported ? `round ${one.after.reported}` : ""}</td>}
              {counters.map((name, index) => (
                <td key={name} class="number">
                  {one.after.counters?.[index] ?? ""}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {standings.length > rows.length && <p class="quiet">{count(standings.length - rows.length)} more agents; those that moved or stand elsewhere than at the start are shown first.</p>}
    </div>
  );
}
