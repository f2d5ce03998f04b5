import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CampaignRow } from "./types";

type Listener = (row: CampaignRow) => void;

/** Whether news of campaigns come in; `lost` while the program does not answer. */
export const news = signal<"waiting" | "live" | "lost">("waiting");

const listeners = new Set<Listener>();
const returned = new Set<() => void>();
let source: EventSource | null = null;
let again: ReturnType<typeof setTimeout> | undefined;

/** A browser asks again by itself where a connection breaks, and not where it was refused. */
const RETRY_MS = 5000;

function open(): void {
  source = new EventSource("./api/events");
  source.addEventListener("open", () => {
    const wasLost = news.value === "lost";
    news.value = "live";
    if (wasLost) for (const tell of returned) tell();
  });
  source.addEventListener("error", () => {
    news.value = "lost";
    if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, RETRY_MS);
  });
  source.addEventListener("campaign", (event) => {
    let row: CampaignRow;
    try {
      row = JSON.parse((event as MessageEvent<string>).data) as CampaignRow;
    } catch {
      return; // A line that is cut off tells nothing; the next one will.
    }
    for (const listener of listeners) listener(row);
  });
}

/**
 * Hear of every campaign whose status changes, while the part is on the page; all parts share one connection.
 * `onReturn` is called when the connection was lost and is there again: something may have been missed.
 */
export function useNews(onRow: Listener, onReturn: () => void, key: unknown = null): void {
  useEffect(() => {
    listeners.add(onRow);
    returned.add(onReturn);
    if (!source) open();
    return () => {
      listeners.delete(onRow);
      returned.delete(onReturn);
      if (listeners.size === 0) {
        clearTimeout(again);
        source?.close();
        source = null;
        news.value = "waiting";
      }
    };
  }, [key]);
}
