/** What a check of one log in a page cannot see, as `agora log verify --level full` says it of one that was never seen before. */
export function notExcluded(blobsLookedAt: boolean): readonly string[] {
  return [...OF_THE_LOG, blobsLookedAt ? SOME_BLOBS : NO_BLOBS, ...OF_THE_WORLD];
}

const SOME_BLOBS = "a blob that was removed: only those that are there are looked at";
const NO_BLOBS = "a blob that was changed or removed: none is looked at (agora log verify does)";

const OF_THE_LOG: readonly string[] = [
  "rollback: the log may be an older state of itself, cut at an earlier checkpoint (nothing is remembered of it here, and no witness is asked)",
  "a second history: the holder of the log's key could have signed another log of this origin",
  "replacement: the holder of the certifying key can make a new key and write a whole new log of this origin",
  "an entry that was signed and yet is none: order and references of entries are not looked at (agora log verify does)",
  "an entry that was put into an agent's mouth: signatures of actors are not looked at (agora log verify does)",
  "a judgement that the institution did not decide: none is made again (agora log verify does)",
];

const OF_THE_WORLD: readonly string[] = [
  "a false time: nobody outside says when the entries were there",
  "false content: a signature says who committed to these bytes, not that they are true or complete",
];
