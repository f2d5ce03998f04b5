import { useMemo } from "preact/hooks";
import { count, shownE6 } from "../ui/numbers";
import { Empty } from "../ui/states";
import { Table, type Column } from "../ui/table";
import { actRounds, actRows, actsIn, countActs, linesNeeded, type ActRound } from "./acts";
import type { SideProps } from "./side";

const COLUMNS: readonly Column<ActRound>[] = [
  { key: "round", title: "Round", width: "80px", number: true, cell: (row) => count(row.round) },
  { key: "a", title: "A", width: "minmax(240px, 1fr)", cell: (row) => <Told acts={actsIn(row.a)} /> },
  { key: "b", title: "B", width: "minmax(240px, 1fr)", cell: (row) => <Told acts={actsIn(row.b)} /> },
];

function Told({ acts }: { readonly acts: readonly string[] }) {
  return acts.length ? (
    <span class="told" title={acts.join("\n")}>
      {acts.join("; ")}
    </span>
  ) : (
    <span class="quiet">nothing</span>
  );
}

const LINE = 20;

/** What either institution did: counted, then listed by round. A row leads to its round. */
export function ActsPart({ a, b, onRound }: { readonly a: SideProps; readonly b: SideProps; readonly onRound: (round: number) => void }) {
  const rows = useMemo(() => actRows(countActs(a.record), countActs(b.record)), [a.record, b.record]);
  const rounds = useMemo(() => actRounds(a.record, b.record), [a.record, b.record]);
  const lines = useMemo(() => linesNeeded(rounds), [rounds]);
  return (
    <section class="acts-part" aria-labelledby="acts">
      <h2 id="acts">Cases, sanctions and fines</h2>
      <div class="acts-both">
        <div class="scroll acts-counts" role="region" aria-label="Counts" tabindex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Over all rounds</th>
                <th scope="col" class="number">
                  A
                </th>
                <th scope="col" class="number">
                  B
                </th>
                <th scope="col" class="number">
                  B less A
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const show = (value: number) => (row.money ? shownE6(value) : count(value));
                const less = row.b - row.a;
                return (
                  <tr key={`${row.name} ${row.part}`} class={row.part ? "part" : ""}>
                    <th scope="row">{row.name}</th>
                    <td class="number">{show(row.a)}</td>
                    <td class="number">{show(row.b)}</td>
                    <td class={less ? "number" : "number quiet"}>{less > 0 ? `+${show(less)}` : show(less).replace("-", "−")}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
        {rounds.length ? (
          <Table label="Rounds with cases, transitions or sanctions" columns={COLUMNS} total={rounds.length} row={(index) => rounds[index]} onOpen={(row) => onRound(row.round)} rowHeight={16 + LINE * lines} height={396} />
        ) : (
          <Empty title="Neither side has a case, a transition or a sanction." />
        )}
      </div>
    </section>
  );
}
