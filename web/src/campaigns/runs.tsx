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
import type { RunRow } from "./types";
import { fixed } from "./words";
import "./runs.css";

const STATUSES = ["closed", "failed", "under_way", "open"];

function columns(id: string, chosen: readonly string[], choose: (row: RunRow) => void): Column<RunRow>[] {
  const full = chosen.length >= MOST;
  const amount = (key: keyof RunRow & string, title: string, width: string, digits = 0): Column<RunRow> => ({
    key,
    title,
    width,
    number: true,
    sortable: true,
    descendingFirst: true,
    cell: (row) => fixed(row[key] as number | null, digits),
  });
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
      width: "minmax(170px, 2fr)",
      pinned: true,
      sortable: true,
      cell: (row) => (
        <a class="run-name" href={href(["r", id, row.arm, row.seed])} tabindex={-1} title={row.arm}>
          {row.arm}
        </a>
      ),
    },
    { key: "seed", title: "Seed", width: "66px", number: true, sortable: true, cell: (row) => row.seed },
    {
      key: "status",
      title: "Status",
      width: "minmax(112px, 1fr)",
      sortable: true,
      cell: (row) => (
        <span title={row.failure}>
          <State state={row.status} />
        </span>
      ),
    },
    amount("rounds", "Rounds", "78px"),
    amount("price", "Price", "74px", 2),
    amount("price_of_nash", "Nash price", "98px", 2),
    amount("profit", "Profit", "106px", 2),
    amount("welfare", "Welfare", "90px", 2),
    amount("cases", "Cases", "70px"),
    amount("sanctions", "Sanctions", "94px"),
    amount("fines", "Fines", "94px", 2),
    amount("calls", "Calls", "66px"),
    amount("failures", "Failures", "82px"),
  ];
}

/** All runs of a campaign, fetched as they are seen. `changed` is another number whenever there may be news; `onListed` is told of the first answer. */
export function Runs({ id, arms, changed, onListed }: { readonly id: string; readonly arms: readonly string[]; readonly changed: number; readonly onListed?: () => void }) {
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
  const choose = (row: RunRow) => setChosen((now) => toggled(now, runKey(row)));

  return (
    <section aria-label="Runs">
      <div class="fields">
        <Search label="Search runs" value={text} onSearch={setText} />
        <Choice label="Arm" value={arm} onChoose={setArm} options={[["", `any (${arms.length})`], ...arms.map((name) => [name, name] as const)]} />
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
        <Table
          label="Runs"
          columns={columns(id, chosen, choose)}
          total={held.total}
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
      )}
    </section>
  );
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
