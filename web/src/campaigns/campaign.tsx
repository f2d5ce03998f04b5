import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, getJson } from "../source/api";
import { remember, route } from "../ui/route";
import { Busy, Empty, Failed } from "../ui/states";
import { Tabs, type Tab } from "../ui/tabs";
import { Checks } from "./checks";
import { Comparisons } from "./comparisons";
import { CostsPart } from "./costs";
import { CampaignHead } from "./head";
import { news, useNews } from "./live";
import { Matrix } from "./matrix";
import { Caveats } from "./parts";
import { Runs } from "./runs";
import type { Campaign, CampaignRow } from "./types";
import "./campaign.css";

/** Between two askings for the whole summary while a campaign runs; its progress comes with the news at once. */
const REST_MS = 2000;

/** One campaign: what it asked, how far it is, what came out, what it cost, and its runs. */
export function CampaignPage({ id }: { readonly id: string }) {
  const [campaign, setCampaign] = useState<Campaign | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tab, setTab] = useState(route.value.values.get("tab") ?? "outcomes");
  const [changed, setChanged] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const load = useCallback(() => {
    getJson<Campaign>(`campaigns/${encodeURIComponent(id)}`).then(
      (found) => {
        setCampaign(found);
        setError(null);
      },
      setError,
    );
  }, [id]);
  const renew = useCallback(() => {
    timer.current = undefined;
    load();
    setChanged((times) => times + 1);
  }, [load]);
  const asked = useRef(false);
  const begin = useCallback(() => {
    if (!asked.current) load();
    asked.current = true;
  }, [load]);
  useEffect(() => {
    // The summary may take the server a while: where a reader wants the runs, these come first.
    if (tab !== "runs") begin();
  }, [tab]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    // Nobody tells of figures that are worked out for this page.
    if (!campaign?.working_out) return;
    const asking = setTimeout(renew, REST_MS);
    return () => clearTimeout(asking);
  }, [campaign]);
  useNews(
    (row) => {
      if (row.id !== id) return;
      setCampaign((held) => held && withNews(held, row));
      timer.current ??= setTimeout(renew, REST_MS);
    },
    renew,
    id,
  );
  useEffect(() => {
    document.title = `${campaign?.name ?? id} · Agoranomos`;
  }, [campaign?.name]);

  const select = (key: string) => {
    setTab(key);
    remember({ tab: key });
  };
  if (!campaign && error instanceof ApiError && error.status === 409) {
    return (
      <Empty title="A run of this campaign is being played">
        The campaign is shown when it is over. <a href="#/play">Back to the seat</a>
      </Empty>
    );
  }
  return (
    <>
      {campaign ? <CampaignHead campaign={campaign} lost={news.value === "lost"} /> : null}
      {error ? <Failed what={campaign ? "These figures may be old." : "This campaign could not be shown."} error={error} retry={load} /> : null}
      {error && !campaign ? null : <Tabs label="Parts of the campaign" tabs={tabs(id, campaign, changed, begin)} selected={tab} onSelect={select} />}
    </>
  );
}

/** The campaign with the progress of its row in the list: runs, rounds and calls of one reading. */
export function withNews(held: Campaign, { state, runs, rounds, model_calls: calls, seconds_left }: Pick<CampaignRow, "state" | "runs" | "rounds" | "model_calls" | "seconds_left">): Campaign {
  return { ...held, state, status: { ...held.status, state, seconds_left, ...(runs ? { runs } : {}), ...(rounds ? { rounds } : {}), ...(calls ? { calls } : {}) } };
}

/** The parts of the page. */
function tabs(id: string, campaign: Campaign | null, changed: number, begin: () => void): Tab[] {
  const { arms = [], comparisons = [], checks = [], notes = [], caveats = [], status } = campaign ?? {};
  const warned = (part: ComponentChildren) => (
    <>
      <Caveats texts={caveats} />
      {part}
    </>
  );
  const failures = status?.failures ?? [];
  const part = (content: (campaign: Campaign) => ComponentChildren) => () => (campaign ? content(campaign) : <Busy what="Reading the campaign." />);
  const counted = (count: number) => (campaign ? { count } : {});
  return [
    { key: "outcomes", title: "Outcomes", ...counted(arms.length), content: part(({ plan }) => warned(<Matrix arms={arms} outcome={plan.outcome} />)) },
    { key: "comparisons", title: "Comparisons", ...counted(comparisons.length), content: part(({ plan }) => warned(<Comparisons comparisons={comparisons} outcome={plan.outcome} />)) },
    { key: "costs", title: "Costs and errors", content: part((known) => warned(<CostsPart campaign={known} />)) },
    { key: "checks", title: "Checks and notes", ...counted(checks.length + notes.length + failures.length), content: part(() => <Checks checks={checks} notes={notes} failures={failures} />) },
    { key: "runs", title: "Runs", ...(status?.runs ? { count: status.runs.planned } : {}), content: () => <Runs id={id} arms={arms} changed={changed} onListed={begin} /> },
  ];
}
