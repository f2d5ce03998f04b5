/** Times and amounts for people. */

const two = (value: number) => String(value).padStart(2, "0");

/** A moment by this machine's clock, to the minute: `2026-11-22 10:44`. */
export function moment(unix: number): string {
  const at = new Date(unix * 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A length of time in its two greatest units: `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 1) return "under 1 s";
  const units: (readonly [number, string])[] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = units.findIndex(([size]) => whole >= size);
  let left = whole;
  return units
    .slice(first, first + 2)
    .map(([size, name]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return count ? `${count} ${name}` : "";
    })
    .filter(Boolean)
    .join(" ");
}

/** A number as `show` gives it; a dash where it is not known. */
export const amount = (value: number | null | undefined, show: (value: number) => string): string => (value === null || value === undefined ? "–" : show(value));

const TITLES: ReadonlyMap<string, string> = new Map([
  ["surplus_ratio", "consumer surplus over Nash"],
  ["cv_excess", "CV excess"],
  ["cv_gap", "CV gap"],
  ["hhi_excess", "HHI excess"],
  ["hhi_gap", "HHI gap"],
]);

/** What a measure is called: its key without underscores. */
export const measureTitle = (measure: string): string => TITLES.get(measure) ?? measure.replaceAll("_", " ");

/** A probability of a test: three decimals, or scientific where they would not show it. */
export function pValue(p: number | null | undefined): string {
  if (p === null || p === undefined) return "–";
  return p >= 0.001 ? p.toFixed(3) : p === 0 ? "0" : p.toExponential(1).replace("e-", "e−");
}

const formats = new Map<number, Intl.NumberFormat>();

/** A formatter is dear to make: one for each number of decimals is kept. */
function formatOf(digits: number): Intl.NumberFormat {
  const made = formats.get(digits) ?? new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  formats.set(digits, made);
  return made;
}

/** A number with so many decimals, so that a column's numbers stand below each other; a dash where there is none. */
export function fixed(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined) return "–";
  const text = formatOf(digits).format(value);
  return text.replace(/^-(?=[0.,]*$)/, "").replace("-", "−");
}

/** Decimals with which the greatest of some numbers has four figures: from none to four. */
export function digitsFor(numbers: Iterable<number | null | undefined>): number {
  let most = 0;
  for (const number of numbers) if (number !== null && number !== undefined && Number.isFinite(number)) most = Math.max(most, Math.abs(number));
  return most === 0 ? 2 : Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(most))));
}

/** A number with a sign before it. */
export function signed(value: number | null, show: (value: number | null) => string): string {
  const text = show(value).replace("-", "−");
  return value !== null && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}
