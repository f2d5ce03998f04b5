const SLICE_MS = 12;

/** Lets the page answer its reader between slices of long work. */
export class Slices {
  private until = performance.now() + SLICE_MS;

  get due(): boolean {
    return performance.now() >= this.until;
  }

  async rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.until = performance.now() + SLICE_MS;
  }
}
