import { useMemo } from "preact/hooks";
import type { Opened } from "../record/types";
import { setupDifferences } from "./setup";

/** What two runs were set up with differently: a comparison says little where it is more than one thing. */
export function SetUp({ a, b }: { readonly a: Opened; readonly b: Opened }) {
  const found = useMemo(() => setupDifferences(a, b), [a, b]);
  if (!found.length) {
    return <p class="set-up-alike quiet">Both runs were set up alike: seed, market, roster and institution are the same.</p>;
  }
  return (
    <section class="card set-up" aria-labelledby="set-up">
      <h2 id="set-up">Differences of set-up</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {found.map((one) => (
              <tr key={one.what}>
                <th scope="row">{one.what}</th>
                <td>{one.a}</td>
                <td>{one.b}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
