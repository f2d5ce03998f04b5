import { signal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { Failed } from "../ui/states";
import { ask, type Certifying, type HeatMap, type Institution, type MarketCertificate, type ScenarioCertificate, type Steps } from "./answers";
import { Drawn } from "./drawn";
import { heatOf, percentOf, shadeOf } from "./heat";
import { session } from "./session";
import { wayOf } from "./steps";

const MILLISECONDS_BETWEEN_LOOKS = 500;
const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
/** Without the minus of a nothing that rounding left below zero. */
const rounded = (value: number): number => Math.round(value * 100) / 100 + 0;
const percent = (value: number): string => `${(Math.round(value * 10) / 10 + 0).toFixed(1)}%`;

const markets = signal<readonly { readonly name: string; readonly kind: string }[] | null>(null);
const chosen = signal("cournot-duopoly");
/** Whether a person wrote the market's name: then it stays, and the search says what is wrong with it. */
const typed = signal(false);
const quick = signal(true);
const job = signal<Certifying>({ job: 0, state: "none" });
const failed = signal<unknown>(null);

async function look(): Promise<void> {
  try {
    job.value = await ask.certifying();
  } catch (error) {
    failed.value = error;
  }
}

async function findMarkets(): Promise<void> {
  failed.value = null;
  markets.value = null;
  try {
    const found = (await ask.markets(session.text.value)).markets;
    markets.value = found;
    if (!typed.value && !found.some((one) => one.name === chosen.value)) chosen.value = found[0]?.name ?? "";
  } catch (error) {
    failed.value = error;
  }
}

/** The certificate: asked for, waited for, given up, and shown as a map and on the graph. */
export function Certificate({ institution, play }: { readonly institution: Institution; readonly play: (steps: Steps) => void }) {
  const id = useId();
  useEffect(() => {
    if (markets.value === null) void findMarkets();
    void look();
  }, []);
  const running = job.value.state === "running";
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => void look(), MILLISECONDS_BETWEEN_LOOKS);
    return () => clearInterval(timer);
  }, [running]);
  const start = async () => {
    failed.value = null;
    try {
      job.value = await ask.certify(session.text.value, chosen.value.trim(), quick.value);
    } catch (error) {
      failed.value = error;
    }
  };
  const now = job.value;
  return (
    <>
      <p class="quiet">Searches what firms can do for the plan that earns them most under this text, as agora graph certify does. It takes seconds to many minutes.</p>
      <form
        class="controls"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <label>
          Market{" "}
          <input
            list={`${id}-markets`}
            value={chosen.value}
            onInput={(event) => {
              typed.value = true;
              chosen.value = event.currentTarget.value;
            }}
          />
        </label>
        <datalist id={`${id}-markets`}>
          {(markets.value ?? []).map((one) => (
            <option key={one.name} value={one.name}>
              {one.kind}
            </option>
          ))}
        </datalist>
        <label>
          Plans{" "}
          <select value={quick.value ? "named" : "corners"} onChange={(event) => (quick.value = event.currentTarget.value === "named")}>
            <option value="named">Nash play and division</option>
            <option value="corners">corners of what it sees (slow)</option>
          </select>
        </label>
        <button type="submit" disabled={running || !chosen.value.trim()}>
          Search
        </button>
        {running ? (
          <button type="button" onClick={() => void ask.cancel().then((said) => (job.value = said))}>
            Give up
          </button>
        ) : null}
      </form>
      <p class="quiet" role="status">
        {markets.value === null
          ? "Trying which markets and scenarios this text can govern."
          : markets.value.length
            ? `It can govern ${markets.value.length} for which a certificate is made; the field lists them.`
            : "It can govern no market that a certificate is made for. agora graph lint INSTITUTION --market NAME says why."}{" "}
        <button type="button" onClick={() => void findMarkets()} disabled={markets.value === null}>
          Look again
        </button>
      </p>
      <p role="status">
        {now.state === "running" ? `Searching for ${Math.round(now.seconds)} s. ${now.what ? `${now.count.toLocaleString("en")} ${now.what}` : ""}` : now.state === "cancelled" ? "Given up." : ""}
      </p>
      {now.state === "failed" ? (
        <p role="alert">
          {now.error} <span class="quiet">{now.advice}</span>
        </p>
      ) : null}
      {failed.value ? <Failed what="The certificate is not to be had." error={failed.value} retry={() => void findMarkets()} /> : null}
      {now.state === "done" ? <Result found={now.result} seconds={now.seconds} institution={institution} play={play} /> : null}
    </>
  );
}

function Result({ found, seconds, institution, play }: { readonly found: MarketCertificate | ScenarioCertificate; readonly seconds: number; readonly institution: Institution; readonly play: (steps: Steps) => void }) {
  const stale = found.semantic_sha256 !== institution.semantic_sha256;
  return (
    <section aria-label="Certificate">
      {stale ? (
        <p class="warn" role="note">
          This is the certificate of an earlier text.
        </p>
      ) : null}
      {found.kind === "market" ? <OfMarket found={found} institution={institution} play={play} stale={stale} /> : <OfScenario found={found} />}
      <p class="quiet">
        Not spoken of: {found.leaves_out.join("; ")}. Searched in {seconds.toFixed(1)} s.
      </p>
    </section>
  );
}

function OfMarket({ found, institution, play, stale }: { readonly found: MarketCertificate; readonly institution: Institution; readonly play: (steps: Steps) => void; readonly stale: boolean }) {
  const edges = Object.entries(found.edges).sort(([, a], [, b]) => b - a);
  return (
    <>
      <p>
        <strong class={found.holds ? "good" : "bad"}>{found.holds ? "Holds." : "Does not hold."}</strong> {found.sentence}
      </p>
      <table>
        <caption class="visually-hidden">Gains over Nash, per firm and round</caption>
        <tbody>
          {(
            [
              ["best plan", found.gains.best],
              ["of it from prices above Nash", found.gains.harmful],
              ["best plan at prices never above Nash", found.gains.lawful],
              ["one firm alone", found.gains.alone],
            ] as const
          ).map(([what, gain]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td class="number">{gain === null ? "not followed" : money.format(rounded(gain))}</td>
              <td class="number">{gain === null ? "" : percent((100 * gain) / found.nash_profit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Gain by fine and detection</h3>
      {found.map ? <Map map={found.map} /> : <p class="quiet">{found.map_why_not}</p>}
      <h3>Where the best plan goes</h3>
      {edges.length ? (
        <>
          {stale ? null : <Drawn drawing={institution.drawing} heat={heatOf(found.edges)} />}
          <table>
            <thead>
              <tr>
                <th scope="col">transition</th>
                <th scope="col" class="number">
                  taken, a firm and round
                </th>
              </tr>
            </thead>
            <tbody>
              {edges.map(([edge, share]) => (
                <tr key={edge}>
                  <th scope="row">{wayOf(edge)}</th>
                  <td class="number">{percent(100 * share)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      ) : (
        <p>It crosses no edge: no agent ever changes its state.</p>
      )}
      {found.trace.steps.length && !stale ? (
        <button type="button" onClick={() => play(found.trace)}>
          Play the best plan on the graph
        </button>
      ) : null}
    </>
  );
}

/** The map: numbers in a table, shaded; likely detection at the top, as the project's own figure has it. */
function Map({ map }: { readonly map: HeatMap }) {
  const rows = map.probabilities.map((probability, row) => [probability, row] as const).reverse();
  return (
    <div class="scroll">
      <table class="heat">
        <caption>
          What the best plan of {map.plans.join(" and ")} gains over Nash, in % of Nash profit a round. Across: fines as a multiple of the institution's. Down: the chance that a case is opened where it would be.
        </caption>
        <thead>
          <tr>
            <th scope="col">chance</th>
            {map.fines.map((fine) => (
              <th key={fine} scope="col" class="number">
                {fine}×
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([probability, row]) => (
            <tr key={probability}>
              <th scope="row" class="number">
                {probability}
              </th>
              {map.fines.map((fine, column) => (
                <td key={fine} class={`number shade-${shadeOf(map, row, column)}`}>
                  {percentOf(map, row, column).toFixed(1)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function OfScenario({ found }: { readonly found: ScenarioCertificate }) {
  return (
    <>
      <p>
        <strong class={found.holds ? "good" : "bad"}>{found.holds ? "Deters what it accuses." : "Does not deter what it accuses."}</strong> At stake without it: {found.at_stake.toPrecision(3)} a round; up to{" "}
        {100 * found.tolerance}% of that is let pass. Who keeps the duty is fined {found.dutiful.fined.toPrecision(3)} a round and accused in {percent(100 * found.dutiful.accused)} of rounds. {found.plans.length} plans, {found.runs} runs of{" "}
        {found.rounds} rounds.
      </p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {["plan", "by", "accused", "earns without", "under it", "fined", "duty broken", "principal", "others"].map((head, index) => (
                <th key={head} scope="col" class={index > 1 ? "number" : ""}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.plans.map((plan) => (
              <tr key={`${plan.name} ${plan.by}`}>
                <th scope="row">{plan.name}</th>
                <td>{plan.by}</td>
                <td class="number">{percent(100 * plan.accused)}</td>
                {[plan.free, plan.gain, plan.fined].map((value, index) => (
                  <td key={index} class="number">
                    {value.toFixed(3)}
                  </td>
                ))}
                <td class="number">{percent(100 * plan.broke)}</td>
                <td class="number">{plan.principal.toFixed(3)}</td>
                <td class="number">{plan.third_party.toFixed(3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
