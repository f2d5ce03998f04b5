import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { tabAfter } from "./tabs_keys";
import "./tabs.css";

export interface Tab {
  readonly key: string;
  readonly title: string;
  /** A number beside the title, such as how many rows wait there. */
  readonly count?: number;
  readonly content: () => ComponentChildren;
}

/** Tabs over one panel, as ARIA describes them: one stop of the Tab key, arrows, Home and End change the tab. */
export function Tabs({ label, tabs, selected, onSelect }: { readonly label: string; readonly tabs: readonly Tab[]; readonly selected: string; readonly onSelect: (key: string) => void }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(0, tabs.findIndex((tab) => tab.key === selected));
  const open = tabs[at];
  const onKeyDown = (event: KeyboardEvent) => {
    const to = tabAfter(event.key, at, tabs.length);
    const tab = to === null ? undefined : tabs[to];
    if (to === null || !tab) return;
    event.preventDefault();
    onSelect(tab.key);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
  };
  return (
    <div class="tabs">
      <div class="tablist" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab, index) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            aria-selected={index === at}
            aria-controls={`${id}-panel`}
            tabindex={index === at ? 0 : -1}
            onClick={() => onSelect(tab.key)}
          >
            {tab.title}
            {tab.count === undefined ? null : <span class="tabcount">{tab.count}</span>}
          </button>
        ))}
      </div>
      {open ? (
        <div class="tabpanel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${open.key}`} tabindex={0} key={open.key}>
          {open.content()}
        </div>
      ) : null}
    </div>
  );
}
