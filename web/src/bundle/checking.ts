import { effect, signal } from "@preact/signals";
import { LogFault } from "../log/fault";
import { parseVkey } from "../log/keys";
import { CHECKING, checkLog, type LogState } from "../log/state";
import type { RunSource } from "../source/source";

/** The check of one source, made again whenever the reader names another key; whoever shows it, shows the same. */
export class Checking {
  readonly state = signal<LogState>(CHECKING);
  private made = 0;

  constructor(private readonly source: RunSource) {}

  /** Check under these public keys. */
  async run(trusted: readonly string[]): Promise<void> {
    const made = ++this.made;
    const report = (state: LogState) => {
      if (made === this.made) this.state.value = state;
    };
    try {
      await checkLog(this.source, report, trusted);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      report({ ...CHECKING, verdict: "damaged", headline: `damaged: the log cannot be read (${why})` });
    }
  }

  /** As the run page asks for it. */
  readonly told = async (_: RunSource, report: (state: LogState) => void): Promise<void> => {
    effect(() => report(this.state.value));
  };
}

/** Why a text is no public key; empty for one. */
export function whyNoKey(text: string): string {
  try {
    parseVkey(text.trim());
    return "";
  } catch (error) {
    if (error instanceof LogFault) return error.message;
    throw error;
  }
}
