import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getJson } from "../source/api";
import { count } from "../ui/numbers";
import { href, remember, route } from "../ui/route";
import { Choice, Search } from "../ui/search";
import { Busy, Empty, Failed } from "../ui/states";
import { Table, type Column } from "../ui/table";
import { Pages, type Portion } from "../ui/table_pages";
import type { Sort } from "../ui/table_sort";
import { State, stateWord } from "./parts";
import { comparison, MOST, runKey, runsQuery, toggled } from "./run_choice";
import type { Arm, RunRow } from "./types";
import { AMOUNTS, amountsShown, roomFor, widthOf } from "./run_columns";
import { fixed } from "./words";
import "./runs.css";

const STATUSES = ["closed", "failed", "under_way", "open"];

/** The columns for runs of these arms; `rows` are those that are here, which numbers have room for. */
function columns(id: string, arms: readonly Arm[], rows: readonly RunRow[], sort: string, armWidth: number, chosen: readonly string[], choose: (row: RunRow) => void): Column<RunRow>[] {
  const full = chosen.length >= MOST;
  const shown = amountsShown(rows, arms, sort);
  const amounts = AMOUNTS.filter(([key]) => shown.includes(key)).map(
    ([key, title, digits]): Column<RunRow> => ({
      key,
      title,
      width: `${widthOf(key, rows, key === sort)}px`,
      number: true,
      sortable: true,
      descendingFirst: true,
      cell: (row) => fixed(row[key], digits),
    }),
  );
  return [
    {
      key: "choose",
      title: "Compare",
      width: "44px",
      untitled: true,
      cell: (row) => {
        const key = runKey(row);
        return <input type="checkbox" tabindex={-1} aria-label={`compare ${key}`} checked={chosen.includes(key)} disabled={full && !chosen.includes(key)} onChange={() => choose(row)} />;
      },
    },
    {
      key: "arm",
      title: "Arm",
      width: `minmax(${armWidth}px, 1fr)`,
      pinned: true,
      sortable: true,
      cell: (row) => (
        <a class="run-name" href={href(["r", id, row.arm, row.seed])} tabindex={-1} title={row.arm}>
          {row.arm}
        </a>
      ),
    },
    { key: "seed", title: "Seed", width: sort === "seed" ? "78px" : "60px", number: true, sortable: true, cell: (row) => row.seed },
    {
      key: "status",
      title: "Status",
      width: "112px",
      sortable: true,
      cell: (row) => (
        <span title={row.failure}>
          <State state={row.status} />
        </span>
      ),
    },
    ...amounts,
  ];
}

/** All runs of a campaign, fetched as they are seen. `changed` is another number whenever there may be news; `onListed` is told of the first answer. */
export function Runs({ id, arms, changed, onListed }: { readonly id: string; readonly arms: readonly Arm[]; readonly changed: number; readonly onListed?: () => void }) {
  const { values } = route.value;
  const [text, setText] = useState(values.get("text") ?? "");
  const [arm, setArm] = useState(values.get("arm") ?? "");
  const [status, setStatus] = useState(values.get("status") ?? "");
  const [sort, setSort] = useState<Sort>({ key: values.get("sort") ?? "arm", descending: values.get("down") === "1" });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const seen = useRef({ first: 0, end: 0 });

  const pages = useMemo(
    () =>
      new Pages<RunRow>((offset, size, signal) =>
        getJson<Portion<RunRow>>(`campaigns/${encodeURIComponent(id)}/runs?${runsQuery({ offset, count: size, sort: sort.key, descending: sort.descending, text, arm, status })}`, signal),
      ),
    [id, text, arm, status, sort.key, sort.descending],
  );
  useEffect(() => {
    pages.want(0, 1);
    return () => pages.close();
  }, [pages]);
  useEffect(() => {
    if (changed) pages.renew(seen.current.first, seen.current.end);
  }, [changed]);
  useEffect(() => {
    remember({ tab: "runs", ...(text ? { text } : {}), ...(arm ? { arm } : {}), ...(status ? { status } : {}), ...(sort.key === "arm" && !sort.descending ? {} : { sort: sort.key, down: sort.descending ? 1 : 0 }) });
  }, [text, arm, status, sort]);

  const wanted = useMemo(
    () => (first: number, end: number) => {
      seen.current = { first, end };
      pages.want(first, end);
    },
    [pages],
  );
  const { total, error } = pages.now.value;
  const answered = total !== null || error !== null;
  useEffect(() => {
    if (answered) onListed?.();
  }, [answered]);
  const last = useRef<{ pages: Pages<RunRow>; total: number } | null>(null);
  if (total !== null) last.current = { pages, total };
  const held = last.current; // While the first rows of another order are on their way, the old ones stay.
  const here = held ? loaded(held.pages, held.total) : [];
  const room = roomFor([...arms, ...here].map((one) => one.arm));
  const choose = (row: RunRow) => setChosen((now) => toggled(now, runKey(row)));

  return (
    <section aria-label="Runs">
      <div class="fields">
        <Search label="Search runs" value={text} onSearch={setText} />
        <Choice label="Arm" value={arm} onChoose={setArm} options={[["", `any (${arms.length})`], ...arms.map((one) => [one.arm, one.arm] as const)]} />
        <Choice label="Status" value={status} onChoose={setStatus} options={[["", "any"], ...STATUSES.map((name) => [name, stateWord(name)] as const)]} />
        <p class="runs-total quiet" role="status">
          {total === null ? "" : `${count(total)} ${total === 1 ? "run" : "runs"}`}
        </p>
      </div>
      <Chosen id={id} chosen={chosen} clear={() => setChosen([])} />
      {error ? <Failed what="The runs could not be listed." error={error} retry={() => pages.again()} /> : null}
      {!held ? (
        error ? null : <Busy what="Listing the runs." />
      ) : held.total === 0 ? (
        <Empty title={text || arm || status ? "No run matches." : "There is no run yet."}>{text || arm || status ? "" : "Runs appear here as they end."}</Empty>
      ) : (
        <div class="runs-table">
          <Table
            label="Runs"
            columns={columns(id, arms, here, sort.key, room.width, chosen, choose)}
            total={held.total}
            rowHeight={room.height}
            row={(index) => held.pages.row(index)}
            wanted={wanted}
            sort={sort}
            onSort={setSort}
            onChoose={choose}
            onOpen={(row) => {
              location.hash = href(["r", id, row.arm, row.seed]);
            }}
            classOf={(row) => (chosen.includes(runKey(row)) ? "chosen" : "")}
          />
          <p class="legend quiet">Prices, profit (of all agents together) and welfare are means of a round; cases, sanctions and fines are sums over the run. Money is in the market's units.</p>
        </div>
      )}
    </section>
  );
}

/** The rows that are here. */
function loaded(pages: Pages<RunRow>, total: number): RunRow[] {
  const rows: RunRow[] = [];
  for (let index = 0; index < total; index += 1) {
    const row = pages.row(index);
    if (row) rows.push(row);
    else index = Math.ceil((index + 1) / pages.size) * pages.size - 1;
  }
  return rows;
}

function Chosen({ id, chosen, clear }: { readonly id: string; readonly chosen: readonly string[]; readonly clear: () => void }) {
  return (
    <div class="chosen-runs" role="status">
      {chosen.length === 0 ? (
        <span class="quiet">Choose two runs to compare them, or one to judge it by another institution.</span>
      ) : (
        <>
          <span class="chosen-names">{chosen.join(" and ")}</span>
          <a class="button" href={href(["compare"], comparison(id, chosen))}>
            {chosen.length === MOST ? "Compare" : "Compare with …"}
          </a>
          <button type="button" onClick={clear}>
            Clear
          </button>
        </>
      )}
    </div>
  );
}
