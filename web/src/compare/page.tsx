import { useEffect } from "preact/hooks";
import { href, route } from "../ui/route";
import { Empty } from "../ui/states";
import { runName } from "./names";
import { InstitutionPicker } from "./picker";
import { TwoRuns } from "./two_runs";
import { UnderAnother } from "./under_another";
import "./compare.css";

/** Two runs side by side (`a`, `b`), or a run and what another institution makes of it (`a`, `under`). */
export function ComparePage() {
  const { values } = route.value;
  const [a, b, under] = [values.get("a") ?? "", values.get("b") ?? "", values.get("under") ?? ""];
  const round = Number(values.get("round")) || null;
  useEffect(() => {
    document.title = "Compare · Agoranomos";
  }, []);
  const [one, other] = [runName(a), runName(b)];
  if (!one) {
    return (
      <Empty title="No run is chosen yet.">
        Choose two runs in the table of a campaign's runs: <a href="#/">all campaigns</a>.
      </Empty>
    );
  }
  if (other) return <TwoRuns key={`${a}\n${b}`} a={a} b={b} round={round} />;
  if (under) return <UnderAnother key={`${a}\n${under}`} a={a} institution={under} round={round} />;
  return (
    <>
      <h1>Compare</h1>
      <p class="subtitle">
        {one.arm}, seed {one.seed}, of {one.campaign}
      </p>
      <section class="card choose-other" aria-label="What to compare with">
        <div>
          <h2>With another run</h2>
          <p>
            Choose two in the table of runs of <a href={href(["c", one.campaign], { tab: "runs" })}>{one.campaign}</a>.
          </p>
        </div>
        <div>
          <h2>With another institution</h2>
          <p>The conduct stays as recorded; the other institution judges it.</p>
          <InstitutionPicker a={a} under="" />
        </div>
      </section>
    </>
  );
}
