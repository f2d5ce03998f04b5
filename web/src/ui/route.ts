import { signal } from "@preact/signals";

/** Where the reader is: the part of the address behind `#`. A page is a list of words and a few named values. */
export interface Route {
  readonly words: readonly string[];
  readonly values: URLSearchParams;
}

function read(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const words = path.split("/").filter(Boolean).map((word) => {
    try {
      return decodeURIComponent(word);
    } catch {
      return word;
    }
  });
  return { words, values: new URLSearchParams(query) };
}

export const route = signal<Route>(read());
addEventListener("hashchange", () => {
  route.value = read();
});

/** The address of a page of this program. */
export function href(words: readonly (string | number)[], values: Readonly<Record<string, string | number>> = {}): string {
  const query = new URLSearchParams(Object.entries(values).map(([key, value]) => [key, String(value)])).toString();
  return `#/${words.map((word) => encodeURIComponent(String(word))).join("/")}${query ? `?${query}` : ""}`;
}

/** Say in the address what is looked at, without a step in the browser's history. */
export function remember(values: Readonly<Record<string, string | number>>): void {
  history.replaceState(null, "", href(route.value.words, values));
}
