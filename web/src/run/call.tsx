import { useEffect, useState } from "preact/hooks";
import { chances, choiceIn } from "../record/choices";
import type { CallRecord, ChoiceRecord } from "../record/types";
import { readable } from "../record/words";
import type { RunSource, Spoken } from "../source/source";
import { count } from "../ui/numbers";
import type { Prompts } from "./load";
import { TextView } from "./text_view";

export interface CallProps {
  readonly source: RunSource;
  readonly agent: string;
  readonly round: number;
  readonly index: number;
  readonly call: CallRecord;
  readonly chosen: number | undefined;
  /** What the options of the agent's menu stand for. */
  readonly menu: readonly string[];
  /** The call with the same number in an earlier round. */
  readonly earlier: { readonly round: number; readonly call: CallRecord } | undefined;
  readonly prompts: Prompts;
  readonly ask: () => void;
}

/** One call of a model: what it was asked, what it answered, and what that took. */
export function Call({ source, agent, round, index, call, chosen, menu, earlier, prompts, ask }: CallProps) {
  const [open, setOpen] = useState(false);
  const withheld = Boolean(call.prompt_commitment);
  useEffect(() => {
    if (open && !withheld) ask();
  }, [open, withheld]);
  return (
    <details class="run-call" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {call.purpose ? <strong>{call.purpose}</strong> : "Call"} {index + 1} · {call.model} · {count(call.prompt_tokens)} tokens asked, {count(call.reply_tokens)} answered
        {call.scored && ` · scored ${call.scored.replaceAll("_", " ")}`}
        {call.failure && <strong class="bad"> · failed: {call.failure}</strong>}
      </summary>
      {open && (
        <div class="run-call-body">
          {withheld ? (
            <p class="quiet">
              Prompt and reply are withheld: the log holds commitments to them, <code>{call.prompt_commitment?.slice(0, 16)}…</code> and{" "}
              <code>{call.reply_commitment?.slice(0, 16)}…</code>.
            </p>
          ) : (
            <>
              <Prompt spoken={prompts.of(agent, round, index)} before={earlier && prompts.of(agent, earlier.round, index)} why={prompts.why} />
              <Answer source={source} call={call} chosen={chosen} menu={menu} earlier={earlier} />
            </>
          )}
        </div>
      )}
    </details>
  );
}

const asText = (spoken: Spoken): string => spoken.messages.map(({ role, content }) => `[${role}]\n${content}`).join("\n\n");

function Prompt({ spoken, before, why }: { readonly spoken: Spoken | undefined; readonly before: Spoken | undefined; readonly why: string | undefined }) {
  if (!spoken) {
    return <p class="quiet">{why === undefined ? "The prompt is written again from the log; this takes a moment." : `The prompt is not at hand. ${why || "The log holds its digest only."}`}</p>;
  }
  return <TextView name="Prompt" text={asText(spoken)} before={before && { round: before.round, text: asText(before) }} />;
}

/** A reply's text, from the entry or from the blob beside the log; null while it is fetched, "" where there is none. */
function useReply(source: RunSource, call: CallRecord | undefined): string | null {
  const [found, setFound] = useState<{ sha: string; text: string } | null>(null);
  const sha = call?.reply_sha256;
  useEffect(() => {
    if (!sha) return;
    let left = false;
    source.blob(sha).then(
      (octets) => left || setFound({ sha, text: octets ? new TextDecoder().decode(octets) : "" }),
      () => left || setFound({ sha, text: "" }),
    );
    return () => {
      left = true;
    };
  }, [source, sha]);
  if (!sha) return call?.reply ?? "";
  return found?.sha === sha ? found.text : null;
}

function Answer({ source, call, chosen, menu, earlier }: Pick<CallProps, "source" | "call" | "chosen" | "menu" | "earlier">) {
  const reply = useReply(source, call);
  const before = useReply(source, earlier?.call);
  const choice = call.choice ?? (call.scored && reply ? choiceIn(reply) : null);
  if (choice) return <Choice choice={choice} chosen={chosen} menu={menu.length === choice.options.length ? menu : []} />;
  if (reply === null) return <p class="quiet">Fetching the reply.</p>;
  if (!reply) return <p class="quiet">{call.reply_sha256 ? `The reply lies beside the log (${call.reply_sha256.slice(0, 16)}…) and is not at hand.` : "There is no reply."}</p>;
  return <TextView name="Reply" text={readable(reply)} before={earlier && before ? { round: earlier.round, text: readable(before) } : undefined} />;
}

function Choice({ choice, chosen, menu }: { readonly choice: ChoiceRecord; readonly chosen: number | undefined; readonly menu: readonly string[] }) {
  const probabilities = chances(choice.log_probabilities_e6);
  const orders = (choice.by_order_e6 ?? []).map(chances);
  return (
    <div class="run-choice">
      <strong>Probabilities of the options</strong>
      <div class="scroll" tabindex={0} role="region" aria-label="Probabilities of the options">
        <table>
          <thead>
            <tr>
              <th scope="col">Option</th>
              <th scope="col" class="number">
                Probability
              </th>
              <th scope="col">
                <span class="visually-hidden">Bar</span>
              </th>
              {orders.map((_, index) => (
                <th key={index} scope="col" class="number">
                  order {index + 1}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {choice.options.map((option, index) => (
              <tr key={index} class={index === chosen ? "chosen" : ""}>
                <th scope="row">
                  {option} {menu[index] && menu[index] !== option && <span class="quiet">{menu[index]} </span>}
                  {index === chosen && <span class="run-tag">acted on</span>}
                </th>
                <td class="number">{percent(probabilities[index])}</td>
                <td>
                  <span class="run-bar">
                    <span style={{ width: `${Math.min(100, 100 * (probabilities[index] ?? 0))}%` }} />
                  </span>
                </td>
                {orders.map((order, place) => (
                  <td key={place} class="number">
                    {percent(order[index])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(choice.reasoning ?? []).map((text, index) => (
        <TextView key={index} name={choice.reasoning?.length === 1 ? "Reasoning before it" : `Reasoning ${index + 1}`} text={text} />
      ))}
    </div>
  );
}

const percent = (value: number | undefined): string => (value === undefined ? "" : `${(100 * value).toFixed(1)}%`);
