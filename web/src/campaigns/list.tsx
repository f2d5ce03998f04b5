import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { getJson } from "../source/api";
import { count } from "../ui/numbers";
import { href, remember, route } from "../ui/route";
import { Choice, Search } from "../ui/search";
import { Busy, Empty, Failed } from "../ui/states";
import { Table, type Column } from "../ui/table";
import type { Sort } from "../ui/table_sort";
import { rowHeight, tellingApart } from "./list_names";
import { news, useNews } from "./live";
import { Progress, State } from "./parts";
import { inOrder, matching, states, summary, UNDER_WAY, withRow } from "./rows";
import type { CampaignRow } from "./types";
import { amount, duration, moment } from "./words";
import "./list.css";

/** The name, with `end` where another campaign has it too, and the title below. */
function Name({ row, end }: { readonly row: CampaignRow; readonly end: string | undefined }) {
  return (
    <>
      <a class="campaign-name" href={href(["c", row.id])} tabindex={-1} title={row.id.replaceAll("~", "/")}>
        {row.name || row.id}
        {end ? <span class="campaign-end mono"> {end}</span> : null}
      </a>
      <span class="campaign-title" title={row.title}>
        {row.title}
      </span>
    </>
  );
}

const nameColumn = (ends: ReadonlyMap<string, string>): Column<CampaignRow> => ({
  key: "name",
  title: "Campaign",
  width: "minmax(220px, 3fr)",
  pinned: true,
  sortable: true,
  cell: (row) => <Name row={row} end={ends.get(row.id)} />,
});

const COLUMNS: readonly Column<CampaignRow>[] = [
  { key: "state", title: "State", width: "126px", sortable: true, cell: (row) => <State state={row.state} /> },
  { key: "market", title: "Market", width: "minmax(150px, 1fr)", sortable: true, cell: (row) => row.market },
  { key: "arms", title: "Arms", width: "74px", number: true, sortable: true, descendingFirst: true, cell: (row) => amount(row.arms, count) },
  { key: "progress", title: "Finished runs", width: "minmax(190px, 1.2fr)", sortable: true, descendingFirst: true, cell: (row) => (row.runs ? <Progress runs={row.runs} state={row.state} /> : "–") },
  { key: "failed", title: "Failed", width: "84px", number: true, sortable: true, descendingFirst: true, cell: (row) => <span class={row.runs?.failed ? "bad" : "quiet"}>{amount(row.runs?.failed, count)}</span> },
  { key: "calls", title: "Calls", width: "96px", number: true, sortable: true, descendingFirst: true, cell: (row) => amount(row.calls, count) },
  { key: "written", title: "Written", width: "160px", number: true, sortable: true, descendingFirst: true, cell: (row) => <Written row={row} /> },
];

function Written({ row }: { readonly row: CampaignRow }) {
  if (UNDER_WAY.has(row.state) && row.seconds_left !== null) return <span class="left">{duration(row.seconds_left)} left</span>;
  if (row.written_unix_s === null) return <>–</>;
  return (
    <time dateTime={new Date(row.written_unix_s * 1000).toISOString()} title={zoned(row.written_unix_s)}>
      {moment(row.written_unix_s)}
    </time>
  );
}

/** A moment with the time zone in which the list gives it: `22 Nov 2026, 10:44:02 GMT+1, Europe/Vienna`. */
function zoned(unix: number): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
  return `${format.format(new Date(unix * 1000))}, ${format.resolvedOptions().timeZone}`;
}

/** Whether the column of names is at its narrowest, where names and titles need more lines; as in list.css. */
function useNarrow(): boolean {
  const [media] = useState(() => matchMedia("(max-width: 1150px)"));
  const [narrow, setNarrow] = useState(media.matches);
  useEffect(() => {
    const changed = () => setNarrow(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  return narrow;
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
  const columns = useMemo(() => [nameColumn(tellingApart(rows ?? [])), ...COLUMNS], [rows]);
  const narrow = useNarrow();
  const height = useMemo(() => rowHeight(rows ?? [], narrow), [rows, narrow]);
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
          columns={columns}
          total={shown.length}
          row={row}
          sort={sort}
          onSort={setSort}
          rowHeight={height}
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
