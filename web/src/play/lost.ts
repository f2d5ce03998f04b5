/** What is recorded when the program is gone in this round: all rounds before it. `sent`: a move for it was on its way. */
export function recordedWords(round: number, sent: boolean): string {
  const before = round === 1 ? "" : round === 2 ? "Round 1 is recorded. " : `Rounds 1 to ${round - 1} are recorded. `;
  const own = sent ? `Whether your decision for round ${round} is recorded, you will see when you go on.` : `Your decision for round ${round} is not recorded.`;
  return before + own;
}
