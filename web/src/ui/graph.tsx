import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { arcPath, extent, levelOf, type Drawing } from "./drawing";
import "./graph.css";

export interface GraphProps {
  readonly drawing: Drawing;
  /** Agents in each state now, by its name; each gets a token in the state's box. */
  readonly standing?: Readonly<Record<string, readonly string[]>>;
  /** Edges (`RULE:from->to`) to draw strongly: those traversed now. */
  readonly traversed?: ReadonlySet<string>;
  /** A number from 0 to 1 by edge, drawn as heat. */
  readonly heat?: Readonly<Record<string, number>>;
  /** States and edges to mark as concerned by a finding. */
  readonly marked?: ReadonlySet<string>;
  /** Number of an agent for its token's colour and letter: its place in the market's order. */
  readonly seatOf?: (agent: string) => number;
  /** For little room: events only on the edges, in larger letters. */
  readonly compact?: boolean;
  readonly children?: ComponentChildren;
}

/** The largest letters, up to `most` pixels, with which a text fits a box. */
const fitting = (box: Drawing["boxes"][number], text: string, most: number): number => Math.min(most, (box.width - 12) / (0.66 * Math.max(1, text.length)));

/** The governance graph: boxes and arcs as laid out, tokens for agents. What it shows is said in words beside it by the caller. */
export function Graph({ drawing, standing = {}, traversed, heat, marked, seatOf = () => 0, compact = false, children }: GraphProps) {
  const id = useId();
  const svg = useMovingTokens();
  const [x, y, width, height] = extent(drawing, compact);
  const held = (state: string): readonly string[] => (Object.hasOwn(standing, state) ? (standing[state] ?? []) : []);
  const marks = (edge: string) => `${traversed?.has(edge) ? " traversed" : ""}${marked?.has(edge) ? " marked" : ""}`;
  return (
    <svg ref={svg} style={compact ? { maxWidth: `${width}px` } : {}} class={`graph${compact ? " compact" : ""}`} viewBox={`${x} ${y} ${width} ${height}`} role="img" aria-label={`Graph of ${drawing.title || drawing.name}`}>
      <defs>
        {(["escalation", "restoration"] as const).map((kind) => (
          <marker key={kind} id={`${id}-${kind}`} viewBox="0 0 10 10" refX="9" refY="5" markerWidth={compact ? 14 : 11} markerHeight={compact ? 14 : 11} markerUnits="userSpaceOnUse" orient="auto">
            <path d="M0 0.8 L10 5 L0 9.2 z" class={`tip ${kind}`} />
          </marker>
        ))}
      </defs>
      {drawing.arcs.map((arc) => (
        <path
          key={arc.edge}
          class={`arc ${arc.kind}${marks(arc.edge)}`}
          data-edge={arc.edge}
          d={arcPath(arc)}
          marker-end={`url(#${id}-${arc.kind})`}
          {...(heat ? { style: { strokeWidth: `${1.2 + 6 * (Object.hasOwn(heat, arc.edge) ? (heat[arc.edge] ?? 0) : 0)}px` } } : {})}
        />
      ))}
      {drawing.labels.map((label) => {
        const arc = compact ? drawing.arcs.find((one) => one.edge === label.edge) : undefined;
        const lines = arc ? label.lines.slice(0, 1) : label.lines;
        const from = arc ? levelOf(arc) + (arc.side < 0 ? -7 : 18) : label.y;
        return (
          <g key={label.edge} class={`edge-label${marks(label.edge)}`}>
            <title>{[label.edge, ...label.lines.map(([, text]) => text)].join("\n")}</title>
            {lines.map(([style, text], index) => (
              <text key={index} class={style} x={label.x} y={from + 14 * index}>
                {text}
              </text>
            ))}
          </g>
        );
      })}
      {drawing.boxes.map((box) => {
        const agents = held(box.name);
        const middle = box.x + box.width / 2;
        const step = compact ? 25 : 20;
        const room = Math.max(1, Math.floor((box.width - 6) / step));
        const tokens = agents.length > room ? agents.slice(0, Math.max(1, room - 2)) : agents;
        const more = agents.length - tokens.length;
        const left = middle - (step * (tokens.length + (more ? 1.4 : 0) - 1)) / 2;
        return (
          <g key={box.name} class={`state${marked?.has(box.name) ? " marked" : ""}${agents.length ? " held" : ""}`} data-state={box.name}>
            <rect class={`box${box.first ? " first" : ""}`} x={box.x} y={box.y} width={box.width} height={box.height} rx="9" />
            <text class="state-name" style={compact ? { fontSize: `${fitting(box, box.name, 22)}px` } : {}} x={middle} y={box.y + (compact ? 23 : agents.length ? 19 : 25)}>
              {box.name}
            </text>
            {!(compact && agents.length) && (
              <text class="state-label" style={compact ? { fontSize: `${fitting(box, box.label, 14)}px` } : {}} x={middle} y={box.y + (agents.length ? 31 : compact ? 44 : 43)}>
                {box.label}
              </text>
            )}
            {tokens.map((agent, index) => (
              <g key={agent} class={`token seat-${seatOf(agent) % 8}`} data-agent={agent} style={{ transform: `translate(${left + step * index}px, ${box.y + (compact ? 41 : 45)}px)` }}>
                <circle r={compact ? 11 : 8.5} />
                <text y={compact ? 5 : 3.5}>{seatOf(agent) + 1}</text>
                <title>{agent}</title>
              </g>
            ))}
            {more > 0 && (
              <text class="more" x={left + step * (tokens.length + 0.2)} y={box.y + (compact ? 46 : 49)}>
                +{more}
              </text>
            )}
          </g>
        );
      })}
      {children}
    </svg>
  );
}

const MOVE_MS = 220;

/** Lets each token go from where it stood to where it stands, unless the reader wants little motion. */
function useMovingTokens() {
  const svg = useRef<SVGSVGElement>(null);
  const places = useRef(new Map<string, string>());
  useLayoutEffect(() => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const now = new Map<string, string>();
    for (const token of svg.current?.querySelectorAll<SVGGElement>("[data-agent]") ?? []) {
      const agent = token.dataset["agent"] ?? "";
      const place = token.style.transform;
      const before = places.current.get(agent);
      if (!calm && before && before !== place) token.animate([{ transform: before }, { transform: place }], { duration: MOVE_MS, easing: "ease-in-out" });
      now.set(agent, place);
    }
    places.current = now;
  });
  return svg;
}
