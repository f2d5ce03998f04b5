import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Drawing } from "../ui/drawing";
import type { Steps } from "./answers";
import { Drawn } from "./drawn";
import { crossedAt, happenedTo, standingAt, standsThen } from "./steps";

const MILLISECONDS_A_STEP = 900;

/** A play on the graph, round by round: tokens move, crossed edges are strong, and the table says the same in words. */
export function Player({ drawing, steps, marked, onClose }: { readonly drawing: Drawing; readonly steps: Steps; readonly marked: ReadonlySet<string>; readonly onClose: () => void }) {
  const [at, setAt] = useState(0);
  const [running, setRunning] = useState(false);
  const last = steps.steps.length - 1;
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    setAt(0);
    setRunning(false);
    place.current?.focus();
  }, [steps]);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setAt((now) => Math.min(now + 1, last)), MILLISECONDS_A_STEP);
    return () => clearInterval(timer);
  }, [running, last]);
  useEffect(() => {
    if (at >= last) setRunning(false);
  }, [at, last]);
  const step = steps.steps[Math.min(at, last)];
  if (!step) return <p role="alert">This play cannot be shown: {steps.why_not}</p>;
  const play = () => {
    if (at >= last) setAt(0);
    setRunning(!running);
  };
  const title = step.round === 0 ? "Before the first round" : `After round ${step.round} of ${last}`;
  return (
    <section class="player" aria-label={`Play: ${steps.name}`} tabindex={-1} ref={place}>
      <p>
        <strong>{steps.name}</strong> {steps.about}
      </p>
      <div class="controls" role="group" aria-label="Rounds of the play">
        <button type="button" onClick={() => setAt(0)} disabled={at === 0}>
          First
        </button>
        <button type="button" onClick={() => setAt(at - 1)} disabled={at === 0}>
          Back
        </button>
        <button type="button" onClick={play} disabled={last === 0}>
          {running ? "Pause" : "Play"}
        </button>
        <button type="button" onClick={() => setAt(at + 1)} disabled={at >= last}>
          Forward
        </button>
        <label>
          Round <input type="range" min={0} max={last} value={at} onInput={(event) => setAt(Number(event.currentTarget.value))} aria-valuetext={title} />
        </label>
        <button type="button" onClick={onClose}>
          End the play
        </button>
      </div>
      <Drawn drawing={drawing} standing={standingAt(step)} traversed={crossedAt(step)} marked={marked} seatOf={(agent) => Math.max(0, steps.agents.indexOf(agent))} />
      <p role="status" class="now">
        {title}
      </p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">agent</th>
              <th scope="col">what happens</th>
              <th scope="col">stands then</th>
            </tr>
          </thead>
          <tbody>
            {step.agents.map((one, seat) => (
              <tr key={one.agent}>
                <th scope="row">
                  {seat + 1} {one.agent}
                </th>
                <td>{happenedTo(one) || (step.round === 0 ? "" : "nothing")}</td>
                <td>{standsThen(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {steps.left_out > 0 ? <p class="quiet">{steps.left_out} further rounds are not shown.</p> : null}
      <details>
        <summary>What each agent reads then, and its counters</summary>
        {step.agents.map((one) => (
          <div key={one.agent}>
            <h3>{one.agent}</h3>
            <p class="quiet">{Object.entries(one.counters).map(([name, value]) => `${name} ${value}`).join(", ") || "no counters"}</p>
            <pre class="notice">{one.notice || "No notice."}</pre>
          </div>
        ))}
      </details>
    </section>
  );
}
