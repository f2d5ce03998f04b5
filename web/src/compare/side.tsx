import { byState, indexOf, phaseAt, standingsAt, traversedIn } from "../record/at";
import type { RunRecord } from "../record/types";
import type { Drawing } from "../ui/drawing";
import { Graph } from "../ui/graph";
import { count } from "../ui/numbers";
import { actsIn } from "./acts";

export interface SideProps {
  /** `A` or `B`. */
  readonly name: string;
  readonly record: RunRecord;
  readonly drawings: Readonly<Record<string, Drawing>>;
}

/** One side in one round: the graph with everybody's standing, and what happened to whom. */
export function Side({ side, round }: { readonly side: SideProps; readonly round: number }) {
  const { name, record, drawings } = side;
  const { opened } = record;
  if (!opened) return null;
  const at = record.rounds[indexOf(record.rounds, round)];
  const here = at?.round === round ? at : undefined;
  const { institution } = phaseAt(opened, round);
  const drawing = institution ? drawings[institution.semantic_sha256] : undefined;
  const standings = standingsAt(record, round);
  const acts = actsIn(here);
  return (
    <section class={`side side-${name.toLowerCase()}`} aria-label={`Side ${name} in round ${round}`}>
      <h3>
        <span class="side-letter">{name}</span> {institution?.name || "no institution"}
      </h3>
      {drawing ? (
        <Graph drawing={drawing} standing={byState(standings)} traversed={traversedIn(here)} seatOf={(agent) => opened.facts.agents.indexOf(agent)} compact />
      ) : (
        <p class="no-graph quiet">{institution ? "Its graph is not at hand." : "No institution holds here: nobody is accused or sanctioned."}</p>
      )}
      {here ? (
        <>
          {standings.length ? (
            <ul class="standings" aria-label={`Standings of ${name}`}>
              {standings.map(({ agent, seat, after }) => (
                <li key={agent}>
                  <Seat seat={seat} /> {agent}: <b>{after.state}</b>
                  {after.rounds_left ? <span class="quiet">, {count(after.rounds_left)} left</span> : null}
                </li>
              ))}
            </ul>
          ) : null}
          <ul class="acts" aria-label={`What happened to agents of ${name}`}>
            {acts.length ? acts.map((act) => <li key={act}>{act}</li>) : <li class="quiet">No case, transition or sanction.</li>}
          </ul>
        </>
      ) : (
        <p class="quiet">This side has no round {count(round)}.</p>
      )}
    </section>
  );
}

function Seat({ seat }: { readonly seat: number }) {
  return (
    <svg class={`seat seat-${seat % 8}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="8" />
      <text x="8" y="12">
        {seat + 1}
      </text>
    </svg>
  );
}
