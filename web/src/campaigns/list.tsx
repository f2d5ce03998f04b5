import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { getJson } from "../source/api";
import { count } from "../ui/numbers";
import { href, remember, route } from "../ui/route";
import { Choice, Search } from "../ui/search";
import { Busy, Empty, Failed } from "../ui/states";
import { Table, type Column } from "../ui/table";
import type { Sort } from "../ui/table_sort";
import { news, useNews } from "./live";
import { Progress, State } from "./parts";
import { inOrder, matching, states, summary, UNDER_WAY, withRow } from "./rows";
import type { CampaignRow } from "./types";
import { duration, moment } from "./words";
import "./list.css";

const COLUMNS: readonly Column<CampaignRow>[] = [
  {
    key: "name",
    title: "Campaign",
    width: "minmax(200px, 3fr)",
    pinned: true,
    sortable: true,
    cell: (row) => (
      <>
        <a class="campaign-name" href={href(["c", row.id])} tabindex={-1}>
          {row.name || row.id}
        </a>
        <span class="campaign-title">{row.title}</span>
      </>
    ),
  },
  { key: "state", title: "State", width: "126px", sortable: true, cell: (row) => <State state={row.state} /> },
  { key: "market", title: "Market", width: "minmax(150px, 1fr)", sortable: true, cell: (row) => row.market },
  { key: "arms", title: "Arms", width: "74px", number: true, sortable: true, descendingFirst: true, cell: (row) => count(row.arms) },
  { key: "progress", title: "Finished runs", width: "minmax(190px, 1.2fr)", sortable: true, descendingFirst: true, cell: (row) => <Progress runs={row.runs} state={row.state} /> },
  { key: "failed", title: "Failed", width: "84px", number: true, sortable: true, descendingFirst: true, cell: (row) => <span class={row.runs.failed ? "bad" : "quiet"}>{count(row.runs.failed)}</span> },
  { key: "calls", title: "Calls", width: "96px", number: true, sortable: true, descendingFirst: true, cell: (row) => (row.calls === null ? "–" : count(row.calls)) },
  { key: "written", title: "Written", width: "160px", number: true, sortable: true, descendingFirst: true, cell: (row) => <Written row={row} /> },
];

function Written({ row }: { readonly row: CampaignRow }) {
  if (UNDER_WAY.has(row.state) && row.seconds_left !== null) return <span class="left">{duration(row.seconds_left)} left</span>;
  if (row.written_unix_s === null) return <>–</>;
  return <time dateTime={new Date(row.written_unix_s * 1000).toISOString()}>{moment(row.written_unix_s)}</time>;
}

function sortFrom(values: URLSearchParams): Sort | null {
  const key = values.get("sort");
  return key ? { key, descending: values.get("down") === "1" } : null;
}

/** All campaigns of the folder; what changes on the disk changes here without a reload. */
export function CampaignList() {
  const [rows, setRows] = useState<readonly CampaignRow[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [text, setText] = useState(route.value.values.get("text") ?? "");
  const [state, setState] = useState(route.value.values.get("state") ?? "");
  const [sort, setSort] = useState(sortFrom(route.value.values));

  const load = useCallback(() => {
    setError(null);
    getJson<{ campaigns: CampaignRow[] }>("campaigns").then(({ campaigns }) => setRows(campaigns), setError);
  }, []);
  useEffect(load, []);
  useEffect(() => {
    document.title = "Campaigns · Agoranomos";
  }, []);
  useNews((row) => setRows((held) => held && withRow(held, row)), load);
  useEffect(() => {
    remember({ ...(text ? { text } : {}), ...(state ? { state } : {}), ...(sort ? { sort: sort.key, down: sort.descending ? 1 : 0 } : {}) });
  }, [text, state, sort]);

  const shown = useMemo(() => inOrder(matching(rows ?? [], text, state), sort), [rows, text, state, sort]);
  const known = useMemo(() => states(rows ?? []), [rows]);
  const row = useCallback((index: number) => shown[index], [shown]);

  if (error && rows === null) return <Failed what="The campaigns could not be listed." error={error} retry={load} />;
  if (rows === null) return <Busy what="Looking for campaigns." />;
  if (rows.length === 0) {
    return (
      <Empty title="There is no campaign in this folder yet." command="agora run campaigns/cournot-mock.yaml">
        A campaign appears here as soon as its first run begins. This one takes some seconds and needs no model:
      </Empty>
    );
  }
  return (
    <>
      <div class="title-row">
        <h1>Campaigns</h1>
        <p class="list-summary quiet" role="status" aria-live="polite">
          {summary(rows, shown.length)}
        </p>
        {news.value === "lost" ? <p class="list-summary warn">Not live: the program does not answer. It is asked again.</p> : null}
      </div>
      <div class="fields">
        <Search label="Search names, titles, markets" value={text} onSearch={setText} />
        <Choice
          label="State"
          value={state}
          onChoose={setState}
          options={[["", `any (${rows.length})`], ...known.map(([name, some]) => [name, `${name} (${some})`] as const), ...(state && !known.some(([name]) => name === state) ? [[state, `${state} (0)`] as const] : [])]}
        />
      </div>
      {error ? <Failed what="The list may be old." error={error} retry={load} /> : null}
      {shown.length ? (
        <Table
          label="Campaigns"
          columns={COLUMNS}
          total={shown.length}
          row={row}
          sort={sort}
          onSort={setSort}
          rowHeight={56}
          height={784}
          onOpen={(opened) => {
            location.hash = href(["c", opened.id]);
          }}
        />
      ) : (
        <Empty title="No campaign matches.">
          <button
            type="button"
            onClick={() => {
              setText("");
              setState("");
            }}
          >
            Show all {rows.length}
          </button>
        </Empty>
      )}
    </>
  );
}
