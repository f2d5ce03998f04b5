import { useMemo, useState } from "preact/hooks";
import { checkLog } from "../log/state";
import { indexOf, phaseAt, standingsAt } from "../record/at";
import { markedRounds } from "../record/marks";
import { rulebookOf } from "../record/rulebook";
import { ApiError } from "../source/api";
import type { RunSource } from "../source/source";
import { Busy, Empty, Failed } from "../ui/states";
import { Agents } from "./agents";
import { Entries } from "./entries";
import { Governance } from "./governance";
import { Guarded } from "./guarded";
import { Head, Verification } from "./head";
import { Judged } from "./judged";
import { useChecks, useDrawings, useRun, type Checks } from "./load";
import { Measures } from "./measures";
import { Player } from "./player";
import { useRound } from "./round";
import "./run.css";

export interface RunPageProps {
  readonly source: RunSource;
  /** How to check the log; by default with the keys that the source trusts. */
  readonly checks?: Checks;
}

/** One run: what happened, round by round, and whether its log holds. A log that is still open can be read again. */
export function RunPage({ source, checks = checkLog }: RunPageProps) {
  const [times, setTimes] = useState(0);
  return <OneReading key={times} source={source} checks={checks} again={() => setTimes(times + 1)} />;
}

function OneReading({ source: given, checks, again }: { readonly source: RunSource; readonly checks: Checks; readonly again: () => void }) {
  const { source, record, complete, error } = useRun(given);
  const state = useChecks(source, checks);
  const drawings = useDrawings(source);
  const [wanted, setWanted] = useState<{ readonly line: number } | null>(null);
  const { opened, rounds } = record;
  const last = complete ? (rounds[rounds.length - 1]?.round ?? 0) : Math.max(opened?.rounds ?? 0, rounds[rounds.length - 1]?.round ?? 0);
  const [round, choose] = useRound(last);
  const marked = useMemo(() => markedRounds(rounds), [rounds]);
  const phase = opened ? phaseAt(opened, round) : null;
  const rulebook = useMemo(() => rulebookOf(phase?.institution ?? null), [phase?.institution]);
  const seats = useMemo(() => new Map((opened?.facts.agents ?? []).map((agent, seat) => [agent, seat])), [opened]);
  const found = rounds[indexOf(rounds, round)];
  const here = found?.round === round ? found : undefined;
  const governed = phase !== null && (phase.institution !== null || (opened?.switches?.length ?? 0) > 0);
  const judgedAtAll = governed || (here !== undefined && standingsAt(record, round).length > 0);
  const agents = phase && (here ? (
      <Guarded what="The agents" of={round}>
        <Agents source={source} record={record} here={here} phase={phase} />
      </Guarded>
    ) : (
      <p class="warn">{complete ? `Round ${round} cannot be read from the log.` : `Round ${round} is not read yet.`}</p>
    ));
  if (error instanceof ApiError && error.status === 409 && record.size === 0) {
    return (
      <Empty title="This run is being played">
        Its log is shown when it is over. <a href="#/play">Back to the seat</a>
      </Empty>
    );
  }
  return (
    <div class="run">
      <div class="run-top">
        <Head title={source.title} record={record} complete={complete} again={again} />
        {state && <Verification state={state} onEntry={(line) => setWanted({ line })} />}
      </div>
      {error !== null && <Failed what="The run could not be read to its end." error={error} />}
      {!opened && !complete && <Busy what="Reading the log." />}
      {!opened && complete && error === null && <p class="warn">The log's first entry, which says what run this is, cannot be read. Its entries are below.</p>}
      {opened && rounds.length === 0 && complete && <p class="quiet">No round was played.</p>}
      {opened && phase && rounds.length > 0 && (
        <>
          <Player round={round} last={last} marked={marked} onChoose={choose} />
          <div class={judgedAtAll ? "run-columns" : "run-wide"}>
            {judgedAtAll && (
              <div class="run-left">
                <Guarded what="The graph" of={round}>
                  <Governance record={record} round={round} here={here} phase={phase} rulebook={rulebook} drawings={drawings} />
                </Guarded>
                {here && phase.institution && (
                  <Guarded what="The judgement" of={round}>
                    <Judged here={here} rulebook={rulebook} seatOf={(agent) => seats.get(agent) ?? -1} />
                  </Guarded>
                )}
                {agents}
              </div>
            )}
            <Guarded what="The charts">
              <Measures facts={opened.facts} rounds={rounds} round={round} onChoose={choose} />
            </Guarded>
          </div>
          {!judgedAtAll && agents}
        </>
      )}
      {record.size > 0 && (
        <Guarded what="The entries">
          <Entries record={record} lines={source.kept} state={state} round={round} wanted={wanted} onRound={choose} />
        </Guarded>
      )}
    </div>
  );
}
