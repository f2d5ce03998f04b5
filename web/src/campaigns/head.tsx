import { count, shown } from "../ui/numbers";
import { Fact, Progress, State } from "./parts";
import { UNDER_WAY } from "./rows";
import type { Campaign } from "./types";
import { amount, duration, moment } from "./words";

/** What the campaign is and how far it is. */
export function CampaignHead({ campaign, lost }: { readonly campaign: Campaign; readonly lost: boolean }) {
  const { plan, status } = campaign;
  return (
    <header class="campaign-head">
      <p class="crumb">
        <a href="#/">All campaigns</a>
      </p>
      <div class="title-row">
        <h1>{campaign.name || campaign.id}</h1>
        <State state={campaign.state} />
        {lost ? <span class="warn">Not live: the program does not answer.</span> : null}
      </div>
      {campaign.title ? <p class="subtitle">{campaign.title}</p> : null}
      <dl class="facts">
        <Fact name="Market" value={plan.market || "–"} />
        <Fact name="Regimes" value={plan.regimes.join(", ") || "–"} />
        <Fact name="Rounds a run" value={plan.rounds ? roundsInWords(plan.rounds) : "–"} />
        <Fact name="Seeds" value={amount(plan.seeds, count)} />
        {plan.outcome ? <Fact name="Outcome" value={plan.outcome.replaceAll("_", " ")} /> : null}
        <div class="fact">
          <dt>Plan</dt>
          <dd>
            <code title={plan.digest}>{plan.digest.slice(0, 16)}</code>
          </dd>
        </div>
        {status?.written_unix_s ? <Fact name="Written" value={moment(status.written_unix_s)} /> : null}
      </dl>
      <ProgressCard campaign={campaign} />
    </header>
  );
}

/** How far it is: bars and rates while it runs, one line when it ended otherwise than well. */
function ProgressCard({ campaign }: { readonly campaign: Campaign }) {
  const { status, state } = campaign;
  const runs = status?.runs;
  if (!runs) return null;
  const live = UNDER_WAY.has(state);
  if (!live && runs.finished >= runs.planned && !status.reason) return null;
  return (
    <section class="card progress-card" aria-label="Progress">
      <Progress runs={runs} state={state} wide />
      <dl class="facts">
        <Fact name="Runs finished" value={`${count(runs.finished)} of ${count(runs.planned)}`} />
        {runs.failed ? <Fact name="Failed" value={count(runs.failed)} /> : null}
        {live ? <Fact name="Under way" value={count(runs.under_way)} /> : null}
        {status.rounds ? <Fact name="Rounds of this session" value={`${count(status.rounds.done)} of ${count(status.rounds.planned)}`} /> : null}
        {live && status.rounds ? <Fact name="Rounds a second" value={shown(status.rounds.per_second)} /> : null}
        {status.calls?.planned ? <Fact name="Model calls of this session" value={count(status.calls.asked)} {...(status.calls.failed ? { note: `${count(status.calls.failed)} failed` } : {})} /> : null}
        {live && status.seconds_left !== undefined && status.seconds_left !== null ? <Fact name="Time left" value={duration(status.seconds_left)} /> : null}
      </dl>
      {status.reason ? <p class="warn">{status.reason}</p> : null}
      <p class="visually-hidden" role="status">
        {`${tenths(runs.finished, runs.planned)} of the runs are finished; the campaign is ${state}.`}
      </p>
    </section>
  );
}

/** `200`, or `20 to 200` where arms differ. */
export const roundsInWords = ({ least, most }: { readonly least: number; readonly most: number }): string => (least === most ? count(most) : `${count(least)} to ${count(most)}`);

/** A share to the tenth, so that a screen reader hears of progress ten times and not with every run. */
export function tenths(some: number, all: number): string {
  return all > 0 ? `${Math.floor((10 * some) / all) * 10}%` : "none";
}
