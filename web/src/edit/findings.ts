import type { Checked, Examined, Finding, Severity } from "./answers";

const GRAVITY: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** What is shown: the check's findings, which hold the linter's, once they are there; until then what reading and lint found. */
export function listed(examined: Examined | null, checked: Checked | null): readonly Finding[] {
  const found = examined?.valid && checked?.state === "done" ? checked.findings : (examined?.findings ?? []);
  return [...found].sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity] || a.line - b.line || a.column - b.column);
}

/** `1 error, 3 warnings`; `Nothing found` where there is nothing. */
export function counted(findings: readonly Finding[]): string {
  const parts = (["error", "warning", "note"] as const).map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const);
  const said = parts.filter(([, times]) => times > 0).map(([severity, times]) => `${times} ${severity}${times === 1 ? "" : "s"}`);
  return said.join(", ") || "Nothing found";
}

/** From where to where in its line a finding is underlined, in UTF-16 units: the key that it points at with its value, a word, or the line's rest. */
export function underlined(line: string, column: number): readonly [number, number] {
  let from = 0;
  for (const character of [...line].slice(0, Math.max(0, column - 1))) from += character.length;
  from = Math.min(from, line.length);
  const rest = line.slice(from);
  const word = (/^[\w.-]+:\s+[^\s,{}[\]#'"][^,{}[\]#]*/u.exec(rest) ?? /^[^\s,:{}[\]#]+/u.exec(rest))?.[0].trimEnd();
  if (word) return [from, from + word.length];
  const shown = rest.replace(/\s+(#.*)?$/, "");
  return [from, from + Math.max(shown.length, Math.min(1, rest.length))];
}

/** A key that stays with a finding while the text around it changes. */
export const keyOf = (finding: Finding): string => `${finding.rule} ${finding.line}:${finding.column} ${finding.message}`;
