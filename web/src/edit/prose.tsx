import type { ComponentChildren } from "preact";
import type { Institution, Told } from "./answers";

/** The few marks of Markdown that `agora graph prose` writes: headings, lists, paragraphs. Everything else is text. */
function Markdown({ text }: { readonly text: string }) {
  const blocks: ComponentChildren[] = [];
  let items: ComponentChildren[] = [];
  const close = () => {
    if (items.length) blocks.push(<ul key={`list-${blocks.length}`}>{items}</ul>);
    items = [];
  };
  text.split("\n").forEach((line, index) => {
    const said = line.replaceAll("\\|", "|");
    if (said.startsWith("- ")) {
      items.push(<li key={index}>{said.slice(2)}</li>);
      return;
    }
    close();
    if (said.startsWith("## ")) blocks.push(<h4 key={index}>{said.slice(3)}</h4>);
    else if (said.startsWith("# ")) blocks.push(<h3 key={index}>{said.slice(2)}</h3>);
    else if (said.trim()) blocks.push(<p key={index}>{said}</p>);
  });
  close();
  return <div class="prose">{blocks}</div>;
}

const Form = ({ told }: { readonly told: Told }) => (told.text ? <Markdown text={told.text} /> : <p class="quiet">{told.why_not}</p>);

/** What the institution says of itself, and what agents read, all from the text as it is now. */
export function ProsePreview({ institution }: { readonly institution: Institution }) {
  const { prose, notices } = institution;
  return (
    <>
      <h2>The regime in words</h2>
      <Form told={prose.notice} />
      {prose.stated_by_hand.length ? <p class="quiet">These texts state numbers by hand, and do not follow the values: {prose.stated_by_hand.join(", ")}.</p> : null}
      <h2>The rules alone</h2>
      <p class="quiet">For agents that are only told, and not watched.</p>
      <Form told={prose.constitution} />
      <h2>What an agent reads</h2>
      {notices.why_not ? <p class="quiet">{notices.why_not}</p> : <p class="quiet">The first of two agents, in each state, without a case, without a fine, counters as at the start.</p>}
      {notices.states.map((one) => (
        <div key={one.state}>
          <h3>
            {one.state} <span class="quiet">{one.label}</span>
          </h3>
          <pre class="notice">{one.text}</pre>
        </div>
      ))}
    </>
  );
}
