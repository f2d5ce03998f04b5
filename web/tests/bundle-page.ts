import { checkLog, type LogState } from "../src/log/state";
import { fromPage, type ElementText } from "../src/source/embedded";
import odd from "./bundle-odd.html?raw";

/** A bundle that the program wrote, of 60 entries in three checkpoints; tests/viewer/test_bundle_fixtures.py holds it to that. */
export const PAGE: Uint8Array = new TextEncoder().encode(odd);
export const WORKSPACE = "workspace+a6cb734a+AchAafoiFsbtwdUsqDqhHCZ91UQK+lJgkMpD69DKhqnP";

/** The text of an element as a browser finds it in a file: lax UTF-8, newlines of all kinds as one, NUL as U+FFFD. */
export function elements(file: Uint8Array): ElementText {
  const html = new TextDecoder("utf-8").decode(file).replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd");
  return (id) => {
    const begin = `<script type="text/plain" id="${id}">`;
    const from = html.indexOf(begin);
    if (from < 0) return null;
    const rest = html.slice(from + begin.length);
    return rest.slice(0, rest.search(/<\/script[\t\n\f />]/i));
  };
}

export async function checked(file: Uint8Array, trusted: readonly string[] = []): Promise<LogState> {
  let last: LogState | undefined;
  await checkLog(fromPage(elements(file)), (state) => { last = state; }, trusted);
  return last as LogState;
}

/** Where an element's text lies in a file: from behind the newline after its tag up to its end. */
export function placeOf(file: Uint8Array, id: string): readonly [from: number, to: number] {
  const latin = new TextDecoder("latin1").decode(file);
  const begin = `<script type="text/plain" id="${id}">\n`;
  const from = latin.indexOf(begin) + begin.length;
  return [from, latin.indexOf("</script>\n", from)];
}

export function withOctet(file: Uint8Array, at: number, octet: number): Uint8Array {
  const changed = file.slice();
  changed[at] = octet;
  return changed;
}

/** Small numbers that are the same each time (Lehmer's generator). */
export function drawing(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = (state * 48271n) % 2147483647n;
    return Number(state % BigInt(below));
  };
}
