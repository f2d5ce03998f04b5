/** An agent's name with the number and colour that its token has in the graph. */
export function Agent({ name, seat }: { readonly name: string; readonly seat: number }) {
  return (
    <span class="run-agent">
      {seat >= 0 && (
        <span class={`run-badge run-badge-${seat % 8}`} aria-hidden="true">
          {seat + 1}
        </span>
      )}
      {name}
    </span>
  );
}
