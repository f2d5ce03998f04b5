import { useState } from "preact/hooks";
import type { LogState } from "../log/state";
import type { About } from "../source/embedded";
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
const LONGEST = 120;

/** What the file's own check of the log says, under which key, and what it cannot say. `onEntry` shows one of the bad entries. */
export function Panel({ checking, about, onEntry }: { readonly checking: Checking; readonly about: About; readonly onEntry: (at: number) => void }) {
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
          <li>The run is called as the checkpoint names it, which is signed. Only the log is checked; what else is in this file, nobody signed:</li>
          {about.title && <li>whoever made the file calls the run “{shortened(about.title)}”;</li>}
          <li>graphs: the program ({shortened(about.program) || "it does not say which"}) drew them from the institutions in the log;</li>
          <li>prompts: one is shown only where the log holds the digest of its text at that call; that some are missing, and why, is what the file says.</li>
        </ul>
      </details>
    </section>
  );
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function Counted({ state }: { readonly state: LogState }) {
  const { good, signed, found } = state.counts;
  if (state.verdict === "checking" || !signed) return null;
  return (
    <p class="check-counted">
      {count(good)} of {count(signed)} entries are as they were signed.
      {found !== signed && ` The file holds ${count(found)} lines in their place.`}
    </p>
  );
}

function BadEntries({ state, onEntry }: { readonly state: LogState; readonly onEntry: (at: number) => void }) {
  if (!state.bad.length) return null;
  return (
    <ul class="check-bad" aria-label="Bad entries">
      {state.bad.slice(0, MOST_BAD).map(({ seq, why, line }, at) => (
        <li key={at}>
          {line === null ? (
            `Entry ${seq}`
          ) : (
            <a
              href={`#/?entry=${seq}`}
              onClick={(event) => {
                event.preventDefault();
                onEntry(at);
              }}
            >
              Entry {seq}
            </a>
          )}
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
