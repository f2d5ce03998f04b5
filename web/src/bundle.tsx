import { render } from "preact";
import { Checking } from "./bundle/checking";
import { Panel } from "./bundle/panel";
import { RunPage } from "./run/page";
import { aboutOf, fromPage } from "./source/embedded";
import { Shell } from "./ui/shell";
import "./ui/style.css";

const text = (id: string): string | null => document.getElementById(id)?.textContent ?? null;

/** An id that stands twice: a reader of the file could be shown another element than the one that is checked. */
function doubled(): string | undefined {
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return ids.find((id, at) => ids.indexOf(id) !== at);
}

async function refused(id: string): Promise<never> {
  throw new Error(`there are several elements \`${id}\``);
}

/** The run page lists the same bad entries in the same order, each with a button that opens it where it lies. */
function open(at: number): void {
  document.querySelectorAll(".run-verdict li.bad")[at]?.querySelector("button")?.click();
}

const about = aboutOf(text);
const source = fromPage(text);
const twice = doubled();
const checking = new Checking(twice === undefined ? source : { ...source, seals: () => refused(twice) });
const page = document.getElementById("page") as HTMLElement;
document.title = `${source.title} - Agoranomos`;
page.replaceChildren();
render(
  <Shell home={false}>
    <Panel checking={checking} about={about} onEntry={open} />
    <RunPage source={source} checks={checking.told} />
  </Shell>,
  page,
);
void checking.run([]);
