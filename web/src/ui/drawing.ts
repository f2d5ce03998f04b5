/** An institution's graph, laid out by the program (agoranomos.institutions.drawing): pixels, the y axis points down. */
export interface Drawing {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly name: string; readonly label: string; readonly first: boolean }[];
  readonly arcs: readonly {
    /** `RULE:from->to`, as in a transition's entry. */
    readonly edge: string;
    readonly kind: "escalation" | "restoration";
    readonly start: number;
    readonly end: number;
    readonly row: number;
    readonly height: number;
    /** -1 above the row of states, 1 below it. */
    readonly side: -1 | 1;
  }[];
  readonly labels: readonly { readonly edge: string; readonly x: number; readonly y: number; readonly lines: readonly (readonly [string, string])[] }[];
}

/** The path of an arc: straight out from the row, level at its height, straight back in; as the program's SVG draws it. */
export function arcPath(arc: Drawing["arcs"][number]): string {
  const way = arc.end > arc.start ? 1 : -1;
  const radius = Math.min(10, arc.height, Math.abs(arc.end - arc.start) / 2);
  const level = arc.row + arc.side * arc.height;
  const near = level - arc.side * radius;
  const turnOut = arc.start + way * radius;
  const turnIn = arc.end - way * radius;
  return `M${arc.start} ${arc.row} V${near} Q${arc.start} ${level} ${turnOut} ${level} H${turnIn} Q${arc.end} ${level} ${arc.end} ${near} V${arc.row}`;
}

/** The height of an arc's level part. */
export const levelOf = (arc: Drawing["arcs"][number]): number => arc.row + arc.side * arc.height;

/** What is drawn of a layout, as x, y, width and height: without the room for a title; compact, with one line on each arc. */
export function extent(drawing: Drawing, compact: boolean): readonly [number, number, number, number] {
  const tops = drawing.boxes.map((box) => box.y);
  const bottoms = drawing.boxes.map((box) => box.y + box.height);
  for (const arc of drawing.arcs) {
    tops.push(levelOf(arc) - (compact && arc.side < 0 ? 22 : 0));
    bottoms.push(levelOf(arc) + (compact && arc.side > 0 ? 22 : 0));
  }
  if (!compact) {
    for (const label of drawing.labels) {
      tops.push(label.y - 12);
      bottoms.push(label.y + 14 * (label.lines.length - 1) + 4);
    }
  }
  const top = Math.min(...tops) - 6;
  const bottom = Math.max(...bottoms) + 8;
  return Number.isFinite(top + bottom) ? [0, top, drawing.width, bottom - top] : [0, 0, drawing.width, drawing.height];
}
