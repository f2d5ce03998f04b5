import { useState } from "preact/hooks";
import type { LogState } from "../log/state";
import { count } from "../ui/numbers";
import { whyNoKey, type Checking } from "./checking";
import "./panel.css";

const SIGNS: Readonly<Record<LogState["verdict"], readonly [sign: string, look: string]>> = {
  checking: ["…", "quiet"],
  verified: ["✓", "good"],
  consistent: ["○", "warn"],
  tampered: ["✗", "bad"],
  damaged: ["✗", "bad"],
};
const MOST_BAD = 20;

/** What the file's own check of the log says, under which key, and what it cannot say. */
export function Panel({ checking, program, onEntry }: { readonly checking: Checking; readonly program: string; readonly onEntry: (seq: number) => void }) {
  const state = checking.state.value;
  const [sign, look] = SIGNS[state.verdict];
  return (
    <section class="card check" aria-label="The check of this file">
      <p class={`check-verdict ${look}`} aria-live="polite" data-verdict={state.verdict}>
        <span aria-hidden="true">{sign}</span> <strong>{state.headline}</strong>
      </p>
      <Counted state={state} />
      <BadEntries state={state} onEntry={onEntry} />
      <KeyForm checking={checking} />
      <details>
        <summary>What this says, and what it does not</summary>
        <ul>
          {state.details.map((line, at) => (
            <li key={at}>{line}</li>
          ))}
          {state.key && (
            <li>
              the log's own key: <code>{state.key}</code>
            </li>
          )}
          <li>
            This page came with what it checks, so whoever made the file could have made its check say anything. The program does not take its word:{" "}
            <code>agora log verify FILE</code> reads the same bytes, and judges every round again.
          </li>
          <li>
            Only the log is checked. Graphs were drawn by the program ({program || "unknown"}) from the institutions in the log and are no part of it; prompts are shown where the log holds their digest.
          </li>
        </ul>
      </details>
    </section>
  );
}

function Counted({ state }: { readonly state: LogState }) {
  if (state.verdict === "checking") return null;
  const good = state.entries.filter((one) => one === "good").length;
  return (
    <p class="check-counted">
      {count(good)} of {count(state.entries.length)} entries are as they were signed.
    </p>
  );
}

function BadEntries({ state, onEntry }: { readonly state: LogState; readonly onEntry: (seq: number) => void }) {
  if (!state.bad.length) return null;
  return (
    <ul class="check-bad" aria-label="Bad entries">
      {state.bad.slice(0, MOST_BAD).map(({ seq, why }) => (
        <li key={seq}>
          <a
            href={`#/?entry=${seq}`}
            onClick={(event) => {
              event.preventDefault();
              onEntry(seq);
            }}
          >
            Entry {seq}
          </a>
          : {why}
        </li>
      ))}
      {state.bad.length > MOST_BAD && <li>and {count(state.bad.length - MOST_BAD)} more: the list of entries shows them</li>}
    </ul>
  );
}

function KeyForm({ checking }: { readonly checking: Checking }) {
  const [text, setText] = useState("");
  const [why, setWhy] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    const key = text.trim();
    const refused = key ? whyNoKey(key) : "";
    setWhy(refused);
    if (!refused) void checking.run(key ? [key] : []);
  };
  return (
    <form class="check-key" onSubmit={submit}>
      <label for="check-key">Public key of the workspace that made the run, from its owner and not from this file</label>
      <div>
        <input
          id="check-key"
          class="mono"
          type="text"
          autocomplete="off"
          spellcheck={false}
          placeholder="workspace+1a2b3c4d+ARpc2Qc..."
          value={text}
          aria-invalid={why !== ""}
          aria-describedby={why ? "check-key-why" : undefined}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit">Check</button>
      </div>
      {why && (
        <p id="check-key-why" class="bad" role="alert">
          {why}
        </p>
      )}
    </form>
  );
}
