import { useMemo, useState } from "preact/hooks";
import { diff, hunks, type DiffLine } from "../record/diff";

/** More letters than these are shown only when asked for: a page has to lay them out. */
const MOST_LETTERS = 60_000;
const SIGN: Readonly<Record<DiffLine["kind"], string>> = { same: " ", gone: "−", new: "+" };
const MOST_LINES = 2000;

export interface TextViewProps {
  readonly name: string;
  readonly text: string;
  /** The same text of an earlier round, and which round that was. */
  readonly before?: { readonly round: number; readonly text: string } | undefined;
}

/** A text as it is, or what changed in it since an earlier round. */
export function TextView({ name, text, before }: TextViewProps) {
  const [changes, setChanges] = useState(true);
  const [all, setAll] = useState(false);
  const compared = changes && before !== undefined;
  const cut = !all && !compared && text.length > MOST_LETTERS;
  return (
    <div class="run-text-view">
      <div class="run-text-head">
        <strong>{name}</strong>
        {before && (
          <label>
            <input type="checkbox" checked={changes} onChange={(event) => setChanges(event.currentTarget.checked)} /> changes since round {before.round}
          </label>
        )}
      </div>
      {compared ? <Difference before={before.text} after={text} /> : <pre tabindex={0}>{cut ? text.slice(0, MOST_LETTERS) : text}</pre>}
      {cut && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {text.length} letters
        </button>
      )}
    </div>
  );
}

function Difference({ before, after }: { readonly before: string; readonly after: string }) {
  const { lines, exact } = useMemo(() => diff(before, after), [before, after]);
  const parts = useMemo(() => hunks(lines.slice(0, MOST_LINES)), [lines]);
  if (lines.every((line) => line.kind === "same")) return <p class="quiet same">Word for word as before.</p>;
  return (
    <>
      <pre class="run-diff" tabindex={0}>
        {parts.map((part, index) =>
          "left" in part ? (
            <span key={index} class="diff-left">
              {part.left} {part.left === 1 ? "line" : "lines"} as before{"\n"}
            </span>
          ) : (
            part.lines.map((line, place) => (
              <span key={`${index} ${place}`} class={`diff-${line.kind}`}>
                <span class="diff-sign">{SIGN[line.kind]} </span>
                {line.text}
                {"\n"}
              </span>
            ))
          ),
        )}
      </pre>
      {!exact && <p class="quiet">Too much changed to match line with line: all that is gone, then all that is new.</p>}
      {lines.length > MOST_LINES && <p class="quiet">The first {MOST_LINES} lines are compared here.</p>}
    </>
  );
}
