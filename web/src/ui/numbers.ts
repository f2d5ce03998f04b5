/** Numbers for people: from millionths to short text. */

const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const money = new Intl.NumberFormat("en", { maximumFractionDigits: 2, minimumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const fromE6 = (value: number): number => value / 1e6;
export const shown = (value: number | null | undefined): string => (value === null || value === undefined ? "\u2013" : short.format(value));
export const shownE6 = (value: number | null | undefined): string => (value === null || value === undefined ? "\u2013" : money.format(value / 1e6));
export const count = (value: number): string => whole.format(value);
