import type { Finding } from "./answers";
import { counted, keyOf } from "./findings";
import { session } from "./session";

const SIGNS: Readonly<Record<Finding["severity"], string>> = { error: "\u2716", warning: "\u25B2", note: "\u25CF" };
const KINDS: Readonly<Record<Finding["kind"], string>> = { reading: "reading", lint: "lint", check: "check" };

/** How far the examination is, in a sentence. */
export function Progress() {
  const checked = session.checked.value;
  const examined = session.examined.value;
  const findings = session.findings.value;
  if (!examined) return <>Reading the text.</>;
  if (!examined.valid) return <>{counted(findings)}. This is no institution yet; the graph and the words are of the last text that was one.</>;
  if (session.checking.value) return <>{counted(findings)} by lint. Every standing is being tried.</>;
  if (checked?.state === "failed") return <>{counted(findings)} by lint. The check did not end: {checked.error}. {checked.advice}</>;
  if (checked?.state !== "done") return <>{counted(findings)} by lint.</>;
  return (
    <>
      {counted(findings)}, over {checked.standings.toLocaleString("en")} standings{checked.complete ? "" : " (not all of them)"}.
    </>
  );
}

/** Every finding with its line, and its play where there is one. */
export function FindingList({ jump, play }: { readonly jump: (finding: Finding) => void; readonly play: (finding: Finding) => void }) {
  const checked = session.checked.value;
  return (
    <>
      {session.findings.value.length ? null : <p>{session.checking.value ? "Nothing so far." : "Nothing found."}</p>}
      <ul class="findings">
        {session.findings.value.map((finding) => (
          <li key={keyOf(finding)} class={`finding ${finding.severity}`}>
            <p class="head-line">
              <span class={finding.severity === "error" ? "bad" : finding.severity === "warning" ? "warn" : "quiet"}>
                <span aria-hidden="true">{SIGNS[finding.severity]}</span> {finding.severity}
              </span>{" "}
              <code>{finding.rule}</code> <span class="quiet">by {KINDS[finding.kind]}</span>
            </p>
            <p>{finding.message}</p>
            {finding.advice ? <p class="quiet">{finding.advice}</p> : null}
            {finding.elsewhere ? (
              <p class="quiet">
                It stands in <code>{finding.elsewhere}</code>, which this text extends.
              </p>
            ) : null}
            <p class="actions">
              <button type="button" onClick={() => jump(finding)}>
                Line {finding.line}
              </button>
              {finding.trace ? (
                <button type="button" onClick={() => play(finding)}>
                  Play on the graph
                </button>
              ) : null}
            </p>
          </li>
        ))}
      </ul>
      {checked?.state === "done" && checked.limits.length ? checked.limits.map((limit) => <p key={limit}>Note: {limit}</p>) : null}
    </>
  );
}
