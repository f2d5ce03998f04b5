import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Busy, Failed } from "../ui/states";
import { Tabs } from "../ui/tabs";
import type { Finding, Steps } from "./answers";
import { Certificate } from "./certificate";
import { Drawn } from "./drawn";
import { yamlEditor, type YamlEditor } from "./editor";
import { FindingList, Progress } from "./list";
import { Player } from "./player";
import { ProsePreview } from "./prose";
import { session } from "./session";
import "./edit.css";

/** An institution's YAML beside what it means: graph, findings, words, certificate. Nothing is written until it is saved. */
export function EditPage() {
  useEffect(() => {
    if (!session.opened.value) void session.load();
    const leaving = (event: BeforeUnloadEvent) => {
      if (session.unsaved.value && session.text.value !== session.saved.value) event.preventDefault();
    };
    const keys = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        void session.save();
      }
    };
    addEventListener("beforeunload", leaving);
    addEventListener("keydown", keys);
    return () => {
      removeEventListener("beforeunload", leaving);
      removeEventListener("keydown", keys);
    };
  }, []);
  const opened = session.opened.value;
  if (!opened) return session.failed.value ? <Failed what="The file cannot be opened." error={session.failed.value} retry={() => void session.load()} /> : <Busy what="Opening the file." />;
  return (
    <div class="edit">
      <Head />
      <Workbench />
    </div>
  );
}

function Head() {
  const opened = session.opened.value;
  const question = session.question.value;
  if (!opened) return null;
  return (
    <header class="edit-head">
      <div class="edit-title">
        <h1>
          {opened.name} {session.unsaved.value ? <span class="unsaved">not saved</span> : null}
        </h1>
        <button type="button" onClick={() => void session.save()} disabled={Boolean(opened.refusal) || session.saving.value || !session.unsaved.value} aria-keyshortcuts="Control+S">
          Save
        </button>
      </div>
      <p class="quiet path">
        <code>{opened.path}</code> Ctrl-S saves. In the editor Tab indents; Escape and then Tab leaves it.
      </p>
      {opened.refusal ? (
        <p role="note" class="warn">
          {opened.refusal}. {opened.advice}
        </p>
      ) : null}
      <p role="status">{session.said.value}</p>
      {question ? (
        <div class="card question" role="alert">
          <p>{question.message}</p>
          {question.kind === "draft" ? (
            <button type="button" onClick={() => void session.save(true)}>
              Save it as a draft
            </button>
          ) : (
            <>
              <button type="button" onClick={() => void session.load()}>
                Reload from disk, and lose this text
              </button>
              <button type="button" onClick={() => void session.saveOver()}>
                Save this text over it
              </button>
            </>
          )}
          <button type="button" onClick={() => (session.question.value = null)}>
            Go on editing
          </button>
        </div>
      ) : null}
      {session.failed.value ? <Failed what="That did not work." error={session.failed.value} retry={() => void session.examine()} /> : null}
    </header>
  );
}

function Workbench() {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<YamlEditor | null>(null);
  const [tab, setTab] = useState("graph");
  useEffect(() => {
    if (!host.current) return;
    let shown = session.text.value;
    const made = yamlEditor(host.current, shown, (text) => {
      shown = text;
      session.typed(text);
    });
    editor.current = made;
    const ends = [
      effect(() => made.show(session.findings.value)),
      effect(() => {
        if (session.text.value !== shown) made.replace((shown = session.text.value));
      }),
    ];
    return () => {
      for (const end of ends) end();
      made.close();
      editor.current = null;
    };
  }, []);
  const institution = session.institution.value;
  const reading = <Busy what="Reading the text." />;
  const none = session.examined.value ? <p>There is no text yet that could be read. The findings say why.</p> : reading;
  const play = (steps: Steps, finding: Finding | null) => {
    session.chosen.value = finding;
    session.played.value = steps;
    setTab("graph");
  };
  const jump = (finding: Finding) => {
    session.chosen.value = finding;
    editor.current?.jump(finding.line, finding.column);
  };
  return (
    <div class="workbench">
      <section class="editor" aria-label="Text">
        <div class="editor-host" ref={host} />
        <p class="progress" role="status">
          <Progress />
        </p>
      </section>
      <section class="beside" aria-label="What it means">
        <Tabs
          label="What it means"
          selected={tab}
          onSelect={setTab}
          tabs={[
            { key: "graph", title: "Graph", content: () => (institution ? <GraphTab /> : none) },
            {
              key: "findings",
              title: "Findings",
              count: session.findings.value.length,
              content: () => <FindingList jump={jump} play={(finding) => finding.trace && play(finding.trace, finding)} />,
            },
            { key: "prose", title: "Prose", content: () => (institution ? <ProsePreview institution={institution} /> : none) },
            { key: "certificate", title: "Certificate", content: () => (institution ? <Certificate institution={institution} play={(steps) => play(steps, null)} /> : none) },
          ]}
        />
      </section>
    </div>
  );
}

function GraphTab() {
  const institution = session.institution.value;
  if (!institution) return null;
  const marked = new Set(session.chosen.value?.marks ?? session.findings.value.flatMap((one) => (one.severity === "error" ? one.marks : [])));
  const { states, transitions, events } = institution.counts;
  const close = () => {
    session.played.value = null;
    document.querySelector<HTMLElement>(".beside [role=tab][aria-selected=true]")?.focus();
  };
  return (
    <>
      {session.played.value ? (
        <Player drawing={institution.drawing} steps={session.played.value} marked={marked} onClose={close} />
      ) : (
        <Drawn drawing={institution.drawing} marked={marked} />
      )}
      <p class="quiet">
        {states} states, {transitions} transitions, {events} events. {marked.size ? "What a finding speaks of is marked." : ""}
      </p>
      <dl class="digests">
        <dt>meaning</dt>
        <dd>
          <code>{institution.semantic_sha256}</code>
        </dd>
        <dt>bytes</dt>
        <dd>
          <code>{institution.file_sha256}</code>
        </dd>
      </dl>
    </>
  );
}
