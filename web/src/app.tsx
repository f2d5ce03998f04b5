import { render } from "preact";
import { CampaignPage } from "./campaigns/campaign";
import { CampaignList } from "./campaigns/list";
import { ComparePage } from "./compare/page";
import { fromServer } from "./source/http";
import { PlayPage } from "./play/page";
import { RunPage } from "./run/page";
import { useArrival } from "./ui/arrival";
import { Later } from "./ui/later";
import { Shell } from "./ui/shell";
import { route } from "./ui/route";
import "./ui/style.css";

function Page() {
  const { words } = route.value;
  const [kind, ...rest] = words;
  switch (kind) {
    case undefined:
      return <CampaignList />;
    case "c":
      return <CampaignPage key={rest[0]} id={rest[0] ?? ""} />;
    case "r":
      return <RunPage key={rest.join("/")} source={fromServer(rest.join("/"))} />;
    case "compare":
      return <ComparePage />;
    case "edit":
      return <Later load={() => import("./edit/page").then((module) => module.EditPage)} />;
    case "play":
      return <PlayPage />;
    default:
      return (
        <p role="alert">
          There is no page <code>{words.join("/")}</code>. <a href="#/">All campaigns</a>
        </p>
      );
  }
}

/** A server of the editor or of a seat has no campaigns to go home to. */
const ALONE = new Set(["edit", "play"]);

function Framed() {
  useArrival(route.value);
  return (
    <Shell home={!ALONE.has(route.value.words[0] ?? "")}>
      <Page />
    </Shell>
  );
}

render(
  <Framed />,
  document.getElementById("page") as HTMLElement,
);
