import { useEffect, useState } from "preact/hooks";
import { ApiError, getJson, postJson } from "../source/api";
import { Busy, Empty, Failed } from "../ui/states";
import type { Action } from "./draft";
import { Form } from "./form";
import { History, LastRound } from "./history";
import { recordedWords } from "./lost";
import { Known, Notice } from "./notice";
import { Ending } from "./result";
import type { PlayState } from "./seat";
import "./play.css";

/** The seat that a person takes in a run: what an agent in it is shown, and what it can do. */
export function PlayPage() {
  const [state, setState] = useState<PlayState | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [lost, setLost] = useState(false);
  /** The last round whose move was sent and not answered. */
  const [unanswered, setUnanswered] = useState(0);
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

  const send = async (round: number, action: Action) => {
    try {
      take(await postJson<PlayState>("play/act", { round, action }));
    } catch (failure) {
      if (!(failure instanceof TypeError)) throw failure;
      setUnanswered(round);
      throw new Error("The program did not answer.");
    }
  };

  if (error instanceof ApiError && error.status === 404) {
    return <Empty title="Nobody is asked to play here" command="agora view --play CAMPAIGN --as AGENT" />;
  }
  if (error) return <Failed what="The seat is not there." error={error} />;
  if (!state) return <Busy what="Taking the seat." />;
  return <Seat state={state} lost={lost} unanswered={unanswered} send={send} />;
}

interface SeatProps {
  readonly state: PlayState;
  readonly lost: boolean;
  readonly unanswered: number;
  readonly send: (round: number, action: Action) => Promise<void>;
}

function Seat({ state, lost, unanswered, send }: SeatProps) {
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
          The program cannot be reached. {situation && recordedWords(situation.round, phase === "waiting" || unanswered === situation.round)} Start the same command again to go on.
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
      {phase === "waiting" && !lost && <Busy what={situation ? `Round ${situation.round} is under way: the others decide.` : "The run begins."} />}
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
            <Form key={situation.round} situation={situation} asked={phase === "asked"} lost={lost} send={send} />
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
