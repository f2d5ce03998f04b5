/** A common scale for means with their intervals. */

export interface Estimate {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  /** Such as 0.95. */
  readonly level: number;
  readonly method: string;
  /** Why there is no interval, where there is none. */
  readonly reason?: string;
}

export interface Scale {
  readonly least: number;
  readonly most: number;
}

/** A scale that holds every number given, with a little room at both ends; null where there is none. */
export function scaleOf(numbers: Iterable<number | null | undefined>): Scale | null {
  let least = Infinity;
  let most = -Infinity;
  for (const number of numbers) {
    if (number === null || number === undefined || !Number.isFinite(number)) continue;
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  if (least > most) return null;
  const room = most > least ? 0.06 * (most - least) : Math.max(Math.abs(most) * 0.1, 0.5);
  return { least: least - room, most: most + room };
}

/** Where a number lies on the scale, in percent from its left end; outside it, at the nearer end. */
export function percentOn(scale: Scale, value: number): number {
  const share = (value - scale.least) / (scale.most - scale.least);
  return Math.round(1e4 * Math.max(0, Math.min(1, share))) / 100;
}

/** Every number that a row of estimates and its benchmarks need room for. */
export function numbersOf(estimates: Iterable<Estimate | undefined>, benchmarks: Iterable<number | null | undefined> = []): (number | null | undefined)[] {
  return [...[...estimates].flatMap((one) => (one ? [one.mean, one.low, one.high] : [])), ...benchmarks];
}

/** A level such as 0.975 as `97.5%`. */
export const percent = (level: number): string => `${Number((100 * level).toFixed(1))}%`;
