import { money } from "../ui/numbers";
import { href } from "../ui/route";
import type { PlayState, Result } from "./seat";

const NAMES: Readonly<Record<string, string>> = {
  nash: "at Nash play",
  monopoly: "at the joint monopoly",
  efficient: "where all together earn most",
  competitive: "where all take prices as given",
  comply: "where all keep the rule",
  violate: "where all break the rule",
};

/** What came of the run: the own profit beside benchmarks, what the institution did, and the way to the whole record. */
export function Ending({ state, result }: { readonly state: PlayState; readonly result: Result }) {
  return (
    <>
      <section class="card" aria-labelledby="play-result">
        <h2 id="play-result">The run is over</h2>
        <p role="status">
          {result.net === null ? `You played ${result.rounds} rounds.` : `You earned ${money(result.net)} in ${result.rounds} rounds${result.fines ? `: ${money(result.profit)} less ${money(result.fines)} in fines` : ""}.`}
        </p>
        {result.benchmarks.length > 0 && (
          <table>
            <caption class="visually-hidden">Your profit over the whole run, and what {result.agent} would have earned</caption>
            <tbody>
              <tr>
                <th scope="row">you, after fines</th>
                <td class="number">{money(result.net)}</td>
              </tr>
              {result.benchmarks.map(({ name, profit }) => (
                <tr key={name}>
                  <th scope="row">{NAMES[name] ?? name}</th>
                  <td class="number">{money(profit)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <p>
          <a href={href(["r", ...(state.run ?? "").split("/")])}>See the whole run</a>: what the others did, every notice, and the record with its verification.
        </p>
      </section>
      {result.institution && <Institution result={result} />}
    </>
  );
}

const many = (sanctions: number): string => (sanctions === 0 ? "no sanction" : `${sanctions} ${sanctions === 1 ? "sanction" : "sanctions"}`);

function Institution({ result }: { readonly result: Result }) {
  const { transitions, sanctions, cases, others } = result;
  return (
    <section class="card" aria-labelledby="play-institution">
      <h2 id="play-institution">What {result.institution} did</h2>
      <p>
        You were accused {cases === 0 ? "of nothing" : `in ${cases} ${cases === 1 ? "case" : "cases"}`} and given {many(sanctions.length)}. Others were given {many(others)}.
      </p>
      {transitions.length > 0 && (
        <div class="scroll" role="region" aria-label="How your standing changed" tabindex={0}>
          <table>
            <caption>Your standing changed</caption>
            <thead>
              <tr>
                <th class="number">round</th>
                <th>from</th>
                <th>to</th>
                <th>by the rule</th>
                <th>because of</th>
              </tr>
            </thead>
            <tbody>
              {transitions.map((one) => (
                <tr key={`${one.round} ${one.edge}`}>
                  <td class="number">{one.round}</td>
                  <td>{one.from}</td>
                  <td>{one.to}</td>
                  <td>{one.rule}</td>
                  <td>{one.event}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {sanctions.length > 0 && (
        <table>
          <caption>Your sanctions</caption>
          <thead>
            <tr>
              <th class="number">round</th>
              <th>sanction</th>
              <th class="number">amount</th>
              <th class="number">rounds</th>
            </tr>
          </thead>
          <tbody>
            {sanctions.map((one, place) => (
              <tr key={place}>
                <td class="number">{one.round}</td>
                <td>{one.sanction}</td>
                <td class="number">{one.amount ? money(one.amount) : ""}</td>
                <td class="number">{one.rounds || ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
