/** Which rows of a long table stand in the page: arithmetic only. Rows are counted from 0; `end` is the first one after. */

export interface Window {
  readonly first: number;
  readonly end: number;
}

/** The rows that a view of `height` sees at `top`, and `more` rows on either side of them. */
export function seen(top: number, height: number, rowHeight: number, total: number, more = 8): Window {
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight), total) - more);
  const end = Math.min(total, Math.max(0, Math.ceil((top + height) / rowHeight)) + more);
  return { first, end: Math.max(first, end) };
}

/** The rows to draw: those of the window, and the one that has the focus, wherever it is. */
export function drawn(window: Window, focused: number | null, total: number): number[] {
  const rows = Array.from({ length: window.end - window.first }, (_, index) => window.first + index);
  if (focused === null || focused >= total || (focused >= window.first && focused < window.end)) return rows;
  return focused < window.first ? [focused, ...rows] : [...rows, focused];
}

/** Where to scroll so that a row is wholly seen; `top` itself where it is. */
export function scrolledTo(row: number, top: number, height: number, rowHeight: number): number {
  const start = row * rowHeight;
  if (start < top) return start;
  return start + rowHeight > top + height ? Math.max(0, start + rowHeight - height) : top;
}

/** The row that a key leads to from `row`, or null where it is no key of a table. A page is what is seen, less one row. */
export function moved(key: string, row: number, total: number, page: number): number | null {
  const last = Math.max(0, total - 1);
  const within = (to: number) => Math.max(0, Math.min(last, to));
  switch (key) {
    case "ArrowDown":
      return within(row + 1);
    case "ArrowUp":
      return within(row - 1);
    case "PageDown":
      return within(row + Math.max(1, page - 1));
    case "PageUp":
      return within(row - Math.max(1, page - 1));
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/** The pixels that columns need at least: the first length of each track, such as 160 of `minmax(160px, 2fr)`. */
export function leastWidth(tracks: readonly string[]): number {
  return tracks.reduce((sum, track) => sum + Number(/(\d+(?:\.\d+)?)px/.exec(track)?.[1] ?? 0), 0);
}

/** The pages, counted from 0, of `size` rows each that hold the window. */
export function pagesOf(window: Window, size: number): number[] {
  if (window.end <= window.first) return [];
  const first = Math.floor(window.first / size);
  const last = Math.floor((window.end - 1) / size);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
