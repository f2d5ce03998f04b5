import { computed, signal } from "@preact/signals";
import { ApiError } from "../source/api";
import { ask, type Checked, type Examined, type Finding, type Institution, type Opened, type Steps } from "./answers";
import { listed } from "./findings";
import { Latest, Pause } from "./latest";

/** After so long without a key the text is examined, in milliseconds. */
const PAUSE = 300;

/** What is to be decided before a text can be saved. */
export type Question = { readonly kind: "draft" | "conflict"; readonly message: string };

/** The file that is edited, its text as it is now, and what is known of it. It lives as long as the page does. */
export class Session {
  readonly opened = signal<Opened | null>(null);
  readonly text = signal("");
  readonly saved = signal("");
  readonly examined = signal<Examined | null>(null);
  /** The last text that could be read: its graph and words stay while a fault is mended. */
  readonly institution = signal<Institution | null>(null);
  readonly checked = signal<Checked | null>(null);
  readonly checking = signal(false);
  readonly failed = signal<unknown>(null);
  readonly said = signal("");
  readonly question = signal<Question | null>(null);
  readonly saving = signal(false);
  readonly played = signal<Steps | null>(null);
  readonly chosen = signal<Finding | null>(null);
  readonly unsaved = computed(() => this.text.value !== this.saved.value || (this.opened.value?.is_new ?? false));
  readonly findings = computed(() => listed(this.examined.value, this.checked.value));
  #digest = "";
  readonly #examining = new Latest();
  readonly #tried = new Latest();
  readonly #pause = new Pause(PAUSE, () => void this.examine());

  /** Load what stands in the file now; a text that was not saved is given up. */
  async load(): Promise<void> {
    this.failed.value = null;
    try {
      const opened = await ask.opened();
      this.#digest = opened.digest;
      this.opened.value = opened;
      this.text.value = opened.text;
      this.saved.value = opened.text;
      this.question.value = null;
      this.said.value = "";
      await this.examine();
    } catch (error) {
      this.failed.value = error;
    }
  }

  /** The text was changed in the editor. */
  typed(text: string): void {
    if (text === this.text.value) return;
    this.text.value = text;
    this.said.value = "";
    this.question.value = null;
    this.#pause.again();
  }

  async examine(): Promise<void> {
    this.#pause.stop();
    this.#tried.forget();
    this.checking.value = false;
    const text = this.text.value;
    try {
      const found = await this.#examining.of((stop) => ask.examined(text, stop));
      if (!found) return;
      if ("superseded" in found) {
        this.#pause.again();
        return;
      }
      this.failed.value = null;
      this.examined.value = found;
      this.checked.value = null;
      this.chosen.value = null;
      if (!found.valid) return;
      this.institution.value = found;
      await this.#check(text);
    } catch (error) {
      this.failed.value = error;
    }
  }

  async #check(text: string): Promise<void> {
    this.checking.value = true;
    try {
      const found = await this.#tried.of((stop) => ask.checked(text, stop));
      if (!found) return;
      this.checking.value = false;
      if (found.state !== "superseded") this.checked.value = found;
    } catch (error) {
      this.checking.value = false;
      throw error;
    }
  }

  async save(draft = false): Promise<void> {
    const opened = this.opened.value;
    if (!opened || opened.refusal || this.saving.value || !this.unsaved.value) return;
    this.saving.value = true;
    this.question.value = null;
    const text = this.text.value;
    try {
      const { digest } = await ask.save(text, this.#digest, draft);
      this.#digest = digest;
      this.saved.value = text;
      this.opened.value = { ...opened, digest, is_new: false };
      this.said.value = `Saved to ${opened.path}`;
      this.failed.value = null;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) this.question.value = { kind: "conflict", message: error.message };
      else if (error instanceof ApiError && error.status === 422) this.question.value = { kind: "draft", message: error.message };
      else this.failed.value = error;
    } finally {
      this.saving.value = false;
    }
  }

  /** Save over what somebody else wrote meanwhile. */
  async saveOver(): Promise<void> {
    try {
      this.#digest = (await ask.opened()).digest;
      await this.save();
    } catch (error) {
      this.failed.value = error;
    }
  }
}

export const session = new Session();
