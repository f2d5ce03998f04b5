import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { actionOf, bounds, EMPTY, plain, type Action, type Draft } from "./draft";
import type { Part, Situation } from "./seat";

export interface FormProps {
  readonly situation: Situation;
  /** Whether the run waits for a move of this round. */
  readonly asked: boolean;
  /** Whether the program is gone: what is filled in stays, and cannot be sent. */
  readonly lost: boolean;
  readonly send: (round: number, action: Action) => Promise<void>;
}

/** What is done in this round. It is filled in anew for every round: it has the round as its key. */
export function Form({ situation, asked, lost, send }: FormProps) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [fault, setFault] = useState("");
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const change = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part });
    setFault("");
  };
  useLayoutEffect(() => {
    if (asked && situation.round > 1) form.current?.querySelector<HTMLElement>("input")?.focus({ preventScroll: true });
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (lost) return;
    const made = actionOf(situation, draft);
    if ("fault" in made) {
      setFault(made.fault);
      return;
    }
    setSending(true);
    try {
      await send(situation.round, made.action);
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
    setSending(false);
  };
  const still = !asked || sending;
  return (
    <form ref={form} class="play-form card" noValidate onSubmit={(event) => void submit(event)} aria-labelledby="play-do">
      <h2 id="play-do">What you do in round {situation.round}</h2>
      <fieldset class="play-fields" disabled={still}>
        <legend class="visually-hidden">Your decision</legend>
        {situation.choices.length ? (
          <Choices name="choice" legend="One of these" options={situation.choices.map((one) => [one.label, one.label === one.text ? one.text : `${one.label}: ${one.text}`])} chosen={draft.choice} choose={(choice) => change({ choice })} />
        ) : (
          situation.parts.map((part) => (
            <NumberOf key={part.name} part={part} unit={situation.unit} text={draft.numbers[part.name] ?? ""} set={(text) => change({ numbers: { ...draft.numbers, [part.name]: text } })} />
          ))
        )}
        {situation.capacity !== null && !situation.choices.length && situation.parts.length > 1 && <p class="quiet">All together at most {plain(situation.capacity)}.</p>}
        {situation.reports && (
          <label class="play-report">
            <input type="checkbox" checked={draft.report} onChange={(event) => change({ report: event.currentTarget.checked })} /> Come forward and report
          </label>
        )}
        {situation.talks > 0 && (
          <label class="play-message">
            Say to the others <span class="quiet">at most {situation.talks} characters; may be empty</span>
            <input type="text" maxLength={situation.talks} value={draft.message} onInput={(event) => change({ message: event.currentTarget.value })} />
          </label>
        )}
        <button type="submit" class="play-submit" disabled={lost}>
          Submit
        </button>
      </fieldset>
      <p class="bad" role="alert">
        {lost ? "This cannot be submitted: the program cannot be reached." : fault || situation.refused}
      </p>
    </form>
  );
}

interface ChoicesProps {
  readonly name: string;
  readonly legend: string;
  readonly options: readonly (readonly [value: string, words: string])[];
  readonly chosen: string;
  readonly choose: (value: string) => void;
}

function Choices({ name, legend, options, chosen, choose }: ChoicesProps) {
  return (
    <fieldset class="play-choices">
      <legend>{legend}</legend>
      {options.map(([value, words], place) => (
        <label key={value}>
          <input type="radio" name={name} value={place} checked={chosen === value} onChange={() => choose(value)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}

function NumberOf({ part, unit, text, set }: { readonly part: Part; readonly unit: string; readonly text: string; readonly set: (text: string) => void }) {
  if (part.names.length) {
    const options = part.names.map((words, place) => [String(part.low + place), words] as const);
    return <Choices name={part.name} legend={part.name} options={options} chosen={text} choose={set} />;
  }
  return (
    <label class="play-number">
      <span>
        {part.name}{" "}
        <span class="quiet">
          {bounds(part)}
          {unit && ` (${unit})`}
          {part.cost !== null && `, costs you ${plain(part.cost)} a unit`}
        </span>
      </span>
      <input type="number" inputMode="decimal" step={part.whole ? 1 : "any"} min={part.low} max={part.high} value={text} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
}
