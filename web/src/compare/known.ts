import { useEffect, useState } from "preact/hooks";
import { RunReader } from "../record/read";
import type { Opened } from "../record/types";
import { getJson, getOctets } from "../source/api";
import { linesOfOctets } from "../source/octet_lines";
import type { Known } from "./fitting";
import { runName } from "./names";

/** So many lines hold the log's first entry, also where it is in parts. */
const FIRST_LINES = 20;
export const NOTHING: Known = { markets: [], institutions: [], ofCampaign: [] };

interface PlannedArm {
  readonly market?: string;
  readonly institution?: string;
}

async function openedOf(run: string): Promise<Opened | null> {
  const reader = new RunReader();
  reader.feed(linesOfOctets(await getOctets(`runs/${run.split("/").map(encodeURIComponent).join("/")}/entries?first=0&count=${FIRST_LINES}`)));
  return reader.record.opened;
}

const said = (names: readonly (string | undefined)[]): string[] => names.filter((name): name is string => Boolean(name));

/** What is known of run `a` so far; null while it is asked for. What cannot be had is left out: it only orders a list. */
export function useKnown(a: string): Known | null {
  const [known, setKnown] = useState<Known | null>(null);
  useEffect(() => {
    let left = false;
    const campaign = runName(a)?.campaign ?? "";
    const take = (more: Partial<Known>) => {
      if (!left) setKnown((held) => ({ ...NOTHING, ...held, ...more, markets: [...(held?.markets ?? []), ...(more.markets ?? [])] }));
    };
    setKnown(null);
    openedOf(a).then(
      (opened) => take({ markets: said([opened?.facts.market]), institutions: said([opened?.institution?.name, ...(opened?.switches ?? []).map((one) => one.institution?.name)]) }),
      () => take({}),
    );
    getJson<{ arms?: readonly PlannedArm[] }>(`campaigns/${encodeURIComponent(campaign)}`).then(
      ({ arms = [] }) => take({ markets: said(arms.map((arm) => arm.market)), ofCampaign: said(arms.map((arm) => arm.institution)) }),
      () => take({}),
    );
    return () => {
      left = true;
    };
  }, [a]);
  return known;
}
