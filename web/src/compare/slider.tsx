import { useId } from "preact/hooks";
import { count } from "../ui/numbers";

/** One round for both sides: a slider, steps, and a way to the first difference. */
export function RoundSlider({ round, last, first, onRound }: { readonly round: number; readonly last: number; readonly first: number | null; readonly onRound: (round: number) => void }) {
  const id = useId();
  const to = (wanted: number) => onRound(Math.max(1, Math.min(last, wanted)));
  return (
    <div class="round-slider" role="group" aria-label="Round of both sides">
      <label for={id}>
        Round <b>{count(round)}</b> <span class="quiet">of {count(last)}</span>
      </label>
      <button type="button" aria-label="round before" disabled={round <= 1} onClick={() => to(round - 1)}>
        ‹
      </button>
      <input id={id} type="range" min={1} max={Math.max(1, last)} value={round} aria-valuetext={`round ${round} of ${last}`} onInput={(event) => to(event.currentTarget.valueAsNumber)} />
      <button type="button" aria-label="next round" disabled={round >= last} onClick={() => to(round + 1)}>
        ›
      </button>
      {first === null ? null : (
        <button type="button" class="to-first" disabled={round === first} onClick={() => to(first)}>
          First difference
        </button>
      )}
    </div>
  );
}
