import { useEffect, useState } from "preact/hooks";
import { MARKS, neighbour, type MarkKind } from "../record/marks";
import { Strip } from "./strip";

export interface PlayerProps {
  readonly round: number;
  readonly last: number;
  readonly marked: Readonly<Record<MarkKind, readonly number[]>>;
  readonly onChoose: (round: number) => void;
}

const SINGULAR: Readonly<Record<MarkKind, string>> = { cases: "case", transitions: "transition", sanctions: "sanction", failures: "failure" };
const STEP_MS = 400;
/** Who wants little motion sees fewer steps. */
const CALM_STEP_MS = 1200;
/** A whole run plays in about this many steps. */
const STEPS = 300;

/** The round: a slider, play, steps from case to case, and what happened when. */
export function Player({ round, last, marked, onChoose }: PlayerProps) {
  const [playing, setPlaying] = useState(false);
  const [kind, setKind] = useState<MarkKind>(() => MARKS.find((one) => marked[one].length) ?? "cases");
  const step = Math.max(1, Math.round(last / STEPS));
  useEffect(() => {
    if (!playing) return;
    if (round >= last) {
      setPlaying(false);
      return;
    }
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setTimeout(() => onChoose(Math.min(last, round + step)), calm ? CALM_STEP_MS : STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, round, last]);
  const back = neighbour(marked[kind], round, -1);
  const on = neighbour(marked[kind], round, 1);
  const go = (to: number | null) => {
    setPlaying(false);
    if (to !== null) onChoose(to);
  };
  return (
    <section class="run-player" aria-label="Round">
      <div class="run-player-row">
        <button type="button" class="run-play" aria-pressed={playing} onClick={() => { if (!playing && round >= last) onChoose(1); setPlaying(!playing); }}>
          {playing ? "Pause" : "Play"}
        </button>
        <label class="run-slider">
          <span class="visually-hidden">Round</span>
          <input
            type="range"
            min={1}
            max={Math.max(1, last)}
            step={1}
            value={round}
            aria-valuetext={`round ${round} of ${last}`}
            onInput={(event) => go(Number(event.currentTarget.value))}
          />
        </label>
        <label class="run-round-box">
          Round{" "}
          <input
            type="number"
            min={1}
            max={Math.max(1, last)}
            value={round}
            onChange={(event) => {
              const wanted = Number(event.currentTarget.value);
              if (Number.isInteger(wanted) && wanted >= 1) go(Math.min(last, wanted));
              else event.currentTarget.value = String(round);
            }}
          />{" "}
          of {last}
        </label>
        <span class="run-jump">
          <button type="button" disabled={back === null} onClick={() => go(back)} aria-label={`Previous ${SINGULAR[kind]}`} title={`Previous ${SINGULAR[kind]}`}>
            ◀
          </button>
          <select value={kind} aria-label="Step between" onChange={(event) => setKind(event.currentTarget.value as MarkKind)}>
            {MARKS.map((one) => (
              <option key={one} value={one}>
                {SINGULAR[one]} ({marked[one].length})
              </option>
            ))}
          </select>
          <button type="button" disabled={on === null} onClick={() => go(on)} aria-label={`Next ${SINGULAR[kind]}`} title={`Next ${SINGULAR[kind]}`}>
            ▶
          </button>
        </span>
        <Strip round={round} last={last} marked={marked} onChoose={go} />
      </div>
    </section>
  );
}
