import type { ComponentChildren } from "preact";
import { Interval } from "../ui/interval";
import { count, shown } from "../ui/numbers";
import { failuresInWords } from "./matrix_rows";
import { Fact } from "./parts";
import type { Account, Arm, ArmErrors, Campaign, ModelUse, Share } from "./types";
import { amount, duration, signed } from "./words";
import "./costs.css";

const WHOLE = { least: 0, most: 1 };

/** What the campaign cost to run, what enforcement cost, and whom it accused wrongly or missed. */
export function CostsPart({ campaign }: { readonly campaign: Campaign }) {
  const { costs, arms, status } = campaign;
  const calls = status?.calls;
  const models = Object.entries(costs.models ?? {});
  const total = (name: keyof ModelUse): number | null => {
    const amounts = models.flatMap(([, use]) => (typeof use[name] === "number" ? [use[name]] : []));
    return amounts.length ? amounts.reduce((sum, one) => sum + one, 0) : null;
  };
  return (
    <>
      <section class="card" aria-label="What it cost to run">
        <dl class="facts">
          <Fact name="Model calls" value={amount(total("calls") ?? calls?.asked, count)} {...(calls?.stored ? { note: `${count(calls.stored)} from the store` } : {})} />
          <Fact name="Failed calls" value={amount(calls?.failed, count)} />
          <Fact name="Prompt tokens" value={amount(total("prompt_tokens") ?? calls?.prompt_tokens, count)} />
          <Fact name="Reply tokens" value={amount(total("reply_tokens") ?? calls?.reply_tokens, count)} />
          <Fact name="Money" value={amount(total("money"), shown)} {...(models.length && total("money") === null ? { note: "no prices given" } : {})} />
          <Fact name="Time" value={amount(costs.seconds ?? status?.seconds, duration)} />
        </dl>
      </section>
      {models.length > 1 ? (
        <>
          <h2>By model</h2>
          <ByModel models={models} />
        </>
      ) : null}
      <h2>By arm</h2>
      <p class="quiet">Calls, tokens and failed calls are those of all runs; cases, sanctions and fines are means a run.</p>
      <ByArm arms={arms} />
      {costs.errors?.arms.length ? <Errors arms={costs.errors.arms} harm={costs.errors.harm} window={costs.errors.window} /> : null}
      {(costs.accounts ?? []).map((account) => (
        <AccountOf key={account.hypothesis} account={account} />
      ))}
    </>
  );
}

function Numbers({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div class="scroll numbers" role="region" aria-label={label} tabindex={0}>
      <table>{children}</table>
    </div>
  );
}

function Head({ first, names }: { readonly first: string; readonly names: readonly string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {names.map((name) => (
          <th key={name} scope="col" class="number">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function ByModel({ models }: { readonly models: readonly (readonly [string, ModelUse])[] }) {
  return (
    <Numbers label="Cost by model">
      <Head first="Model" names={["Calls", "Prompt tokens", "Reply tokens", "Money"]} />
      <tbody>
        {models.map(([name, use]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{amount(use.calls, count)}</td>
            <td class="number">{amount(use.prompt_tokens, count)}</td>
            <td class="number">{amount(use.reply_tokens, count)}</td>
            <td class="number">{amount(use.money, shown)}</td>
          </tr>
        ))}
      </tbody>
    </Numbers>
  );
}

function ByArm({ arms }: { readonly arms: readonly Arm[] }) {
  return (
    <Numbers label="Cost and enforcement by arm">
      <Head first="Arm" names={["Runs", "Calls", "Tokens", "Failed calls", "Cases a run", "Sanctions a run", "Fines a run"]} />
      <tbody>
        {arms.map((arm) => (
          <tr key={arm.arm}>
            <th scope="row">{arm.arm}</th>
            <td class="number">{count(arm.finished)}</td>
            <td class="number">{amount(arm.calls, count)}</td>
            <td class="number">{amount(arm.tokens, count)}</td>
            <td class="number">{failuresInWords(arm.failures) || "0"}</td>
            <td class="number">{shown(arm.cases)}</td>
            <td class="number">{shown(arm.sanctions)}</td>
            <td class="number">{shown(arm.fines)}</td>
          </tr>
        ))}
      </tbody>
    </Numbers>
  );
}

function harmInWords(harm: number | undefined, window: number | undefined): string {
  return harm === undefined || window === undefined ? "" : `A market does harm when its price elevation, averaged over ${window} rounds, is at least ${harm}.`;
}

function Errors({ arms, harm, window }: { readonly arms: readonly ArmErrors[]; readonly harm: number | undefined; readonly window: number | undefined }) {
  return (
    <>
      <h2>Errors of enforcement</h2>
      <p class="quiet">
        Innocents accused: of runs without harm, the share with a case. Guilty missed: of runs with harm, the share without one. {harmInWords(harm, window)} The lines are exact 95% intervals.
      </p>
      <Numbers label="Errors of enforcement by arm">
        <Head first="Arm" names={["Runs", "Harmful", "Innocents accused", "Interval", "Guilty missed", "Interval"]} />
        <tbody>
          {arms.map((arm) => (
            <tr key={arm.arm}>
              <th scope="row">{arm.arm}</th>
              <td class="number">{count(arm.runs)}</td>
              <td class="number">{count(arm.harmful)}</td>
              <ShareCells share={arm.innocents_accused} />
              <ShareCells share={arm.guilty_missed} />
            </tr>
          ))}
        </tbody>
      </Numbers>
    </>
  );
}

const percent = (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(1)}%`);

function ShareCells({ share }: { readonly share: Share }) {
  return (
    <>
      <td class="number">
        {percent(share.share)} <span class="quiet">n {count(share.n)}</span>
      </td>
      <td class="share">{share.share === null ? null : <Interval estimate={{ mean: share.share, low: share.low, high: share.high, n: share.n, level: 0.95, method: "" }} scale={WHOLE} show={percent} />}</td>
    </>
  );
}

function AccountOf({ account }: { readonly account: Account }) {
  return (
    <>
      <h2>What {account.hypothesis} cost</h2>
      <p class="quiet">
        {account.first} less {account.second}; welfare counts a fine as a transfer.
      </p>
      <Numbers label={`Account of ${account.hypothesis}`}>
        <Head first="Who bears it, and what" names={["First", "Second", "Difference", "Interval"]} />
        <tbody>
          {account.lines.map((line) => (
            <tr key={`${line.bearer} ${line.item}`}>
              <th scope="row">
                {line.bearer}: <span class="plain">{line.item}</span>
              </th>
              <td class="number">{shown(line.first)}</td>
              <td class="number">{shown(line.second)}</td>
              <td class="number">{signed(line.difference, shown)}</td>
              <td class="number">{line.low === null || line.high === null ? line.reason || "–" : `${shown(line.low)} to ${shown(line.high)}`}</td>
            </tr>
          ))}
        </tbody>
      </Numbers>
    </>
  );
}
