import { indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import type { Finding } from "./answers";
import { underlined } from "./findings";

/** The YAML editor: an island of its own, since Preact leaves its inside alone. */
export interface YamlEditor {
  replace(text: string): void;
  show(findings: readonly Finding[]): void;
  jump(line: number, column: number): void;
  close(): void;
}

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--link)" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.number, tags.bool, tags.atom], color: "var(--restoration-text, var(--good))" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: "var(--quiet)" },
  { tag: [tags.keyword, tags.meta, tags.labelName], color: "var(--warn)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--page)", height: "100%", fontSize: "13.5px" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "-3px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace', lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--quiet)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--link) 9%, transparent)" },
  ".cm-activeLineGutter": { color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--link) 28%, transparent) !important" },
  ".cm-panels, .cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panel input, .cm-panel button": { color: "var(--text)", backgroundColor: "var(--page)", backgroundImage: "none", border: "1px solid var(--line)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--raised)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", maxWidth: "60ch" },
});

/**
 * Typing over a selection goes past the browser's own editing: that keeps the look of what it replaces in a style
 * attribute, which `style-src 'self'` refuses with an error.
 */
const overSelections = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const text = event.data;
    if (event.inputType !== "insertText" || text === null || empty || view.composing || view.state.selection.ranges.length > 1) return false;
    event.preventDefault();
    const insert = () => view.state.update({ changes: { from, to, insert: view.state.toText(text) }, selection: { anchor: from + view.state.toText(text).length }, userEvent: "input.type", scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handled) => handled(view, from, to, text, insert))) view.dispatch(insert());
    return true;
  },
});

const LABEL = "YAML of the institution. Tab indents. To leave with the keyboard, press Escape and then Tab.";

/**
 * An editor in `host`. It stands in a shadow root: there CodeMirror's style module makes constructed style sheets, which
 * `style-src 'self'` allows, where in the document it would make a style element, which that policy refuses.
 */
export function yamlEditor(host: HTMLElement, text: string, typed: (text: string) => void): YamlEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const night = matchMedia("(prefers-color-scheme: dark)");
  const theme = new Compartment();
  const ends = new Compartment();
  const separator = (of: string) => (/\r\n/.test(of) && !/(^|[^\r])\n/.test(of) ? [EditorState.lineSeparator.of("\r\n")] : []);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        basicSetup,
        keymap.of([indentWithTab]),
        overSelections,
        EditorState.tabSize.of(2),
        yaml(),
        lintGutter(),
        syntaxHighlighting(colours),
        look,
        theme.of(EditorView.darkTheme.of(night.matches)),
        ends.of(separator(text)),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": LABEL, tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) typed(update.state.sliceDoc());
        }),
      ],
    }),
  });
  const dusk = () => view.dispatch({ effects: theme.reconfigure(EditorView.darkTheme.of(night.matches)) });
  night.addEventListener("change", dusk);
  const diagnostic = (finding: Finding): Diagnostic => {
    const line = view.state.doc.line(Math.min(Math.max(1, finding.line), view.state.doc.lines));
    const [from, to] = underlined(line.text, finding.column);
    const severity = finding.severity === "note" ? "info" : finding.severity;
    const where = finding.elsewhere ? `${finding.elsewhere}: ` : "";
    return { from: line.from + from, to: line.from + to, severity, source: finding.rule, message: `${where}${finding.message}${finding.advice ? `\n${finding.advice}` : ""}` };
  };
  return {
    replace(next) {
      view.dispatch({ effects: ends.reconfigure(separator(next)) });
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(next) } });
    },
    show(findings) {
      view.dispatch(setDiagnostics(view.state, findings.map(diagnostic)));
    },
    jump(number, column) {
      const line = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines));
      const [from, to] = underlined(line.text, column);
      view.dispatch({ selection: { anchor: line.from + from, head: line.from + to }, effects: EditorView.scrollIntoView(line.from + from, { y: "center" }) });
      view.focus();
    },
    close() {
      night.removeEventListener("change", dusk);
      view.destroy();
    },
  };
}
