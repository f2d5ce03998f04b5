import { useLayoutEffect, useRef, useState } from "preact/hooks";
import "./chart_table.css";

const ROW = 28;
const SPARE = 6;

export interface NumbersProps {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly count: number;
  /** The cells of a row, the first of which names it. */
  readonly cells: (row: number) => readonly string[];
  /** The row to begin with, in the middle. */
  readonly at?: number | undefined;
}

/** Numbers as a table; of a long one only the rows in sight are made. */
export function NumbersTable({ caption, columns, count, cells, at = 0 }: NumbersProps) {
  const box = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const look = () => setFirst(Math.max(0, Math.floor((box.current?.scrollTop ?? 0) / ROW) - SPARE));
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = Math.max(0, (at - 4) * ROW);
    look();
  }, []);
  const last = Math.min(count, first + 14 + 2 * SPARE);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  return (
    <div class="chart-numbers scroll" ref={box} onScroll={look} tabindex={0} role="region" aria-label={caption}>
      <table aria-rowcount={count + 1}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((name) => (
              <th scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <tr aria-hidden="true" style={{ height: `${first * ROW}px` }} />}
          {rows.map((row) => (
            <tr key={row} aria-rowindex={row + 2} aria-current={row === at ? "true" : undefined}>
              {cells(row).map((cell, index) => (index === 0 ? <th scope="row" class="number">{cell}</th> : <td class="number">{cell}</td>))}
            </tr>
          ))}
          {last < count && <tr aria-hidden="true" style={{ height: `${(count - last) * ROW}px` }} />}
        </tbody>
      </table>
    </div>
  );
}
