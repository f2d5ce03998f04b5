/** As in docs/log-format.md: `undecided` is consistent, and no trusted key vouches for it. */
export type FaultKind = "tampered" | "damaged" | "undecided";

/** What is wrong with a log, a note or a key. */
export class LogFault extends Error {
  constructor(
    readonly kind: FaultKind,
    message: string,
  ) {
    super(message);
  }
}

/** Runs `step`; a fault that it raises is told of `where`. */
export async function within<T>(where: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof LogFault ? new LogFault(error.kind, `${where}: ${error.message}`) : error;
  }
}
