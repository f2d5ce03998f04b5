import type { LogState } from "../log/state";
import { phases } from "../record/at";
import type { RunRecord } from "../record/types";
import { count } from "../ui/numbers";
import { href, route } from "../ui/route";

export interface HeadProps {
  readonly title: string;
  readonly record: RunRecord;
  /** Whether all lines were read that were there. */
  readonly complete: boolean;
  /** Reads the log from its start, with what was added to it. */
  readonly again: () => void;
}

/** What run this is, and under which institutions. */
export function Head({ title, record, complete, again }: HeadProps) {
  const { opened, rounds, closed } = record;
  const campaign = route.value.words[0] === "r" ? route.value.words[1] : undefined;
  return (
    <div class="run-head">
      <h1>
        {campaign !== undefined && title.startsWith(`${campaign}/`) ? (
          <>
            <a href={href(["c", campaign])}>{campaign}</a>/{title.slice(campaign.length + 1)}
          </>
        ) : (
          title
        )}
      </h1>
      {opened && (
        <p class="run-facts">
          <span>{opened.facts.market}</span>
          <span>{phases(opened).map(({ first, institution }) => `${institution?.name ?? "no institution"}${first > 1 ? ` from round ${first}` : ""}`).join(", ")}</span>
          <span>seed {opened.seed}</span>
          <span>
            {count(rounds.length)} of {count(opened.rounds)} rounds
          </span>
          <span>{closed ? "closed" : complete ? "still open" : "being read"}</span>
          {complete && !closed && (
            <button type="button" onClick={again}>
              Read again
            </button>
          )}
          {opened.forked && <span>goes on from {opened.forked.origin} after round {opened.forked.round}</span>}
        </p>
      )}
    </div>
  );
}

const SIGNS: Readonly<Record<LogState["verdict"], readonly [string, string]>> = {
  checking: ["…", "quiet"],
  verified: ["✓", "good"],
  consistent: ["○", "warn"],
  tampered: ["✗", "bad"],
  damaged: ["✗", "bad"],
};
const MOST_BAD = 50;

/** Whether the log holds, in one line; what was checked opens below it. */
export function Verification({ state, onEntry }: { readonly state: LogState; readonly onEntry: (line: number) => void }) {
  const [sign, look] = SIGNS[state.verdict];
  return (
    <details class={`run-verdict ${look}`}>
      <summary>
        <span aria-hidden="true">{sign}</span> <span aria-live="polite">{state.headline}</span>
        {state.bad.length > 0 && <span> · {count(state.bad.length)} bad {state.bad.length === 1 ? "entry" : "entries"}</span>}
      </summary>
      <ul>
        {state.details.map((line, index) => (
          <li key={index}>{line}</li>
        ))}
        {state.key && (
          <li>
            Key: <code>{state.key}</code>
          </li>
        )}
        {state.bad.slice(0, MOST_BAD).map(({ seq, why, line }, at) => (
          <li key={`bad ${at}`} class="bad">
            {line === null ? (
              <>Entry {seq}</>
            ) : (
              <button type="button" onClick={() => onEntry(line)}>
                Entry {seq}
              </button>
            )}{" "}
            {why}
          </li>
        ))}
        {state.bad.length > MOST_BAD && <li>{count(state.bad.length - MOST_BAD)} more bad entries: the list of entries shows them.</li>}
      </ul>
    </details>
  );
}
