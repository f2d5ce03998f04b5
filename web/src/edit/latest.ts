/** Only the newest of several questions is of interest: earlier ones are given up, and their answers dropped. */
export class Latest {
  #asked: AbortController | null = null;

  /** The answer, or undefined where a newer question was asked meanwhile. What fails afterwards is dropped as well. */
  async of<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.#asked?.abort();
    const mine = new AbortController();
    this.#asked = mine;
    try {
      const answer = await question(mine.signal);
      return this.#asked === mine ? answer : undefined;
    } catch (error) {
      if (this.#asked !== mine) return undefined;
      throw error;
    }
  }

  /** Give up what was asked. */
  forget(): void {
    this.#asked?.abort();
    this.#asked = null;
  }
}

/** Calls once nothing has happened for a while. */
export class Pause {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly milliseconds: number,
    private readonly then: () => void,
  ) {}

  again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.then, this.milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
