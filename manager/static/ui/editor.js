// The configuration under the administrator's hands: the draft, and what the manager's check says of it. It outlives the
// pages, so that nothing is lost between them.
import { ask, Refusal } from "./api.js";
import { Draft } from "./draft.js";
import { pathOf, startsWith } from "./key.js";

const PAUSE = 250; // milliseconds without a key, then the check is asked

export class Editor {
  constructor(status, schema) {
    this.status = status;
    this.schema = schema;
    this.may = status.roles.change && status.writable;
    this.outcome = { diagnostics: [], difference: "" };
    this.problem = null; // why a change cannot be made at all
    this.isStale = false; // somebody has published since
    this.view = null; // what is told: { changed(), redraw(focus, orElse), checked() }
    this.watchers = [];
  }

  /** Reads the newest version, and forgets what was changed. */
  async load() {
    const { json, etag } = await ask("GET", "config");
    this.document = json;
    this.etag = etag;
    this.draft = new Draft(json.settings ?? {});
    this.#reset();
    this.check();
  }

  /** Reads the newest version, and makes the same changes to it. @return what carriedTo says */
  async carryOver() {
    const { json, etag } = await ask("GET", "config");
    const carried = this.draft.carriedTo(json.settings ?? {});
    this.document = json;
    this.etag = etag;
    this.draft = carried.draft;
    this.#reset();
    await this.check();
    return carried;
  }

  #reset() {
    this.isStale = false;
    this.problem = null;
    this.outcome = { diagnostics: [], difference: "" };
  }

  /** `tell` is called after every change and every check, as long as the form that it belongs to is shown. */
  watch(tell) {
    this.watchers.push(tell);
    tell();
  }
  tell() {
    for (const each of this.watchers) each();
    this.view?.changed();
  }

  /** Makes a change. `redraw`: the form looks different then; `focus`, `orElse`: selectors of what has the focus after. */
  edit(change, { redraw = false, focus, orElse } = {}) {
    change(this.draft);
    if (redraw) this.view?.redraw(focus, orElse);
    else this.tell();
    this.isWaiting = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), redraw ? 0 : PAUSE);
  }

  undo() {
    this.edit((draft) => draft.undo(), { redraw: true });
  }

  /** Asks what comes of the changes; one question at a time, and the last one for what is newest. */
  check() {
    clearTimeout(this.timer);
    this.isWaiting = true;
    this.wanted = true;
    this.checking ??= this.#checkAll().finally(() => {
      this.checking = null;
    });
    return this.checking;
  }

  async #checkAll() {
    while (this.wanted) {
      this.wanted = false;
      const draft = this.draft;
      try {
        const { json, etag } = await ask("POST", "config/check", { edits: draft.edits() });
        if (this.wanted || draft !== this.draft) continue;
        this.outcome = { ...json, diagnostics: located(json.diagnostics ?? []) };
        this.problem = null;
        this.isStale = etag !== null && etag !== this.etag;
      } catch (problem) {
        if (this.wanted || draft !== this.draft) continue;
        const edit = problem instanceof Refusal ? draft.edits()[problem.body.edit] : undefined;
        if (edit === undefined) {
          this.problem = problem.message;
          continue;
        }
        // one of the changes cannot be made: that is a mistake in its place
        const key = edit.set ?? edit.remove ?? edit.move ?? edit.insert;
        const mistake = { severity: "error", key, message: problem.message };
        this.outcome = { diagnostics: located([mistake]), difference: "" };
        this.problem = null;
      }
    }
    this.isWaiting = false;
    this.tell();
  }

  /** What is wrong at a place and below it. */
  problemsBelow(path) {
    return this.outcome.diagnostics.filter((each) => startsWith(each.path, path));
  }
  count(severity) {
    return this.outcome.diagnostics.filter((each) => each.severity === severity).length;
  }
}

/** Diagnostics with the path of the setting that each is about. */
export const located = (diagnostics) =>
  diagnostics.map((each) => ({ ...each, path: pathOf(each.key) }));
