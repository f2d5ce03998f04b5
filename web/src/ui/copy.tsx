import { useRef, useState } from "preact/hooks";
import "./copy.css";

/** A command to type, with a button that copies it. */
export function Command({ text }: { readonly text: string }) {
  const code = useRef<HTMLElement>(null);
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setSaid("Selected: copy it with Ctrl-C");
    }
  };
  return (
    <div class="command">
      <code ref={code}>{text}</code>
      <button type="button" onClick={() => void copy()} aria-label={`Copy the command ${text}`}>
        Copy
      </button>
      <span class="quiet" role="status">
        {said}
      </span>
    </div>
  );
}
