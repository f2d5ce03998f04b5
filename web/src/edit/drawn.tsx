import { signal } from "@preact/signals";
import { Graph, type GraphProps } from "../ui/graph";

/** Whether edges carry conditions and sanctions, or their events alone; the same for every graph of the page. */
const full = signal(false);

/** The graph in the room beside the text: events alone in large letters, or everything, to be scrolled. */
export function Drawn(props: Omit<GraphProps, "compact">) {
  return (
    <>
      <label class="whole">
        <input type="checkbox" checked={full.value} onChange={(event) => (full.value = event.currentTarget.checked)} /> Conditions and sanctions on the edges
      </label>
      {full.value ? (
        <div class="scroll" tabindex={0} role="group" aria-label="Graph with conditions; the arrow keys scroll it">
          <div style={{ minWidth: `${Math.round(props.drawing.width * 0.9)}px` }}>
            <Graph {...props} />
          </div>
        </div>
      ) : (
        <Graph {...props} compact />
      )}
    </>
  );
}
