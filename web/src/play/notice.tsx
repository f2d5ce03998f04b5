import type { Situation } from "./seat";

/** What the institution says, prominent where it says something new; then what the others said. */
export function Notice({ situation }: { readonly situation: Situation }) {
  const { notice, new_notice: fresh, messages } = situation;
  return (
    <>
      {notice && (
        <section class={`play-notice card${fresh ? " fresh" : ""}`} aria-labelledby="play-notice">
          <h2 id="play-notice">
            Notice {fresh && <span class="play-new">new</span>}
          </h2>
          <p class="play-text">{notice}</p>
        </section>
      )}
      <p class="visually-hidden" role="status">
        {notice && fresh ? `A new notice: ${notice}` : ""}
      </p>
      {messages.length > 0 && (
        <section class="card" aria-labelledby="play-said">
          <h2 id="play-said">What the others said</h2>
          <ul class="play-said">
            {messages.map((said) => (
              <li key={said.agent}>
                <b>{said.agent}:</b> {said.text}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** What holds in every round: who one is, what one knows of the seat, what one was told before the first round. */
export function Known({ situation }: { readonly situation: Situation }) {
  const { agent, rules, story, facts, told, opening, unit, money } = situation;
  return (
    <details class="card play-known" open={situation.round === 1}>
      <summary>Who you are and what you know</summary>
      <p>
        You are <b>{agent}</b>. {rules}
      </p>
      {[story, opening, told].filter(Boolean).map((text) => (
        <p key={text} class="play-text">
          {text}
        </p>
      ))}
      {facts.length > 0 && (
        <dl class="play-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {unit && <p>Amounts are in {unit}.</p>}
      {money && <p>Money is in {money}.</p>}
      <p class="quiet">Aim: the highest total profit in the long run. You see here what an agent in this seat is shown, and nothing else.</p>
    </details>
  );
}
