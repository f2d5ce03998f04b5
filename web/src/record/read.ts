import { notAnEntry } from "./shape";
import type { Entry, NoticeBody, Opened, RoundRecord, RunRecord, SanctionBody, SwitchedBody, TransitionBody } from "./types";

interface Growing {
  readonly round: number;
  readonly seq: number;
  readonly body: RoundRecord["body"];
  readonly transitions: TransitionBody[];
  readonly sanctions: SanctionBody[];
  readonly announced: SanctionBody[];
  readonly notices: NoticeBody[];
}

function notDue(round: number, due: number): string {
  return `it says that it is round ${round}, where round ${due} is due`;
}

/**
 * Reads a log line by line into a record of its run. Nothing here verifies: `log/` does, on the same bytes.
 *
 * Lines may come in any number of portions; `record` gives what was read so far. A line that is no entry is kept by
 * its index and left out, so that one changed byte hides one entry and no other.
 */
export class RunReader {
  private opened: Opened | null = null;
  private readonly rounds: Growing[] = [];
  private readonly firstNotices: NoticeBody[] = [];
  private readonly switched: SwitchedBody[] = [];
  private readonly unreadable: { seq: number; why: string }[] = [];
  private readonly kinds: string[] = [];
  private readonly roundOf: number[] = [];
  private parts: string[] = [];
  private closed = false;
  private size = 0;

  feed(lines: Iterable<string>): void {
    for (const line of lines) {
      this.kinds.push("");
      this.roundOf.push(this.roundOf[this.size - 1] ?? 0);
      this.line(line, this.size++);
    }
  }

  /** What was read so far; a new value at each call, that shares its rounds with the one before. */
  get record(): RunRecord {
    return {
      opened: this.opened,
      rounds: this.rounds.slice(),
      firstNotices: this.firstNotices,
      switched: this.switched,
      closed: this.closed,
      size: this.size,
      unreadable: this.unreadable,
      kinds: this.kinds,
      roundOf: this.roundOf,
    };
  }

  private line(line: string, seq: number): void {
    let entry: Entry;
    try {
      entry = JSON.parse(line) as Entry;
    } catch (error) {
      this.refuse(seq, error instanceof Error ? error.message : String(error));
      return;
    }
    const why = notAnEntry(entry) || (entry.kind === "round" ? this.outOfTurn(entry.round) : "");
    if (why) {
      this.refuse(seq, why);
      return;
    }
    if (!this.kinds[seq]) this.kinds[seq] = entry.kind;
    this.roundOf[seq] = entry.round;
    this.take(entry, seq);
  }

  private refuse(seq: number, why: string): void {
    this.unreadable.push({ seq, why });
  }

  /**
   * Rounds grow; some may be missing. Where one skips others, and one that it skipped follows after all, it was not what
   * it said: that one is left out.
   */
  private outOfTurn(round: number): string {
    const before = this.rounds[this.rounds.length - 2]?.round ?? 0;
    if (this.last && before < round && round < this.last.round) {
      const { seq, round: said } = this.rounds.pop() as Growing;
      if (this.kinds[seq] === "round") this.kinds[seq] = "";
      this.roundOf[seq] = before;
      this.refuse(seq, notDue(said, before + 1));
    }
    const due = (this.last?.round ?? 0) + 1;
    const rounds = this.opened?.rounds ?? 0; // no more is believed of it than it can be right in
    return round < due || (due <= rounds && rounds < round) ? notDue(round, due) : "";
  }

  /** What belongs to the round that was read last; what follows on a round that was lost belongs to none. */
  private of(round: number): Growing | undefined {
    const { last } = this;
    return last?.round === round ? last : undefined;
  }

  private take(entry: Entry, seq: number): void {
    switch (entry.kind) {
      case "opened":
        this.opened ??= entry.body;
        break;
      case "round":
        this.rounds.push({ round: entry.round, seq, body: entry.body, transitions: [], sanctions: [], announced: [], notices: [] });
        break;
      case "transition":
        this.of(entry.round)?.transitions.push(entry.body);
        break;
      case "sanction":
        this.of(entry.round)?.sanctions.push(entry.body);
        break;
      case "announced":
        this.of(entry.round)?.announced.push(entry.body);
        break;
      case "notice":
        (this.of(entry.round)?.notices ?? this.firstNotices).push(entry.body);
        break;
      case "switched":
        this.switched.push(entry.body);
        break;
      case "closed":
        this.closed = true;
        break;
      case "part":
        this.kinds[seq] = "part";
        this.part(entry.body, seq);
        break;
      case "attested":
        break;
    }
  }

  /** Pieces of an entry that is too long for a line: joined, they are its line, which ends in the index of the first piece. */
  private part(body: { of: number; part: number; text: string }, seq: number): void {
    if (body.part !== this.parts.length + 1) {
      this.refuse(seq, `part ${body.part} of ${body.of} follows on part ${this.parts.length}`);
      this.parts = [];
      return;
    }
    this.parts.push(body.text);
    if (body.part === body.of) {
      const whole = this.parts.join("");
      this.parts = [];
      this.line(whole, seq - body.of + 1);
    }
  }

  private get last(): Growing | undefined {
    return this.rounds[this.rounds.length - 1];
  }
}
