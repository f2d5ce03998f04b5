import type { Drawing } from "../ui/drawing";
import { ApiError, getJson, getOctets } from "./api";
import { linesOfOctets } from "./octet_lines";
import { AS_FAR } from "../log/combined";
import type { RunSource, Seals, Spoken, Verdict } from "./source";

const PORTION = 2000;

/** What the program's route says, as `agora log verify --json` prints it. */
interface Verified {
  readonly verdict: string;
  /** What is wrong; of a log that verified there is none. */
  readonly message?: string;
  readonly level?: string;
  readonly certified_by?: string;
  readonly entries?: number;
  readonly closed?: boolean | null;
  readonly noted?: readonly string[];
  readonly not_excluded?: readonly string[];
}

/** A verdict in the page's words; whatever is not known as a good one is none. */
export function verdictOf(said: Verified): Verdict {
  const message = said.message ?? "";
  if (said.verdict === "undecided") return { verdict: "consistent", headline: `undecided: ${message}`, details: [] };
  if (said.verdict !== "verified") return { verdict: said.verdict === "damaged" ? "damaged" : "tampered", headline: `${said.verdict}: ${message}`, details: [] };
  const whole = said.closed === false ? `verified ${AS_FAR}` : "verified";
  const certifier = (said.certified_by ?? "").split("+").slice(0, 2).join("+"); // as people compare keys
  return {
    verdict: "verified",
    headline: `${whole} (${said.entries} entries, level ${said.level}, certified by ${certifier})`,
    details: (said.noted ?? []).map((one) => `noted: ${one}`),
    notExcluded: said.not_excluded ?? [],
  };
}

/** A run of the folder that the program shows. `id` is `CAMPAIGN/ARM/SEED`, each part as the list gives it. */
export function fromServer(id: string): RunSource {
  const at = `runs/${id.split("/").map(encodeURIComponent).join("/")}`;
  return {
    title: id,
    async seals() {
      const [said, leaves] = await Promise.all([getJson<Omit<Seals, "leaves">>(`${at}/seals`), getOctets(`${at}/leaves`)]);
      return { ...said, leaves };
    },
    async *lines() {
      for (let first = 0; ; ) {
        const lines = linesOfOctets(await getOctets(`${at}/entries?first=${first}&count=${PORTION}`));
        if (lines.length === 0) return;
        yield lines;
        first += lines.length;
      }
    },
    drawings: () => getJson<Record<string, Drawing>>(`${at}/drawings`),
    spoken: () => getJson<{ calls: Spoken[]; why: string }>(`${at}/spoken`),
    verdict: async () => verdictOf(await getJson<Verified>(`${at}/verdict`)),
    async blob(sha256) {
      try {
        return await getOctets(`${at}/blobs/${sha256}`);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
  };
}
