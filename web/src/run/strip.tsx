import { useEffect, useRef, useState } from "preact/hooks";
import { binned, MARKS, type MarkKind } from "../record/marks";

const LANE = 10;
const COLOURS: Readonly<Record<MarkKind, string>> = { cases: "--bad", transitions: "--link", sanctions: "--sanction", failures: "--warn" };

export interface StripProps {
  readonly round: number;
  readonly last: number;
  readonly marked: Readonly<Record<MarkKind, readonly number[]>>;
  readonly onChoose: (round: number) => void;
}

/** Half of a slider's thumb: the slider's first round lies so far inside its ends, and so do the marks under it. */
const INSET = 8;

/** How far along its slider a round is: 0 for the first, 1 for the last. */
const along = (round: number, last: number) => (last > 1 ? (round - 1) / (last - 1) : 0);

/** All rounds on one line a kind of event: which rounds have it. A click chooses the nearest one. The buttons beside the slider do the same for keys. */
export function Strip({ round, last, marked, onChoose }: StripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [scheme, setScheme] = useState(0);
  const lanes = MARKS.filter((kind) => marked[kind].length);
  const height = lanes.length * LANE;

  useEffect(() => {
    const { current } = canvas;
    if (!current) return;
    const look = () => setWidth(current.clientWidth);
    const resized = new ResizeObserver(look);
    resized.observe(current);
    const media = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => setScheme((known) => known + 1);
    media.addEventListener("change", changed);
    look();
    return () => {
      resized.disconnect();
      media.removeEventListener("change", changed);
    };
  }, [lanes.length === 0]);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !canvas.current || !width) return;
    const style = getComputedStyle(document.documentElement);
    const scale = devicePixelRatio;
    canvas.current.width = Math.round(width * scale);
    canvas.current.height = Math.round(height * scale);
    context.scale(scale, scale);
    const bins = Math.max(1, Math.min(last, Math.floor(width / 2)));
    const step = width / bins;
    lanes.forEach((kind, lane) => {
      context.fillStyle = style.getPropertyValue("--line");
      context.fillRect(0, lane * LANE + LANE - 1, width, 0.5);
      context.fillStyle = style.getPropertyValue(COLOURS[kind]);
      const most = Math.max(1, Math.ceil(last / bins));
      binned(marked[kind], last, bins).forEach((many, bin) => {
        if (!many) return;
        context.globalAlpha = 0.45 + (0.55 * Math.min(many, most)) / most;
        const thick = Math.max(1.5, Math.min(step - 0.5, 10));
        const middle = INSET + along(((bin + 0.5) * last) / bins + 0.5, last) * (width - 2 * INSET);
        context.fillRect(middle - thick / 2, lane * LANE + 1, thick, LANE - 3);
      });
      context.globalAlpha = 1;
    });
  }, [marked, last, width, height, scheme]);

  if (!lanes.length) return null;
  const choose = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const wanted = 1 + ((event.clientX - box.left - INSET) / Math.max(1, box.width - 2 * INSET)) * (last - 1);
    const lane = lanes[Math.floor((event.clientY - box.top) / LANE)];
    const near = lane ? marked[lane].reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best), Infinity) : Infinity;
    const reach = Math.max(1, (last / Math.max(1, box.width)) * 6);
    onChoose(Math.abs(near - wanted) <= reach ? near : Math.min(last, Math.max(1, Math.round(wanted))));
  };
  const said = lanes.map((kind) => `${kind} in ${marked[kind].length}`).join(", ");
  return (
    <>
      <div class="run-strip-names" aria-hidden="true">
        {lanes.map((kind) => (
          <span key={kind}>{kind}</span>
        ))}
      </div>
      <div class="run-strip-lanes" onClick={choose}>
        <canvas ref={canvas} role="img" aria-label={`Of ${last} rounds: ${said}.`} style={{ height: `${height}px` }} />
        <div class="run-strip-at" style={{ left: `calc(${INSET}px + (100% - ${2 * INSET}px) * ${along(round, last)})` }} />
      </div>
    </>
  );
}
