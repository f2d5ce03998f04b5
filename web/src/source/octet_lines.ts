const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

/** What stands at the end of a line whose octets are no UTF-8. No entry holds it, so such a line is never taken for one. */
export const NO_UTF8 = "\u0000";

/**
 * The lines of a file, each ended by a newline, so that text and octets stand for each other.
 *
 * A lenient reader would show octets that are no UTF-8 as U+FFFD, which is also what an entry may hold: a changed line
 * would then be hashed as if nobody had changed it.
 */
export function linesOfOctets(octets: Uint8Array): string[] {
  if (octets.length === 0) return [];
  try {
    return STRICT.decode(octets).replace(/\n$/, "").split("\n");
  } catch {
    return pieces(octets).map((line) => {
      try {
        return STRICT.decode(line);
      } catch {
        return LENIENT.decode(line) + NO_UTF8;
      }
    });
  }
}

function pieces(octets: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let first = 0;
  for (let at = octets.indexOf(10); at >= 0; at = octets.indexOf(10, first)) {
    found.push(octets.subarray(first, at));
    first = at + 1;
  }
  if (first < octets.length) found.push(octets.subarray(first));
  return found;
}
