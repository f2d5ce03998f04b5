import type { Drawing } from "../ui/drawing";
import { ApiError, getJson, getOctets } from "./api";
import { linesOfOctets } from "./octet_lines";
import type { RunSource, Seals, Spoken } from "./source";

const PORTION = 2000;

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
