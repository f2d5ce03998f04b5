/** What is known of a run before anybody tried to judge it: its market's names, its own institutions, and those of its campaign. */
export interface Known {
  readonly markets: readonly string[];
  readonly institutions: readonly string[];
  readonly ofCampaign: readonly string[];
}

const stem = (name: string): string => name.split("-")[0] ?? "";

/**
 * Institutions in two groups: those that probably fit the market, and the others. Only judging tells for certain; names
 * begin with the market's type as a rule. The campaign's own come first.
 */
export function byFit(names: readonly string[], known: Known): { readonly fitting: readonly string[]; readonly others: readonly string[] } {
  const tried = new Set([...known.ofCampaign, ...known.institutions]);
  const stems = new Set([...known.markets, ...tried].map(stem).filter(Boolean));
  const near = names.filter((name) => !tried.has(name) && stems.has(stem(name)));
  return {
    fitting: [...names.filter((name) => tried.has(name)), ...near],
    others: names.filter((name) => !tried.has(name) && !stems.has(stem(name))),
  };
}
