import { Empty } from "../ui/states";
import type { Check } from "./types";
import "./checks.css";

/** Manipulation checks and notes: what speaks for and against taking the figures at their word. */
export function Checks({ checks, notes, failures }: { readonly checks: readonly Check[]; readonly notes: readonly string[]; readonly failures: readonly { readonly arm: string; readonly seed: number; readonly error: string }[] }) {
  if (!checks.length && !notes.length && !failures.length) return <Empty title="There are no checks and no notes." />;
  return (
    <>
      {checks.length ? (
        <section class="card" aria-label="Manipulation checks">
          <h2>Manipulation checks</h2>
          <ul class="checks">
            {checks.map((check) => (
              <li key={check.name}>
                <b>{check.name}</b>: <Verdict verdict={check.verdict} />
                {check.must ? <p class="quiet">{check.must}</p> : null}
                {check.figures?.length ? (
                  <ul class="quiet">
                    {check.figures.map((one) => (
                      <li key={figure(one)}>{figure(one)}</li>
                    ))}
                  </ul>
                ) : null}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {notes.length ? (
        <section class="card" aria-label="Notes">
          <h2>Notes</h2>
          <ul class="checks">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {failures.length ? (
        <section class="card" aria-label="Runs that failed">
          <h2>Runs that failed</h2>
          <ul class="checks">
            {failures.map((failure) => (
              <li key={`${failure.arm}/${failure.seed}`}>
                <b>
                  {failure.arm}, seed {failure.seed}
                </b>
                : {failure.error}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}

function Verdict({ verdict }: { readonly verdict: string }) {
  const passed = /^(passed|pass|ok|holds)$/i.test(verdict);
  const failed = /fail/i.test(verdict);
  return (
    <span class={passed ? "good" : failed ? "bad" : "quiet"}>
      <span aria-hidden="true">{passed ? "✓ " : failed ? "✕ " : "– "}</span>
      {verdict}
    </span>
  );
}

/** A figure of a check as text, whatever it is made of. */
function figure(value: unknown): string {
  if (Array.isArray(value)) return value.map(figure).join(" ");
  if (value !== null && typeof value === "object") {
    return Object.entries(value)
      .map(([name, one]) => `${name} ${figure(one)}`)
      .join(", ");
  }
  return typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(4) : String(value);
}
