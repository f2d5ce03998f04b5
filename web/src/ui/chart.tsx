import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./chart.css";
import { apart, bounds, isolated, merged, saidBeside, type Level } from "./chart_levels";
import { NumbersTable } from "./chart_table";
import { count, shown } from "./numbers";

export type { Level } from "./chart_levels";

/** One line: a value at each x, null where there is none. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Which of the eight colours; its place in the list where it is not given. */
  readonly seat?: number;
}

export interface ChartProps {
  readonly title: string;
  /** Said after the title: a unit, or what the numbers mean. */
  readonly unit?: string;
  /** Stands in the place of the title, such as a choice of what is drawn. */
  readonly head?: ComponentChildren;
  /** Ascending, such as the numbers of rounds. */
  readonly x: readonly number[];
  readonly xName?: string;
  readonly lines: readonly Line[];
  /** Drawn as thin dashed lines with their names. */
  readonly levels?: readonly Level[];
  /** The chosen x: a line stands there, and the legend tells the values. */
  readonly at?: number | undefined;
  readonly onChoose?: (x: number) => void;
  /** Which part of x to show; all of it where it is not given. */
  readonly range?: readonly [number, number] | undefined;
  readonly height?: number;
}

/** Dashes tell lines apart where colours do not. */
const DASHES: readonly (readonly number[])[] = [[], [9, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 4], [2, 6], [8, 3, 2, 3, 2, 3]];
const LEVEL_DASH = [3, 3];
/** On a narrower chart the levels have no names beside their lines: the legend has them with their values. */
const NARROW = 420;
const MOST_ROOM = 174;
const LABEL_GAP = 12;
const FONT = "11px system-ui, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";

const dashOf = (index: number): readonly number[] => DASHES[index % DASHES.length] ?? [];
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || "#808080";

function indexAt(x: readonly number[], at: number | undefined): number {
  if (at === undefined || !x.length) return -1;
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((x[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return x[low] === at ? low : -1;
}

function labelWidth(levels: readonly Level[]): number {
  const context = document.createElement("canvas").getContext("2d");
  if (!context || !levels.length) return 8;
  context.font = FONT;
  return Math.min(MOST_ROOM, Math.ceil(Math.max(...levels.map((level) => context.measureText(saidBeside(level)).width))) + 14);
}

function drawLevels(plot: uPlot, levels: readonly Level[]): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour("quiet");
  ctx.lineWidth = 1.2 * scale;
  ctx.setLineDash(LEVEL_DASH.map((part) => part * scale));
  for (const level of levels) {
    const height = Math.round(plot.valToPos(level.value, "y", true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(bbox.left, height);
    ctx.lineTo(bbox.left + bbox.width, height);
    ctx.stroke();
  }
  ctx.restore();
}

/** Puts each level's name at the right end of its line, apart from the others. */
function placeLabels(plot: uPlot, levels: readonly Level[], labels: readonly HTMLElement[]): void {
  const { offsetTop, offsetLeft, clientWidth, clientHeight } = plot.over;
  const heights = levels.map((level) => plot.valToPos(level.value, "y"));
  const places = apart(heights, LABEL_GAP, 0, clientHeight);
  labels.forEach((label, index) => {
    label.hidden = plot.width < NARROW;
    label.style.transform = `translate(${offsetLeft + clientWidth + 6}px, ${offsetTop + (places[index] ?? 0)}px) translateY(-50%)`;
  });
}

function labelOf(level: Level): HTMLElement {
  const label = document.createElement("span");
  label.className = "chart-level";
  label.textContent = saidBeside(level);
  label.title = level.label;
  return label;
}

/** Lines over an x axis, with levels, a chosen x, a legend and the same numbers as a table. */
export function Chart({ title, unit = "", head, x, xName = "round", lines, levels = [], at, onChoose, range, height = 200 }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const mark = useRef<HTMLDivElement | null>(null);
  const [open, setOpen] = useState(false);
  const drawn = useMemo(() => merged(levels), [levels]);
  const key = `${lines.map((line) => `${line.label}/${line.seat ?? ""}`).join("\n")}\t${drawn.map((level) => level.label).join("\n")}\t${height}`;
  const now = useRef({ x, lines, drawn, at, onChoose, range });
  now.current = { x, lines, drawn, at, onChoose, range };

  const place = () => {
    const { current } = plot;
    const chosen = now.current.at;
    if (!current || !mark.current) return;
    const left = chosen === undefined ? -1 : current.valToPos(chosen, "x");
    const there = chosen !== undefined && Number.isFinite(left) && left >= -1 && left <= current.over.clientWidth + 1;
    mark.current.style.display = there ? "" : "none";
    if (there) mark.current.style.transform = `translateX(${left - 1}px)`;
  };

  useEffect(() => {
    const { current: host } = box;
    if (!host) return;
    const room = labelWidth(drawn);
    const labels = drawn.map(labelOf);
    const width = () => Math.max(120, host.clientWidth);
    const grid = { stroke: () => colour("line"), width: 1 };
    const axis = { stroke: () => colour("quiet"), font: FONT, grid, ticks: { ...grid, size: 4 } };
    const made = new uPlot(
      {
        width: width(),
        height,
        padding: [8, () => (host.clientWidth < NARROW ? 16 : Math.max(16, room)), 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
        scales: {
          x: { time: false, range: (_, least, most) => [now.current.range?.[0] ?? least, now.current.range?.[1] ?? Math.max(most, least + 1)] },
          y: { range: () => bounds(now.current.lines.map((line) => line.values), now.current.drawn) },
        },
        axes: [
          { ...axis, size: 26, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
          { ...axis, size: 54, values: (_, splits) => splits.map((value) => shown(value)) },
        ],
        series: [
          {},
          ...lines.map((line, index) => ({
            label: line.label,
            stroke: () => colour(`seat-${(line.seat ?? index) % 8}`),
            width: 1.8,
            dash: [...dashOf(index)],
            points: { show: false, size: 5, filter: (self: uPlot, place: number) => isolated(self.data[place] as readonly (number | null)[]) },
          })),
        ],
        hooks: {
          draw: [
            (self) => {
              drawLevels(self, now.current.drawn);
              placeLabels(self, now.current.drawn, labels);
            },
            place,
          ],
          setSize: [place],
        },
      },
      [[...x], ...lines.map((line) => [...line.values])] as uPlot.AlignedData,
      host,
    );
    plot.current = made;
    const line = document.createElement("div");
    line.className = "chart-at";
    made.over.append(line);
    made.over.after(...labels);
    mark.current = line;
    place();
    const click = (event: MouseEvent) => {
      const chosen = now.current.x[made.posToIdx(event.clientX - made.over.getBoundingClientRect().left)];
      if (chosen !== undefined) now.current.onChoose?.(chosen);
    };
    made.over.addEventListener("click", click);
    const resized = new ResizeObserver(() => {
      if (width() !== made.width) made.setSize({ width: width(), height });
    });
    resized.observe(host);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => made.redraw(false, true);
    scheme.addEventListener("change", redraw);
    return () => {
      scheme.removeEventListener("change", redraw);
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [key]);

  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else plot.current?.setData([[...x], ...lines.map((line) => [...line.values])] as uPlot.AlignedData);
  }, [x, lines, drawn, range?.[0], range?.[1]]);
  useEffect(place, [at]);

  const index = indexAt(x, at);
  const said = unit ? `${title} (${unit})` : title;
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">
          {head ?? title}
          {unit && <span class="quiet"> {unit}</span>}
        </span>
        <button type="button" aria-expanded={open} aria-label={`${title} as a table`} onClick={() => setOpen(!open)}>
          as a table
        </button>
      </figcaption>
      <div ref={box} role="img" aria-label={`${said} over ${count(x.length)} ${xName}s. The button beside the title shows the numbers.`} />
      <ul class="chart-legend">
        {lines.map((line, number) => (
          <li key={line.label}>
            <Swatch seat={(line.seat ?? number) % 8} dash={dashOf(number)} />
            {line.label}
            {index >= 0 && <b>{shown(line.values[index])}</b>}
          </li>
        ))}
        {drawn.length > 0 && (
          <li class="level">
            <Swatch dash={LEVEL_DASH} />
            {drawn.map((level) => `${level.label} ${shown(level.value)}`).join(" · ")}
          </li>
        )}
      </ul>
      {open && (
        <NumbersTable
          caption={`${said}, by ${xName}`}
          columns={[xName, ...lines.map((line) => line.label)]}
          count={x.length}
          cells={(row) => [String(x[row]), ...lines.map((line) => shown(line.values[row]))]}
          at={index < 0 ? undefined : index}
        />
      )}
    </figure>
  );
}

function Swatch({ seat, dash }: { readonly seat?: number; readonly dash: readonly number[] }) {
  return (
    <svg width="26" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="26" y2="4" class={seat === undefined ? "" : `swatch-${seat}`} stroke-dasharray={dash.join(" ")} />
    </svg>
  );
}
