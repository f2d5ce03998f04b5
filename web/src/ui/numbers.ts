/** Numbers for people: from millionths to short text. */

// A rounded zero has no sign.
const signDisplay = "negative";
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, signDisplay });
const cents = new Intl.NumberFormat("en", { maximumFractionDigits: 2, minimumFractionDigits: 2, signDisplay });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0, signDisplay });
const NONE = "\u2013";
/** From here on all figures before the point are given, and none behind it. */
const LARGE = 1000;

export const fromE6 = (value: number): number => value / 1e6;

/** A number to read: whole from a thousand on, four significant digits below, no zeros that were not measured; a dash where there is none. */
export const shown = (value: number | null | undefined): string => (value === null || value === undefined ? NONE : (Math.abs(value) < LARGE ? short : whole).format(value));

/** An amount of money in units, to the hundredth; a dash where there is none. */
export const money = (value: number | null | undefined): string => (value === null || value === undefined ? NONE : cents.format(value));
export const shownE6 = (value: number | null | undefined): string => money(value === null || value === undefined ? value : value / 1e6);
export const count = (value: number): string => whole.format(value);
