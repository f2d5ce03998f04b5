import { useEffect, useState } from "preact/hooks";
import { ApiError, getJson, postJson } from "../source/api";
import { Busy, Empty, Failed } from "../ui/states";
import type { Action } from "./draft";
import { Form } from "./form";
import { History, LastRound } from "./history";
import { Known, Notice } from "./notice";
import { Ending } from "./result";
import type { PlayState } from "./seat";
import "./play.css";

/** The seat that a person takes in a run: what an agent in it is shown, and what it can do. */
export function PlayPage() {
  const [state, setState] = useState<PlayState | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [lost, setLost] = useState(false);
  const take = (next: PlayState) => setState((now) => (now && now.version > next.version ? now : next));

  useEffect(() => {
    let events: EventSource | null = null;
    getJson<PlayState>("play").then(
      (first) => {
        take(first);
        events = new EventSource("./api/play/events");
        events.addEventListener("play", (event) => {
          setLost(false);
          take(JSON.parse((event as MessageEvent<string>).data) as PlayState);
        });
        events.addEventListener("error", () => setLost(true));
        events.addEventListener("open", () => setLost(false));
      },
      (failure: unknown) => setError(failure),
    );
    return () => events?.close();
  }, []);

  const send = async (round: number, action: Action) => take(await postJson<PlayState>("play/act", { round, action }));

  if (error instanceof ApiError && error.status === 404) {
    return <Empty title="Nobody is asked to play here" command="agora view --play CAMPAIGN --as AGENT" />;
  }
  if (error) return <Failed what="The seat is not there." error={error} />;
  if (!state) return <Busy what="Taking the seat." />;
  return <Seat state={state} lost={lost} send={send} />;
}

function Seat({ state, lost, send }: { readonly state: PlayState; readonly lost: boolean; readonly send: (round: number, action: Action) => Promise<void> }) {
  const { situation, phase } = state;
  const going = phase === "asked" || phase === "waiting";
  return (
    <div class="play">
      <h1>
        {state.agent}
        {going && situation ? `, round ${situation.round}` : ""}
      </h1>
      {phase === "over" && (
        <p class="quiet">
          {state.title}; <span class="mono">{state.arm}</span>, seed {state.seed}
        </p>
      )}
      {lost && going && (
        <p class="warn" role="alert">
          The program cannot be reached. What you submitted is recorded; start the same command again to go on.
        </p>
      )}
      {phase === "ended" && (
        <div class="card" role="alert">
          <p>
            <b>The run stopped:</b> {state.error}
          </p>
          <p class="quiet">{state.advice}</p>
        </div>
      )}
      {phase === "over" && state.result && <Ending state={state} result={state.result} />}
      {phase === "waiting" && <Busy what={situation ? `Round ${situation.round} is under way: the others decide.` : "The run begins."} />}
      {situation && going && (
        <div class="play-columns">
          <div>
            <Notice situation={situation} />
            <LastRound situation={situation} />
            {situation.question && (
              <section class="card" aria-labelledby="play-question">
                <h2 id="play-question">The question</h2>
                <p class="play-text">{situation.question}</p>
              </section>
            )}
            <Form key={situation.round} situation={situation} asked={phase === "asked"} send={send} />
            <Known situation={situation} />
          </div>
          <div>
            <History situation={situation} />
          </div>
        </div>
      )}
    </div>
  );
}
