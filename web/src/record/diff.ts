/** A line of a difference: in both texts, only in the one before, or only in the one after. */
export interface DiffLine {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** Cells of the table of a longest common subsequence; above it, the changed middle is given as all gone, all new. */
const MOST_CELLS = 1_000_000;

/** The difference of two texts line by line, by a longest common subsequence; `exact` is false where they are too long for one. */
export function diff(before: string, after: string): { readonly lines: readonly DiffLine[]; readonly exact: boolean } {
  const old = before.split("\n");
  const next = after.split("\n");
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < next.length - head && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
  const gone = old.slice(head, old.length - tail);
  const made = next.slice(head, next.length - tail);
  const exact = (gone.length + 1) * (made.length + 1) <= MOST_CELLS;
  const same = (text: string): DiffLine => ({ kind: "same", text });
  return {
    lines: [...old.slice(0, head).map(same), ...(exact ? middle(gone, made) : replaced(gone, made)), ...old.slice(old.length - tail).map(same)],
    exact,
  };
}

function replaced(gone: readonly string[], made: readonly string[]): DiffLine[] {
  return [...gone.map((text): DiffLine => ({ kind: "gone", text })), ...made.map((text): DiffLine => ({ kind: "new", text }))];
}

function middle(gone: readonly string[], made: readonly string[]): DiffLine[] {
  const width = made.length + 1;
  const longest = new Uint32Array((gone.length + 1) * width);
  const cell = (row: number, column: number) => longest[row * width + column] as number;
  for (let row = gone.length - 1; row >= 0; row--) {
    for (let column = made.length - 1; column >= 0; column--) {
      longest[row * width + column] =
        gone[row] === made[column] ? cell(row + 1, column + 1) + 1 : Math.max(cell(row + 1, column), cell(row, column + 1));
    }
  }
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < gone.length && column < made.length) {
    if (gone[row] === made[column]) {
      lines.push({ kind: "same", text: gone[row] as string });
      row++;
      column++;
    } else if (cell(row + 1, column) >= cell(row, column + 1)) lines.push({ kind: "gone", text: gone[row++] as string });
    else lines.push({ kind: "new", text: made[column++] as string });
  }
  return [...lines, ...replaced(gone.slice(row), made.slice(column))];
}

/** A part of a difference as it is shown: lines, or how many lines are left out because nothing changed there. */
export type Hunk = { readonly lines: readonly DiffLine[] } | { readonly left: number };

/** Keeps `context` lines around each change and counts the others. */
export function hunks(lines: readonly DiffLine[], context = 2): readonly Hunk[] {
  const keep = new Uint8Array(lines.length);
  lines.forEach((line, index) => {
    if (line.kind !== "same") keep.fill(1, Math.max(0, index - context), Math.min(lines.length, index + context + 1));
  });
  const found: Hunk[] = [];
  for (let first = 0; first < lines.length; ) {
    let last = first;
    while (last < lines.length && keep[last] === keep[first]) last++;
    found.push(keep[first] ? { lines: lines.slice(first, last) } : { left: last - first });
    first = last;
  }
  return found;
}
