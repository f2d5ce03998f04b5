import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { badAt, nameOf, NO_ENTRY } from "../log/names";
import type { EntryState, LogState } from "../log/state";
import type { RunRecord } from "../record/types";
import { entryWords } from "../record/words";
import { count } from "../ui/numbers";
import { Table, type Column } from "../ui/table";

export interface EntriesProps {
  readonly record: RunRecord;
  /** As they are checked: an entry each, or what stands in its place. */
  readonly lines: readonly string[];
  readonly state: LogState | null;
  readonly round: number;
  /** A line to show, wherever it was asked for; a new value each time. */
  readonly wanted: { readonly line: number } | null;
  readonly onRound: (round: number) => void;
}

const SIGNS: Readonly<Record<EntryState, readonly [string, string, string]>> = {
  good: ["✓", "good", "good"],
  bad: ["✗", "bad", "bad"],
  unchecked: ["·", "unchecked", "quiet"],
};

function Sign({ state }: { readonly state: EntryState }) {
  const [sign, word, look] = SIGNS[state];
  return (
    <span class={look}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}

/** Every entry of the log with what its check says; one of them opened, as it lies there and set out. */
export function Entries({ record, lines, state, round, wanted, onRound }: EntriesProps) {
  const [kind, setKind] = useState("");
  const [here, setHere] = useState(false);
  const [open, setOpen] = useState<number | null>(null);
  useEffect(() => {
    if (wanted) {
      setOpen(wanted.line);
      document.getElementById("entry")?.scrollIntoView({ block: "nearest" });
    }
  }, [wanted]);
  const kinds = useMemo(() => [...new Set(record.kinds)].sort(), [record]);
  const chosen = useMemo(() => {
    if (!kind && !here) return null;
    const found: number[] = [];
    for (let seq = 0; seq < record.size; seq++) {
      if (kind && (record.kinds[seq] || "unreadable") !== kind) continue;
      if (here && record.roundOf[seq] !== round) continue;
      found.push(seq);
    }
    return found;
  }, [record, kind, here, here ? round : 0]);
  const total = chosen?.length ?? record.size;
  const stateOf = (seq: number): EntryState => state?.entries[seq] ?? "unchecked";
  const columns = useMemo(
    (): readonly Column<number>[] => [
      { key: "seq", title: "Entry", width: "76px", number: true, cell: (line) => nameOf(state, line, lines[line]) },
      { key: "state", title: "Check", width: "118px", cell: (seq) => <Sign state={stateOf(seq)} /> },
      { key: "round", title: "Round", width: "70px", number: true, cell: (seq) => (record.kinds[seq] ? record.roundOf[seq] : "") },
      { key: "kind", title: "Kind", width: "190px", cell: (seq) => record.kinds[seq] || <span class="bad">{leftOut(lines[seq], stateOf(seq))}</span> },
      { key: "text", title: "What it says", width: "minmax(200px, 1fr)", cell: (seq) => <span class="run-entry-text">{entryWords(record.kinds[seq] ?? "", lines[seq] ?? "")}</span> },
    ],
    [record, state, lines],
  );
  const panel = useRef<HTMLDivElement>(null);
  const close = () => {
    panel.current?.querySelector<HTMLElement>(".run-opened")?.focus({ preventScroll: true });
    setOpen(null);
  };
  const show = useRef<(seq: number) => void>(() => {});
  show.current = (seq) => {
    setOpen(seq);
    const its = record.roundOf[seq] ?? 0;
    if (its > 0) onRound(its);
  };
  const table = useMemo(
    () => (
      <Table
        label="Entries of the log"
        columns={columns}
        total={total}
        row={(index) => (chosen ? chosen[index] : index < record.size ? index : undefined)}
        onOpen={(seq) => show.current(seq)}
        classOf={(seq) => (seq === open ? "run-opened" : stateOf(seq) === "bad" ? "run-bad-entry" : "")}
        rowHeight={32}
        height={448}
      />
    ),
    [columns, total, chosen, open],
  );
  return (
    <section class="run-entries" aria-label="Entries of the log">
      <div class="run-part-head">
        <h2>Entries of the log</h2>
        <select aria-label="Kind of entries" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          <option value="">all kinds</option>
          {kinds.map((one) => (
            <option key={one} value={one || "unreadable"}>
              {one || "no entry"}
            </option>
          ))}
        </select>
        <label>
          <input type="checkbox" checked={here} onChange={(event) => setHere(event.currentTarget.checked)} /> only round {round}
        </label>
        <span class="quiet" aria-live="polite">
          {count(total)} {total === 1 ? "entry" : "entries"}
        </span>
      </div>
      <div ref={panel} class={open === null ? "" : "run-entries-open"} onKeyDown={(event) => event.key === "Escape" && open !== null && close()}>
        {table}
        {open !== null && <Opened seq={open} name={nameOf(state, open, lines[open])} line={lines[open]} record={record} state={stateOf(open)} bad={badAt(state, open)?.why} onClose={close} />}
      </div>
    </section>
  );
}

interface OpenedProps {
  readonly seq: number;
  /** Which entry the line is, or that it is none. */
  readonly name: string;
  readonly line: string | undefined;
  readonly record: RunRecord;
  readonly state: EntryState;
  readonly bad: string | undefined;
  readonly onClose: () => void;
}

function Opened({ seq, name, line = "", record, state, bad, onClose }: OpenedProps) {
  const [raw, setRaw] = useState(false);
  const heading = name === NO_ENTRY ? "A line of no entry" : `Entry ${name}`;
  const why = record.unreadable.find((one) => one.seq === seq)?.why;
  return (
    <div class="run-entry card" id="entry" role="region" aria-label={heading}>
      <div class="run-part-head">
        <h3>
          {heading} <Sign state={state} />
        </h3>
        <label>
          <input type="checkbox" checked={raw} onChange={(event) => setRaw(event.currentTarget.checked)} /> as it lies there
        </label>
        <button type="button" onClick={onClose}>
          close
        </button>
      </div>
      {bad && <p class="bad">{bad}</p>}
      {why && <p class="bad">It is no entry as it stands: {why}</p>}
      <pre class={raw ? "raw" : ""} tabindex={0}>
        {raw ? line : setOut(line)}
      </pre>
    </div>
  );
}

/** What a line is that is taken for no entry: JSON still says what kind it was to be; one whose check holds was not changed. */
function leftOut(line = "", state: EntryState): string {
  const why = state === "good" ? "left out" : "changed";
  try {
    const said: unknown = JSON.parse(line);
    const kind = typeof said === "object" && said !== null && "kind" in said && typeof said.kind === "string" ? said.kind.slice(0, 40) : "";
    return kind ? `${kind}, ${why}` : why;
  } catch {
    return "unreadable";
  }
}

function setOut(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), null, 2);
  } catch {
    return line;
  }
}
