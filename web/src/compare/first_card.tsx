import type { MarketFacts } from "../record/types";
import { titleOf } from "../record/series";
import { count } from "../ui/numbers";
import type { FirstDifferences } from "./first";

const few = (names: readonly string[]): string => (names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", "));

/** Where the two went apart, each kind of difference with the round in which it first showed. */
export function FirstCard({ found, facts, sameConduct, onRound }: { readonly found: FirstDifferences; readonly facts: MarketFacts | undefined; readonly sameConduct: boolean; readonly onRound: (round: number) => void }) {
  const measure = (name: string) => (facts ? titleOf(facts, name)[0].toLowerCase() : name);
  const rows: readonly (readonly [string, { readonly round: number } | null, string])[] = [
    ...(sameConduct
      ? []
      : ([
          ["Actions", found.actions, few(found.actions?.agents ?? [])],
          ["Measures", found.measures, few((found.measures?.names ?? []).map(measure))],
        ] as const)),
    ["Cases", found.cases, ""],
    ["Standings", found.standings, few(found.standings?.agents ?? [])],
  ];
  return (
    <section class="card first-card" aria-labelledby="first-difference">
      <h2 id="first-difference">What differs first</h2>
      <dl class="facts">
        {rows.map(([name, one, whose]) => (
          <div class="fact" key={name}>
            <dt>{name}</dt>
            <dd>
              {one ? (
                <>
                  <button type="button" class="round-link" onClick={() => onRound(one.round)}>
                    round {count(one.round)}
                  </button>
                  {whose ? <span class="fact-note">{whose}</span> : null}
                </>
              ) : (
                <span class="quiet">{name === "Standings" && !found.governed ? "never on both sides" : `no difference in ${count(found.rounds)} rounds`}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
