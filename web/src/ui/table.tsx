import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { nextSort, type Sort } from "./table_sort";
import { drawn, leastWidth, moved, scrolledTo, seen } from "./table_window";
import "./table.css";

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** A track of a CSS grid, such as `minmax(160px, 2fr)`. */
  readonly width: string;
  /** Right-aligned, with figures of one width. */
  readonly number?: boolean;
  readonly sortable?: boolean;
  /** The first click on its head gives the greatest first. */
  readonly descendingFirst?: boolean;
  /** Stays in view on narrow screens while the others scroll sideways. */
  readonly pinned?: boolean;
  /** The title is for screen readers only. */
  readonly untitled?: boolean;
  readonly cell: (row: Row, index: number) => ComponentChildren;
}

export interface TableProps<Row> {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly total: number;
  /** A row, or undefined while it is not here. */
  readonly row: (index: number) => Row | undefined;
  /** Told which rows are seen, so that they can be fetched. */
  readonly wanted?: (first: number, end: number) => void;
  readonly sort?: Sort | null;
  readonly onSort?: (sort: Sort) => void;
  /** Enter, or a click on the row. */
  readonly onOpen?: (row: Row, index: number) => void;
  /** The space bar; a column with a checkbox shows what it did. */
  readonly onChoose?: (row: Row, index: number) => void;
  readonly classOf?: (row: Row) => string;
  readonly rowHeight?: number;
  /** Most pixels that rows take before they scroll. */
  readonly height?: number;
}

/**
 * A table of any length: only the rows that are seen stand in the page. One row has the keyboard's focus; arrows, Page
 * Up, Page Down, Home and End move it, Enter opens it, the space bar chooses it. Links and boxes in cells should have
 * `tabindex={-1}`, so that a table is one stop of the Tab key beside its head.
 */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, total, row, wanted, sort = null, onSort, onOpen, onChoose, classOf, rowHeight = 36, height = 612 } = props;
  const help = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [focused, setFocused] = useState(0);
  const moveTo = useRef<number | null>(null);
  const bodyHeight = Math.min(height, Math.max(total, 1) * rowHeight);
  const window = seen(Math.min(top, Math.max(0, total * rowHeight - bodyHeight)), bodyHeight, rowHeight, total);
  const focusable = Math.min(focused, Math.max(0, total - 1));

  useEffect(() => wanted?.(window.first, window.end), [wanted, window.first, window.end]);
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    setTop(0);
    setFocused(0);
  }, [sort?.key, sort?.descending]);
  useLayoutEffect(() => {
    if (moveTo.current === null) return;
    const target = scroller.current?.querySelector<HTMLElement>(`[data-index="${moveTo.current}"]`);
    moveTo.current = null;
    target?.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const at = (event.target as HTMLElement).dataset["index"];
    if (at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const index = Number(at);
    const here = row(index);
    const to = moved(event.key, index, total, Math.floor(bodyHeight / rowHeight));
    if (to !== null && scroller.current) {
      scroller.current.scrollTop = scrolledTo(to, scroller.current.scrollTop, bodyHeight, rowHeight);
      moveTo.current = to;
      setTop(scroller.current.scrollTop);
      setFocused(to);
    } else if (event.key === "Enter" && here !== undefined && onOpen) onOpen(here, index);
    else if (event.key === " " && here !== undefined && onChoose) onChoose(here, index);
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent, index: number) => {
    const here = row(index);
    if ((event.target as HTMLElement).closest("a, button, input, label, select") || here === undefined) return;
    if (onOpen && !getSelection()?.toString()) onOpen(here, index);
  };

  return (
    <div class="vtable" style={{ "--columns": columns.map((column) => column.width).join(" "), "--row": `${rowHeight}px`, "--most": `${bodyHeight + 40}px`, "--least": `${leastWidth(columns.map((column) => column.width))}px` }}>
      <p id={help} class="visually-hidden">
        Arrow keys move between rows.{onOpen ? " Enter opens a row." : ""}
        {onChoose ? " The space bar chooses a row." : ""}
      </p>
      <div
        ref={scroller}
        class="vscroll"
        role="grid"
        aria-label={label}
        aria-describedby={help}
        aria-rowcount={total + 1}
        aria-colcount={columns.length}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        onKeyDown={onKeyDown}
      >
        <div class="vinner" role="presentation">
          <div class="vhead" role="rowgroup">
            <div class="vrow" role="row" aria-rowindex={1}>
              {columns.map((column) => (
                <Head key={column.key} column={column} sort={sort} {...(onSort ? { onSort } : {})} />
              ))}
            </div>
          </div>
          <div class="vbody" role="rowgroup" style={{ height: `${total * rowHeight}px` }}>
            {drawn(window, focusable, total).map((index) => {
              const here = row(index);
              return (
                <div
                  key={index}
                  class={`vrow${here === undefined ? " coming" : ` ${classOf?.(here) ?? ""}`}${onOpen ? " opens" : ""}`}
                  role="row"
                  aria-rowindex={index + 2}
                  data-index={index}
                  tabindex={index === focusable ? 0 : -1}
                  style={{ transform: `translateY(${index * rowHeight}px)` }}
                  onFocus={() => setFocused(index)}
                  onClick={(event) => onClick(event, index)}
                >
                  {columns.map((column) => (
                    <div key={column.key} role="gridcell" class={cellClass(column)}>
                      {here === undefined ? <span class="quiet">…</span> : column.cell(here, index)}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

const cellClass = (column: { readonly number?: boolean; readonly pinned?: boolean }): string => `vcell${column.number ? " number" : ""}${column.pinned ? " pinned" : ""}`;

function Head<Row>({ column, sort, onSort }: { readonly column: Column<Row>; readonly sort: Sort | null; readonly onSort?: (sort: Sort) => void }) {
  const by = sort?.key === column.key;
  const sortable = column.sortable && onSort;
  const title = column.untitled ? <span class="visually-hidden">{column.title}</span> : column.title;
  return (
    <div
      role="columnheader"
      class={cellClass(column)}
      {...(sortable ? { "aria-sort": by ? (sort.descending ? "descending" : "ascending") : "none" } : {})}
    >
      {sortable ? (
        <button type="button" class="vsort" onClick={() => onSort(nextSort(sort, column.key, column.descendingFirst))}>
          {title}
          {by ? (
            <span class="vmark" aria-hidden="true">
              {sort.descending ? "▼" : "▲"}
            </span>
          ) : null}
        </button>
      ) : (
        title
      )}
    </div>
  );
}
