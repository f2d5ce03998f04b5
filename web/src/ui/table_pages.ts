import { signal } from "@preact/signals";
import { pagesOf } from "./table_window";

export interface Portion<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

export interface PagesNow {
  /** Null until the first answer. */
  readonly total: number | null;
  readonly error: unknown;
  /** Another number whenever rows came. */
  readonly version: number;
}

/** Rows that are fetched a page at a time, when a table comes to see them. */
export class Pages<Row> {
  readonly now = signal<PagesNow>({ total: null, error: null, version: 0 });
  private readonly held = new Map<number, readonly Row[]>();
  private readonly asked = new Set<number>();
  private readonly gone = new AbortController();

  constructor(
    private readonly load: (offset: number, count: number, signal: AbortSignal) => Promise<Portion<Row>>,
    readonly size = 200,
  ) {}

  row(index: number): Row | undefined {
    return this.held.get(Math.floor(index / this.size))?.[index % this.size];
  }

  /** Ask for what is not here of the rows from `first` up to `end`. */
  want(first: number, end: number): void {
    for (const page of pagesOf({ first, end }, this.size)) {
      if (!this.asked.has(page)) void this.fetch(page);
    }
  }

  /** Ask again for what failed. */
  again(): void {
    this.now.value = { ...this.now.value, error: null };
    const missing = [...this.asked].filter((page) => !this.held.has(page));
    for (const page of missing.length ? missing : [0]) void this.fetch(page);
  }

  /** Ask anew for the rows from `first` up to `end`, which stay until the answer comes, and forget all others. */
  renew(first: number, end: number): void {
    const kept = new Set(pagesOf({ first, end: Math.max(end, first + 1) }, this.size));
    for (const page of [...this.held.keys()]) if (!kept.has(page)) this.held.delete(page);
    this.asked.clear();
    for (const page of kept) void this.fetch(page);
  }

  close(): void {
    this.gone.abort();
  }

  private async fetch(page: number): Promise<void> {
    this.asked.add(page);
    try {
      const { total, rows } = await this.load(page * this.size, this.size, this.gone.signal);
      if (this.gone.signal.aborted) return;
      this.held.set(page, rows);
      this.now.value = { total, error: null, version: this.now.value.version + 1 };
    } catch (error) {
      if (this.gone.signal.aborted) return;
      this.now.value = { ...this.now.value, error };
    }
  }
}
