import { meanAndLimit, type Rulebook, type SignalRule } from "../record/rulebook";
import type { CaseRecord, RoundRecord, SanctionBody } from "../record/types";
import { edgeParts, sanctionWords, transitionWords } from "../record/words";
import { shown } from "../ui/numbers";
import { Agent } from "./agent";

export interface JudgedProps {
  readonly here: RoundRecord;
  readonly rulebook: Rulebook;
  readonly seatOf: (agent: string) => number;
}

/** A round of a thousand agents may hold as many of each. */
const MOST = 40;

/** What the institution made of the round: cases with what fired, transitions, sanctions. */
export function Judged({ here, rulebook, seatOf }: JudgedProps) {
  const cases = here.body.cases ?? [];
  const nothing = !cases.length && !here.transitions.length && !here.sanctions.length && !here.announced.length;
  return (
    <section class="run-judged" aria-label={`Judgement of round ${here.round}`}>
      <h2>Judgement of round {here.round}</h2>
      {nothing && <p class="quiet">No case, no transition, no sanction.</p>}
      {cases.slice(0, MOST).map((one) => (
        <Case key={`${one.case} ${one.agent}`} one={one} rulebook={rulebook} seat={seatOf(one.agent)} />
      ))}
      {here.transitions.length > 0 && (
        <>
          <h3>Transitions</h3>
          <ul class="run-lines">
            {here.transitions.slice(0, MOST).map((one, index) => (
              <li key={index} class={one.blocked ? "blocked" : ""}>
                <Agent name={one.agent} seat={seatOf(one.agent)} /> {transitionWords(one)}{" "}
                <span class="quiet">
                  on {one.event}, by {edgeParts(one.edge).rule}
                  {one.case && `, case ${one.case}`}
                </span>
                {one.blocked && (
                  <strong class="warn">
                    {" "}
                    Blocked: {one.blocked}
                  </strong>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      <Sanctions title="Sanctions" sanctions={here.sanctions} seatOf={seatOf} />
      <Sanctions title="Announced, not carried out" sanctions={here.announced} seatOf={seatOf} />
      {Math.max(cases.length, here.transitions.length, here.sanctions.length, here.announced.length) > MOST && (
        <p class="quiet">The first {MOST} of each kind are shown; the list of entries has them all.</p>
      )}
    </section>
  );
}

function Sanctions({ title, sanctions, seatOf }: { readonly title: string; readonly sanctions: readonly SanctionBody[]; readonly seatOf: (agent: string) => number }) {
  if (!sanctions.length) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="run-lines">
        {sanctions.slice(0, MOST).map((one, index) => (
          <li key={index}>
            <Agent name={one.agent} seat={seatOf(one.agent)} /> {sanctionWords(one)}{" "}
            <span class="quiet">
              by {one.rule}
              {one.case && `, case ${one.case}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What a signal's sum goes over: the threshold is the limit times the count of values, undefined ones left out. */
export function overWhat(signal: CaseRecord["signals"][number], rule: SignalRule): string {
  const values = Math.round(signal.threshold / 1e6 / (rule.limit ?? Number.NaN));
  if (!(values > 0)) return "";
  if (signal.good || values === rule.window) return `over ${values} ${values === 1 ? "round" : "rounds"}`;
  const goods = rule.window ? values / rule.window : Number.NaN;
  return goods > 1 && Number.isInteger(goods) ? `over ${rule.window} rounds and ${goods} goods` : `over ${values} values`;
}

function Case({ one, rulebook, seat }: { readonly one: CaseRecord; readonly rulebook: Rulebook; readonly seat: number }) {
  return (
    <div class="run-case">
      <p>
        <strong>Case {one.case}</strong> against <Agent name={one.agent} seat={seat} /> <span class="quiet">under {one.rule}</span>
      </p>
      {one.pretext && <p class="quiet">Drawn at random; the agent is told of {one.pretext.join(", ")}.</p>}
      {one.signals.length > 0 && (
        <table class="run-signals">
          <thead>
            <tr>
              <th scope="col">Signal that fired</th>
              <th scope="col" class="number">mean of a round</th>
              <th scope="col" class="number">limit</th>
              <th scope="col" class="number" title="The sum over the window, as the log holds it">sum, recorded</th>
              <th scope="col" class="number" title="The limit times the count of values, as the log holds it">threshold, recorded</th>
            </tr>
          </thead>
          <tbody>
            {one.signals.map((signal, index) => {
              const rule = Object.hasOwn(rulebook.signals, signal.signal) ? rulebook.signals[signal.signal] : undefined;
              const each = meanAndLimit(signal, rule);
              return (
                <tr key={index}>
                  <th scope="row">
                    {signal.signal}
                    {signal.good && <span class="quiet"> of {signal.good}</span>}
                    {rule?.measure && (
                      <span class="quiet run-signal-rule">
                        {rule.measure}
                        {rule.window !== null && `, last ${rule.window === 1 ? "round" : `${rule.window} rounds`}`}
                      </span>
                    )}
                  </th>
                  <td class="number">{each ? shown(each.mean) : "\u2013"}</td>
                  <td class="number">{each && rule ? `${rule.side} ${shown(each.limit)}` : "\u2013"}</td>
                  <td class="number">
                    {shown(signal.value / 1e6)}
                    {each && rule && <span class="quiet run-signal-rule">{overWhat(signal, rule)}</span>}
                  </td>
                  <td class="number">{shown(signal.threshold / 1e6)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </div>
  );
}
