import { count } from "../ui/numbers";
import { UNDER_WAY } from "./rows";
import type { RunCounts } from "./types";
import "./parts.css";

/** Words for the states of runs; those of campaigns stand for themselves. */
const WORDS: ReadonlyMap<string, string> = new Map([["closed", "finished"], ["under_way", "under way"]]);
const MARKS: ReadonlyMap<string, string> = new Map(Object.entries({ finished: "✓", running: "▶", draining: "▶", "under way": "▶", failed: "✕", "broken off": "✕", stopped: "■", interrupted: "‖", open: "○" }));
const KINDS: ReadonlyMap<string, string> = new Map(Object.entries({ finished: "good", running: "live", draining: "live", "under way": "live", failed: "bad", "broken off": "bad", stopped: "warn", interrupted: "warn" }));

/** A state in words. */
export const stateWord = (state: string): string => WORDS.get(state) ?? state;

/** A state as a sign and a word. */
export function State({ state }: { readonly state: string }) {
  const word = stateWord(state);
  return (
    <span class={`pill ${KINDS.get(word) ?? "quiet"}`}>
      <span class="pillmark" aria-hidden="true">
        {MARKS.get(word) ?? "?"}
      </span>
      {word}
    </span>
  );
}

/** How many of the runs are finished, as a bar and in words; the part that failed is hatched. */
export function Progress({ runs, state, wide = false }: { readonly runs: RunCounts; readonly state: string; readonly wide?: boolean }) {
  const part = (some: number) => `${runs.planned ? Math.min(100, (100 * some) / runs.planned) : 0}%`;
  const said = `${count(runs.finished)} of ${count(runs.planned)} runs${runs.failed ? `, ${count(runs.failed)} failed` : ""}`;
  return (
    <span class={wide ? "progress wide" : "progress"} role="progressbar" aria-label="runs" aria-valuemin={0} aria-valuemax={runs.planned} aria-valuenow={runs.finished} aria-valuetext={said}>
      <span class={UNDER_WAY.has(state) ? "bar live" : "bar"}>
        <span class="done" style={{ width: part(runs.finished) }} />
        <span class="gone" style={{ width: part(runs.failed) }} />
      </span>
      <span class="progress-text">
        {count(runs.finished)} / {count(runs.planned)}
      </span>
    </span>
  );
}

/** What a reader has to know before the figures. */
export function Caveats({ texts }: { readonly texts: readonly string[] }) {
  if (!texts.length) return null;
  return (
    <div class="caveats" role="note">
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

/** A name and a value, one above the other. */
export function Fact({ name, value, note = "" }: { readonly name: string; readonly value: string; readonly note?: string }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>
        {value}
        {note ? <span class="fact-note">{note}</span> : null}
      </dd>
    </div>
  );
}
