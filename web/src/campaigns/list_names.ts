import type { CampaignRow } from "./types";

const folderOf = (id: string): string => id.replaceAll("~", "/");

/** The end of a campaign's folder, by which campaigns of one name are told apart: its digest, or the whole folder where it is not named so. */
function ending({ id, name }: CampaignRow): string {
  const folder = folderOf(id).split("/").at(-1) ?? "";
  return name && folder.startsWith(`${name}-`) ? folder.slice(name.length + 1) : folderOf(id);
}

/** What tells campaigns of one name apart, by id: none for a name that stands there once; the whole folder where endings are alike too. */
export function tellingApart(rows: readonly CampaignRow[]): ReadonlyMap<string, string> {
  const named = new Map<string, CampaignRow[]>();
  for (const row of rows) named.set(row.name, [...(named.get(row.name) ?? []), row]);
  const found = new Map<string, string>();
  for (const [name, members] of named) {
    if (!name || members.length < 2) continue;
    const endings = members.map(ending);
    members.forEach((row, index) => {
      const own = endings[index] as string;
      found.set(row.id, endings.indexOf(own) === endings.lastIndexOf(own) ? own : folderOf(row.id));
    });
  }
  return found;
}

interface Lines {
  /** Letters on a line of the column, and lines at most; see list.css. */
  readonly name: readonly [letters: number, most: number];
  readonly title: readonly [letters: number, most: number];
}

const WIDE: Lines = { name: [38, 2], title: [48, 3] };
const NARROW: Lines = { name: [22, 2], title: [28, 4] };

const lines = (text: string, [letters, most]: readonly [number, number]): number => Math.min(most, Math.max(1, Math.ceil(text.length / letters)));

/** Pixels that every row takes, so that the longest name and title are not cut while there are lines for them. */
export function rowHeight(rows: readonly CampaignRow[], narrow: boolean): number {
  const { name, title } = narrow ? NARROW : WIDE;
  const ends = tellingApart(rows);
  let most = 0;
  for (const row of rows) {
    const end = ends.get(row.id);
    most = Math.max(most, 20.25 * lines(`${row.name || row.id}${end ? ` ${end}` : ""}`, name) + 17.55 * lines(row.title, title));
  }
  return Math.max(56, Math.ceil(most + 8));
}
