import type { Route } from "./route";

/** Names the window: what is looked at first, then what it belongs to, then the program. */
export function entitle(...parts: readonly string[]): void {
  document.title = [...parts, "Agoranomos"].join(" · ");
}

/** The names of pages that do not name themselves; null for those that do. */
export function namesOf({ words }: Pick<Route, "words">): readonly string[] | null {
  const [kind, ...rest] = words;
  switch (kind) {
    case "r": {
      const [campaign = "", ...run] = rest;
      return [run.join("/"), campaign].filter(Boolean);
    }
    case "edit":
      return ["Edit an institution"];
    case "play":
      return ["Your seat"];
    case undefined:
    case "c":
    case "compare":
      return null;
    default:
      return ["No such page"];
  }
}
