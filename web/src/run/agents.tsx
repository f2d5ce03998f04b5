import { useMemo, useState } from "preact/hooks";
import { indexOf, noticeAt, noticesByAgent, type Phase } from "../record/at";
import { menuOf } from "../record/choices";
import type { CallRecord, DecisionRecord, RoundRecord, RunRecord } from "../record/types";
import type { RunSource } from "../source/source";
import { count, shown } from "../ui/numbers";
import { Agent } from "./agent";
import { Call } from "./call";
import { usePrompts } from "./load";

export interface AgentsProps {
  readonly source: RunSource;
  readonly record: RunRecord;
  readonly here: RoundRecord;
  readonly phase: Phase;
}

/** So many agents are laid out at once. */
const PAGE = 8;

/** Each agent in the round: the notice it held, what it was asked and answered, what it did. */
export function Agents({ source, record, here, phase }: AgentsProps) {
  const [first, setFirst] = useState(0);
  const [prompts, ask] = usePrompts(source);
  const notices = useMemo(() => noticesByAgent(record), [record]);
  const { opened } = record;
  const menus = useMemo(() => new Map((opened?.roster ?? []).map((one) => [one.agent, menuOf(one.policy)])), [opened]);
  if (!opened) return null;
  const { agents } = opened.facts;
  const end = Math.min(agents.length, first + PAGE);
  return (
    <section class="run-agents" aria-label={`Agents in round ${here.round}`}>
      <div class="run-part-head">
        <h2>Agents in round {here.round}</h2>
        {agents.length > PAGE && (
          <span>
            <button type="button" disabled={first === 0} onClick={() => setFirst(Math.max(0, first - PAGE))}>
              before
            </button>{" "}
            {first + 1} to {end} of {count(agents.length)}{" "}
            <button type="button" disabled={end === agents.length} onClick={() => setFirst(first + PAGE)}>
              after
            </button>
          </span>
        )}
      </div>
      <div class="run-agent-cards">
        {agents.slice(first, end).map((agent, index) => {
          const seat = first + index;
          const decision = here.body.decisions?.find((one) => one.agent === agent);
          const notice = noticeAt(notices.get(agent) ?? [], here.round, phase);
          return (
            <article key={agent} class="card run-agent-card" aria-label={agent}>
              <h3>
                <Agent name={agent} seat={seat} />
              </h3>
              <Action action={here.body.actions[seat]} goods={opened.facts.goods} projected={here.body.projected?.includes(agent) === true} decision={decision} />
              {here.body.reports?.includes(agent) && <p>It came forward and reported.</p>}
              {notice ? (
                <details class="run-notice" open>
                  <summary>
                    Notice in force <span class="quiet">since round {notice.effective_round}, for {notice.state}</span>
                  </summary>
                  <p class="run-notice-text">{notice.text}</p>
                </details>
              ) : (
                phase.institution && <p class="quiet">It holds no notice.</p>
              )}
              {(decision?.calls ?? []).map((call, number) => (
                <Call
                  key={number}
                  source={source}
                  agent={agent}
                  round={here.round}
                  index={number}
                  call={call}
                  chosen={decision?.chosen}
                  menu={menus.get(agent) ?? []}
                  earlier={earlierCall(record, here.round, agent, number)}
                  prompts={prompts}
                  ask={ask}
                />
              ))}
              {!decision && here.body.decisions !== undefined && <p class="quiet">The log holds no account of its decision.</p>}
            </article>
          );
        })}
      </div>
      {(here.body.messages ?? []).length > 0 && (
        <div class="run-messages">
          <h3>What was said to all</h3>
          {here.body.messages?.map((message, index) => (
            <blockquote key={index}>
              <Agent name={message.agent} seat={agents.indexOf(message.agent)} />
              <p class="run-notice-text">{message.text}</p>
            </blockquote>
          ))}
        </div>
      )}
    </section>
  );
}

/** The call with the same number of the same agent, in the last of at most ten rounds before. */
function earlierCall(record: RunRecord, round: number, agent: string, number: number): { readonly round: number; readonly call: CallRecord } | undefined {
  const here = indexOf(record.rounds, round);
  for (let index = here - 1; index >= Math.max(0, here - 10); index--) {
    const one = record.rounds[index];
    const call = one?.body.decisions?.find((decision) => decision.agent === agent)?.calls?.[number];
    if (one && call) return { round: one.round, call };
  }
  return undefined;
}

interface ActionProps {
  readonly action: readonly number[] | undefined;
  readonly goods: readonly string[];
  readonly projected: boolean;
  readonly decision: DecisionRecord | undefined;
}

function Action({ action, goods, projected, decision }: ActionProps) {
  return (
    <p class="run-action">
      <span class="quiet">Action </span>
      {action?.map((value, index) => (
        <span key={index} class="run-amount">
          {action.length === goods.length ? goods[index] : `${index + 1}.`} <strong>{shown(value / 1e6)}</strong>
        </span>
      )) ?? "none"}
      {projected && <span class="run-tag warn">made feasible</span>}
      {decision?.repaired && <span class="run-tag warn">reply repaired</span>}
      {decision?.forgotten ? <span class="run-tag">{decision.forgotten} rounds forgotten</span> : null}
    </p>
  );
}
