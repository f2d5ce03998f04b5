/** The tab that a key leads to, round the corner at either end; null where it is no key of tabs. */
export function tabAfter(key: string, at: number, total: number): number | null {
  switch (key) {
    case "ArrowRight":
      return (at + 1) % total;
    case "ArrowLeft":
      return (at + total - 1) % total;
    case "Home":
      return 0;
    case "End":
      return total - 1;
    default:
      return null;
  }
}
