import { segmented } from "../log/segmented";
import type { RunSource } from "../source/source";

/**
 * The same run for several readers: its lines are asked for once, kept in `kept`, and given to each reader from the first
 * one on. They are put back where they belong before, so that whoever shows them counts them as the verifier does.
 */
export interface SharedSource extends RunSource {
  readonly kept: readonly string[];
}

export function shared(source: RunSource): SharedSource {
  const kept: string[] = [];
  let ended = false;
  let failed: unknown = null;
  let started = false;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const all = waiting;
    waiting = [];
    for (const go of all) go();
  };
  const lines = source.whole || "written" in source ? source.lines() : segmented(source.lines());
  const pull = async () => {
    try {
      for await (const portion of lines) {
        for (const line of portion) kept.push(line);
        wake();
      }
    } catch (error) {
      failed = error;
    }
    ended = true;
    wake();
  };
  return {
    title: source.title,
    whole: true,
    kept,
    async *lines() {
      if (!started) {
        started = true;
        void pull();
      }
      for (let first = 0; ; ) {
        if (first < kept.length) {
          const portion = kept.slice(first);
          first = kept.length;
          yield portion;
        } else if (ended) {
          if (failed !== null) throw failed;
          return;
        } else await new Promise<void>((go) => waiting.push(go));
      }
    },
    seals: () => source.seals(),
    drawings: () => source.drawings(),
    spoken: () => source.spoken(),
    blob: (sha256) => source.blob(sha256),
    ...(source.verdict ? { verdict: source.verdict.bind(source) } : {}),
  };
}
