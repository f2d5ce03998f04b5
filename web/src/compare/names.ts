/** A run as an address names it: `CAMPAIGN/ARM/SEED`. */
export interface RunName {
  readonly campaign: string;
  readonly arm: string;
  readonly seed: string;
}

export function runName(id: string): RunName | null {
  const [campaign, arm, seed, ...rest] = id.split("/");
  return campaign && arm && seed && !rest.length ? { campaign, arm, seed } : null;
}

/** The run without the campaign, where both are of one. */
export function shortName(name: RunName, other: RunName | null): string {
  const own = `${name.arm}, seed ${name.seed}`;
  return other && other.campaign !== name.campaign ? `${name.campaign}: ${own}` : own;
}
