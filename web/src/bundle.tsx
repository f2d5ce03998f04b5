import { render } from "preact";
import { Checking } from "./bundle/checking";
import { Panel } from "./bundle/panel";
import { RunPage } from "./run/page";
import { aboutOf, fromPage } from "./source/embedded";
import { Shell } from "./ui/shell";
import "./ui/style.css";

const text = (id: string): string => document.getElementById(id)?.textContent ?? "";

/** The run page lists bad entries too, each with a button that opens it where it lies. */
function open(seq: number): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("main details button")];
  buttons.find((button) => button.textContent === `Entry ${seq}`)?.click();
}

const about = aboutOf(text);
const source = fromPage(text);
const checking = new Checking(source);
const page = document.getElementById("page") as HTMLElement;
document.title = `${about.title} - Agoranomos`;
page.replaceChildren();
render(
  <Shell home={false}>
    <Panel checking={checking} program={about.program} onEntry={open} />
    <RunPage source={source} checks={checking.told} />
  </Shell>,
  page,
);
void checking.run([]);
