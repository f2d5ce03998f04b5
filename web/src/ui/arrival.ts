import { useEffect, useRef } from "preact/hooks";
import type { Route } from "./route";
import { entitle, namesOf } from "./title";

/** What makes a page another one: its words, and of a comparison what is compared; not a round or a tab. */
export function pageOf({ words, values }: Route): string {
  return JSON.stringify(words[0] === "compare" ? [...words, values.get("a"), values.get("b"), values.get("under")] : words);
}

/** Whoever does one of these while a page is on its way stays where that led. */
const ACTS = ["focusin", "keydown", "pointerdown"] as const;

/** Waits for the heading of a page that is on its way; gives a way to stop that. */
function focusHeading(main: HTMLElement): () => void {
  let watching: MutationObserver | undefined;
  const stop = () => {
    watching?.disconnect();
    for (const act of ACTS) removeEventListener(act, stop);
  };
  const found = (): boolean => {
    const heading = main.querySelector("h1");
    if (!heading) return false;
    stop();
    heading.tabIndex = -1;
    heading.focus();
    return true;
  };
  if (found()) return stop;
  for (const act of ACTS) addEventListener(act, stop);
  watching = new MutationObserver(found);
  watching.observe(main, { childList: true, subtree: true });
  return stop;
}

/** On another page the focus goes to its heading and the window gets its name; where the reader begins, the focus stays. */
export function useArrival(route: Route): void {
  const page = pageOf(route);
  const first = useRef(true);
  useEffect(() => {
    const names = namesOf(route);
    if (names) entitle(...names);
    const begins = first.current;
    first.current = false;
    const main = document.getElementById("main");
    return begins || !main ? undefined : focusHeading(main);
  }, [page]);
}
