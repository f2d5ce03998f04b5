import { useEffect, useId, useRef, useState } from "preact/hooks";
import "./search.css";

/** A labelled field to search with; tells what is typed when the keys have rested for `rest` milliseconds. */
export function Search({ label, value, onSearch, rest = 150, placeholder = "" }: { readonly label: string; readonly value: string; readonly onSearch: (text: string) => void; readonly rest?: number; readonly placeholder?: string }) {
  const id = useId();
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (timer.current === undefined) setText(value);
  }, [value]);
  const say = (typed: string, after: number) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      onSearch(typed);
    }, after);
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={text}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => say(event.currentTarget.value, rest)}
        onKeyDown={(event) => {
          if (event.key === "Enter") say(text, 0);
          if (event.key === "Escape" && text) say("", 0);
        }}
      />
    </div>
  );
}

export type Option = readonly [value: string, title: string];

export interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  /** More options below these, each group under its name. */
  readonly groups?: readonly (readonly [name: string, options: readonly Option[]])[];
  readonly onChoose: (value: string) => void;
}

/** A labelled choice of one of a few; the first is usually "all". */
export function Choice({ label, value, options, groups = [], onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <Options options={options} value={value} />
        {groups.map(([name, some]) =>
          some.length ? (
            <optgroup key={name} label={name}>
              <Options options={some} value={value} />
            </optgroup>
          ) : null,
        )}
      </select>
    </div>
  );
}

function Options({ options, value }: { readonly options: readonly Option[]; readonly value: string }) {
  return (
    <>
      {options.map(([key, title]) => (
        <option key={key} value={key} selected={key === value}>
          {title}
        </option>
      ))}
    </>
  );
}
