import { useMemo } from "preact/hooks";
import { Chart } from "../ui/chart";
import { money } from "../ui/numbers";
import { cell, columns, observed } from "./draft";
import type { PastRound, Situation } from "./seat";

/** The round just played, in the market's own numbers. */
export function LastRound({ situation }: { readonly situation: Situation }) {
  const past = situation.history[situation.history.length - 1];
  const told = situation.conversation[situation.conversation.length - 1];
  if (!past && !told) return null;
  return (
    <section aria-labelledby="play-last" class="card">
      <h2 id="play-last">What came of {past ? `round ${past.round}` : "the last round"}</h2>
      {past?.suspended && <p class="warn">You were suspended in it.</p>}
      {past && <Numbers past={past} situation={situation} />}
      {told && (
        <>
          <p class="quiet">You: {told.answer || "(nothing)"}</p>
          <p class="play-text">{told.feedback || "Nothing was told of it."}</p>
        </>
      )}
    </section>
  );
}

function Numbers({ past, situation }: { readonly past: PastRound; readonly situation: Situation }) {
  return (
    <dl class="play-numbers">
      {columns(situation.history, situation.parts).map(({ label, name, index }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{observed(cell(past, name, index))}</dd>
        </div>
      ))}
      {past.profit !== null && (
        <div class="strong">
          <dt>your profit</dt>
          <dd>{money(past.profit)}</dd>
        </div>
      )}
      {past.fine > 0 && (
        <div class="strong">
          <dt>fine</dt>
          <dd class="bad">{money(past.fine)}</dd>
        </div>
      )}
      {past.total !== null && (
        <div>
          <dt>total so far</dt>
          <dd>{money(past.total)}</dd>
        </div>
      )}
    </dl>
  );
}

/** Every round so far, newest first, and the own profit as a line. */
export function History({ situation }: { readonly situation: Situation }) {
  const { history, conversation } = situation;
  const rounds = useMemo(() => history.map((past) => past.round), [history]);
  const lines = useMemo(() => [{ label: "your profit", values: history.map((past) => past.profit), seat: 0 }], [history]);
  if (conversation.length > 1) return <Conversation situation={situation} />;
  if (!history.length) return null;
  const named = columns(history, situation.parts);
  const earned = history.some((past) => past.profit !== null);
  const fined = history.some((past) => past.fine > 0);
  return (
    <section aria-labelledby="play-past">
      <h2 id="play-past">Rounds so far</h2>
      {earned && history.length > 1 && <Chart title="Your profit" unit={situation.money} x={rounds} lines={lines} height={160} />}
      <div class="scroll play-past" role="region" aria-labelledby="play-past" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th class="number">round</th>
              {earned && <th class="number">your profit</th>}
              {fined && <th class="number">fine</th>}
              {earned && <th class="number">total</th>}
              {named.map(({ label }) => (
                <th key={label} class="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...history].reverse().map((past) => (
              <tr key={past.round}>
                <td class="number">
                  {past.round}
                  {past.suspended && <span class="warn"> suspended</span>}
                </td>
                {earned && <td class="number">{money(past.profit)}</td>}
                {fined && <td class="number">{past.fine ? money(past.fine) : ""}</td>}
                {earned && <td class="number">{money(past.total)}</td>}
                {named.map(({ label, name, index }) => (
                  <td key={label} class="number">
                    {observed(cell(past, name, index))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The rounds before the last one, in a scenario's words. */
function Conversation({ situation }: { readonly situation: Situation }) {
  const before = situation.conversation.slice(0, -1);
  return (
    <section aria-labelledby="play-past">
      <h2 id="play-past">Rounds before</h2>
      <ol class="play-told" reversed>
        {[...before].reverse().map((told, place) => (
          <li key={before.length - place} value={before.length - place}>
            <details>
              <summary>{told.answer || "(nothing)"}</summary>
              <p class="play-text quiet">{told.question}</p>
            </details>
            <p class="play-text">{told.feedback}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
