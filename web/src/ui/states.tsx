import type { ComponentChildren } from "preact";
import { ApiError } from "../source/api";
import { Command } from "./copy";
import "./states.css";

/** Something is on its way. */
export function Busy({ what }: { readonly what: string }) {
  return (
    <p class="state busy" role="status">
      <span class="dots" aria-hidden="true" /> {what}
    </p>
  );
}

/** Something went wrong: what, what helps, and a way to try it again. */
export function Failed({ what, error, retry }: { readonly what: string; readonly error: unknown; readonly retry?: () => void }) {
  const advice = error instanceof ApiError ? error.advice : "";
  return (
    <div class="state failed" role="alert">
      <p>
        <strong>{what}</strong> {saidBy(error)}
      </p>
      {advice ? <p class="quiet">{advice}</p> : null}
      {retry ? (
        <button type="button" onClick={retry}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

/** There is nothing to show, and why; `command` is what to type next. */
export function Empty({ title, children, command }: { readonly title: string; readonly children?: ComponentChildren; readonly command?: string }) {
  return (
    <div class="state empty">
      <p class="empty-title">{title}</p>
      {children ? <p class="quiet">{children}</p> : null}
      {command ? <Command text={command} /> : null}
    </div>
  );
}

function saidBy(error: unknown): string {
  if (error instanceof TypeError) return "The program that serves this page does not answer. Is it still running?";
  return error instanceof Error ? error.message : String(error);
}
