import type { Octets } from "../log/octets";

/**
 * How a bundle writes lines into a page: as they are, but for what would end the script element, what HTML changes when it
 * reads, what cannot be seen, and octets that are no UTF-8: these stand as `%XX`, an octet each. One way to write a line;
 * agoranomos.viewer.bundle_text writes it, and whatever is written otherwise was changed afterwards.
 */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What never stands as itself. `/` and `!` only where a changed letter before them would begin an end of the element, or a comment. */
const NEVER = /[\x00-\x1f%<\x7f\x85\u2028\u2029\ufeff\ufffd]|\/(?=script)|!(?=--)/i;
const NEVER_ALL = new RegExp(NEVER.source, "gi");
const ESCAPE = /%([0-9A-F]{2})/g;

export function writeLine(octets: Uint8Array): string {
  try {
    return escaped(DECODER.decode(octets));
  } catch {
    return pieceByPiece(octets);
  }
}

function escaped(text: string): string {
  return text.replace(NEVER_ALL, (letter) => percent(ENCODER.encode(letter)));
}

/** The octets that were written; null for what `writeLine` never writes. */
export function readLine(written: string): Octets | null {
  if (!NEVER.test(written)) return ENCODER.encode(written) as Octets;
  const pieces: number[] = [];
  let at = 0;
  for (const match of written.matchAll(ESCAPE)) {
    for (const octet of ENCODER.encode(written.slice(at, match.index))) pieces.push(octet);
    pieces.push(Number.parseInt(match[1] as string, 16));
    at = match.index + 3;
  }
  for (const octet of ENCODER.encode(written.slice(at))) pieces.push(octet);
  const octets = Uint8Array.from(pieces);
  return writeLine(octets) === written ? octets : null;
}

function percent(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  return text;
}

function pieceByPiece(octets: Uint8Array): string {
  let written = "";
  let text = "";
  for (let at = 0; at < octets.length; ) {
    const length = wellFormed(octets, at);
    if (length) {
      text += DECODER.decode(octets.subarray(at, at + length));
    } else {
      written += escaped(text) + percent(octets.subarray(at, at + 1));
      text = "";
    }
    at += length || 1;
  }
  return written + escaped(text);
}

/** The length of the well-formed letter at `at` (Unicode, table 3-7), 0 for none. */
function wellFormed(octets: Uint8Array, at: number): number {
  const lead = octets[at] as number;
  const length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (!length || at + length > octets.length) return 0;
  try {
    DECODER.decode(octets.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

/** The lines of an element's text, which begins and ends with a newline. What stands where no newline does is a line too, and is not lost. */
export function linesOfElement(text: string): string[] {
  const lines = text.split("\n");
  if (lines[0] === "") lines.shift();
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** A file's text as it was; a last line that had no newline ends in a lone `%`. What nobody writes stands as it was found. */
export function fileText(text: string): string {
  const lines = linesOfElement(text);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const read = (line: string): string => {
    const octets = readLine(line);
    return octets ? decoder.decode(octets) : `${line}\ufffd`;
  };
  const last = lines[lines.length - 1];
  const open = last?.endsWith("%") === true;
  const texts = lines.map((line, at) => read(open && at === lines.length - 1 ? line.slice(0, -1) : line));
  return texts.join("\n") + (open || !texts.length ? "" : "\n");
}
