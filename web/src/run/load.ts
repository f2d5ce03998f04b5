import { useEffect, useRef, useState } from "preact/hooks";
import { CHECKING, type LogState } from "../log/state";
import { RunReader } from "../record/read";
import { shared, type SharedSource } from "../record/shared";
import type { RunRecord } from "../record/types";
import type { RunSource, Spoken } from "../source/source";
import type { Drawing } from "../ui/drawing";

/** How a log is checked; `log/` does it, on the same lines that the page shows. */
export type Checks = (source: RunSource, report: (state: LogState) => void) => Promise<void>;

/** Reading may keep the page for so long at a stretch; between stretches it draws and answers. */
const STRETCH_MS = 12;
/** What was read is shown again after so long. */
const SHOWN_MS = 400;

const breath = (): Promise<void> =>
  new Promise((go) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      go();
    };
    port2.postMessage(null);
  });

export interface Loading {
  readonly source: SharedSource;
  readonly record: RunRecord;
  /** Whether all lines that there are for now were read. */
  readonly complete: boolean;
  readonly error: unknown;
}

const EMPTY: RunRecord = new RunReader().record;

/** Reads a run in portions: the first one is shown at once, the others as they come. */
export function useRun(given: RunSource): Loading {
  const source = useRef<SharedSource | null>(null);
  source.current ??= shared(given);
  const held = source.current;
  const [state, setState] = useState<Omit<Loading, "source">>({ record: EMPTY, complete: false, error: null });
  useEffect(() => {
    let left = false;
    const reader = new RunReader();
    const read = async () => {
      let shownAt = -Infinity;
      for await (const portion of held.lines()) {
        for (let first = 0; first < portion.length; ) {
          const until = performance.now() + STRETCH_MS;
          while (first < portion.length && performance.now() < until) {
            reader.feed(portion.slice(first, first + 20));
            first += 20;
          }
          if (left) return;
          if (performance.now() - shownAt > SHOWN_MS) {
            setState({ record: reader.record, complete: false, error: null });
            shownAt = performance.now();
          }
          await breath();
        }
      }
      setState({ record: reader.record, complete: true, error: null });
    };
    read().catch((error: unknown) => setState({ record: reader.record, complete: true, error }));
    return () => {
      left = true;
    };
  }, [held]);
  return { source: held, ...state };
}

/** What a check says of the log, as it goes on. */
export function useChecks(source: RunSource, checks: Checks | undefined): LogState | null {
  const [state, setState] = useState<LogState | null>(checks ? CHECKING : null);
  useEffect(() => {
    if (!checks) return;
    let left = false;
    const report = (said: LogState) => {
      if (!left) setState(said);
    };
    checks(source, report).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      report({ ...CHECKING, verdict: "damaged", headline: `the log could not be checked: ${why}` });
    });
    return () => {
      left = true;
    };
  }, [source, checks]);
  return state;
}

/** Drawings of the run's institutions by digest; empty until they are here. */
export function useDrawings(source: RunSource): Readonly<Record<string, Drawing>> {
  const [found, setFound] = useState<Readonly<Record<string, Drawing>>>({});
  useEffect(() => {
    source.drawings().then(setFound, () => setFound({}));
  }, [source]);
  return found;
}

export interface Prompts {
  /** Undefined while they are not asked for or on their way. */
  readonly why: string | undefined;
  readonly of: (agent: string, round: number, call: number) => Spoken | undefined;
}

const keyOf = (agent: string, round: number, call: number) => JSON.stringify([agent, round, call]);

/** Prompts, fetched when somebody first looks at one: writing them again can take a while. */
export function usePrompts(source: RunSource): readonly [Prompts, () => void] {
  const [state, setState] = useState<{ why: string; calls: ReadonlyMap<string, Spoken> } | null>(null);
  const asked = useRef(false);
  const ask = () => {
    if (asked.current) return;
    asked.current = true;
    source.spoken().then(
      ({ calls, why }) => setState({ why, calls: new Map(calls.map((one) => [keyOf(one.agent, one.round, one.call), one])) }),
      (error: unknown) => setState({ why: error instanceof Error ? error.message : String(error), calls: new Map() }),
    );
  };
  return [{ why: state?.why, of: (agent, round, call) => state?.calls.get(keyOf(agent, round, call)) }, ask];
}
