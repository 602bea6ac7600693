// The page of the configuration: the tree, the form of what is chosen in it, and the bar of changes not yet published.
import { dialog, facts, field, fill, h, notice, prose, textBox, workButton } from "./dom.js";
import { settingField } from "./fields.js";
import { hostForm } from "./host_form.js";
import { keyOf, pathOf, startsWith } from "./key.js";
import { outline } from "./outline.js";
import { review } from "./review.js";
import { peopleForm } from "./table_form.js";
import { Tree } from "./tree.js";
import { helpOf, t } from "./words.js";

export async function open(main, { editor, status }) {
  if (!editor.draft) await editor.load();
  const page = new Page(editor, status);
  fill(main, h("h1", { class: "hidden", tabindex: "-1" }, t("configuration")), page.element);
  page.openHash();
  const go = () => page.openHash();
  addEventListener("hashchange", go);
  return () => {
    removeEventListener("hashchange", go);
    editor.view = null;
    editor.watchers = [];
  };
}

class Page {
  constructor(editor, status) {
    this.editor = editor;
    this.status = status;
    this.path = [];
    this.tree = new Tree((node) => this.open(node.path));
    this.form = h("div", { class: "form" });
    this.bar = h("div", { class: "pending", role: "region", "aria-label": t("changes") });
    const back = h(
      "a",
      { class: "back", href: "#", onclick: (event) => (event.preventDefault(), this.open(null)) },
      `‹ ${t("all_settings")}`,
    );
    const side = h(
      "div",
      { class: "side" },
      this.tree.element,
      editor.may && h("button", { type: "button", class: "quiet", onclick: () => this.#addHost() }, t("add_host")),
    );
    this.element = h(
      "div",
      { class: "editor" },
      side,
      h("div", { class: "detail" }, back, this.#whyReadOnly(), this.form),
      this.bar,
    );
    editor.view = { changed: () => this.#drawAround(), redraw: (...focus) => this.#redraw(...focus) };
    editor.open = (path) => this.open(path);
  }

  #whyReadOnly() {
    if (this.editor.may) return null;
    return notice("", h("p", {}, this.status.roles.change ? prose(t("read_only")) : t("no_change_role")));
  }

  /** Shows the form of a place; null: the overview. */
  open(path) {
    const hash = path === null ? "" : `#${encodeURI(keyOf(path))}`;
    if (location.hash !== hash) history.pushState(null, "", hash === "" ? location.pathname : hash);
    this.openHash(true);
  }

  openHash(focus = false) {
    this.path = pathOf(decode(location.hash.slice(1)));
    this.#redraw();
    const chosen = this.path.length === 0 ? "" : keyOf(this.path);
    const ancestors = this.path.map((_, i) => keyOf(this.path.slice(0, i + 1))).slice(0, -1);
    this.tree.reveal(chosen, [...this.#groupOf(), ...ancestors]);
    if (!focus) return;
    const target = this.#target();
    if (target) {
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: "center" });
      return;
    }
    scrollTo(0, 0);
    // on a narrow screen the tree has just gone
    if (!this.tree.list.checkVisibility()) this.form.querySelector("h2")?.focus();
  }

  #groupOf() {
    if (this.path.length === 0) return [];
    if (this.path[0] === "vhost") return ["group:hosts"];
    return this.editor.schema.open_tables.some((table) => table.name === this.path[0])
      ? ["group:people"]
      : ["group:settings"];
  }

  /** What stands in the form for the chosen place, when that is a part of what the form is for. */
  #target() {
    const exact = this.form.querySelector(`[data-key='${CSS.escape(keyOf(this.path))}']`);
    if (exact) return exact;
    const inside = [...this.form.querySelectorAll("[data-key]")].find((each) =>
      startsWith(pathOf(each.dataset.key), this.path),
    );
    return this.path.length > 2 ? inside : null;
  }

  #redraw(focus, orElse) {
    this.editor.watchers = [];
    this.element.classList.toggle("has-choice", this.path.length > 0);
    fill(this.form, this.#draw());
    this.#drawAround();
    const find = (selector) => selector && this.form.querySelector(selector);
    (find(focus) ?? find(orElse))?.focus();
  }

  #draw() {
    const { editor, path } = this;
    if (path.length === 0) return this.#overview();
    if (path[0] === "vhost" && path.length > 1) {
      return typeof editor.draft.at(path.slice(0, 2)) === "object" ? hostForm(editor, path[1]) : this.#nothing();
    }
    const open = editor.schema.open_tables.find((table) => table.name === path[0]);
    if (open) return peopleForm(editor, open);
    const fits = (table) => !table.name.startsWith("vhost.") && startsWith(path, table.name.split("."));
    const table = editor.schema.tables.filter(fits).toSorted((a, b) => b.name.length - a.name.length)[0];
    if (!table) return this.#nothing();
    const place = table.name.split(".");
    return h(
      "section",
      { class: "card" },
      h("h2", { tabindex: "-1" }, h("code", {}, `[${table.name}]`)),
      h("p", { class: "help" }, prose(helpOf(place, table.help))),
      table.fields.map((each) => settingField(editor, each, [...place, each.name])),
    );
  }

  #nothing() {
    return h("p", { class: "empty" }, t("nothing_here"));
  }

  #overview() {
    const { editor, status } = this;
    const state = (part) =>
      part?.ok ? t("answers") : h("span", { class: "bad" }, part?.detail ?? t("does_not_answer"));
    const hosts = Object.keys(editor.draft.at(["vhost"]) ?? {}).length;
    return [
      status.refused.length > 0 &&
        notice(
          "error",
          h("p", {}, t("refused")),
          h(
            "ul",
            {},
            status.refused.map((each) => h("li", {}, h("code", {}, each.key), " ", each.message)),
          ),
        ),
      h(
        "section",
        { class: "card" },
        h("h2", {}, t("overview")),
        h("p", { class: "help" }, t("overview_text")),
        facts([
          [t("origin"), h("code", {}, status.origin)],
          [
            t("version"),
            h("code", {}, status.versions ? editor.document.version.split("-")[0] : editor.document.version),
          ],
          [t("hosts"), String(hosts)],
          [t("store"), state(status.store)],
          [t("directory"), state(status.directory)],
        ]),
      ),
      h("section", { class: "card" }, h("h3", {}, t("findings")), (this.findings = h("div", {}))),
    ];
  }

  #drawFindings() {
    if (!this.findings?.isConnected) return;
    const all = this.editor.outcome.diagnostics;
    const row = (each) =>
      h(
        "li",
        { class: each.severity },
        each.path.length > 0
          ? h(
              "a",
              {
                href: `#${encodeURI(keyOf(each.path))}`,
                onclick: (event) => (event.preventDefault(), this.open(each.path)),
              },
              h("code", {}, keyOf(each.path)),
            )
          : null,
        " ",
        prose(each.message),
      );
    fill(
      this.findings,
      all.length === 0
        ? h("p", { class: "empty" }, this.editor.isWaiting ? t("checking") : t("no_findings"))
        : h("ul", { class: "finding-list" }, all.slice(0, 100).map(row)),
      all.length > 100 && h("p", {}, t("and_more", { count: all.length - 100 })),
    );
  }

  #drawAround() {
    const { editor } = this;
    const wrong = new Set();
    for (const each of editor.outcome.diagnostics) {
      if (each.severity === "error") each.path.forEach((_, i) => wrong.add(keyOf(each.path.slice(0, i + 1))));
    }
    if (this.shown !== editor.draft.settings) {
      this.shown = editor.draft.settings;
      this.groups = outline(editor.schema, editor.draft.settings, {
        settings: t("settings"),
        people: t("people"),
        hosts: t("hosts"),
        macros: t("macros"),
        groups: t("groups"),
        exported_variables: t("exported_variables"),
      });
    }
    this.tree.show(
      this.groups,
      (node) =>
        node.path &&
        (wrong.has(node.id) ? "error" : editor.draft.size > 0 && editor.draft.isChanged(node.path) ? "changed" : null),
    );
    this.#drawBar();
    this.#drawFindings();
  }

  #drawBar() {
    const { editor } = this;
    const { size } = editor.draft;
    this.bar.hidden = size === 0 && !editor.isStale;
    if (this.bar.hidden) return void fill(this.bar);
    const errors = editor.count("error");
    const warnings = editor.count("warning");
    const text = [
      size > 0 && h("strong", {}, size === 1 ? t("one_change") : t("many_changes", { count: size })),
      editor.problem
        ? h("span", { class: "bad" }, editor.problem)
        : editor.isWaiting
          ? h("span", { class: "muted" }, t("checking"))
          : errors > 0
            ? h("span", { class: "bad" }, errors === 1 ? t("one_mistake") : t("many_mistakes", { count: errors }))
            : warnings > 0
              ? h("span", {}, warnings === 1 ? t("one_warning") : t("many_warnings", { count: warnings }))
              : h("span", { class: "good" }, t("no_mistake")),
      editor.isStale && h("span", { class: "bad" }, t("stale")),
    ];
    // buttons stay as they are while their words do, so that the focus does
    const wanted = `${size > 0}/${editor.isStale}`;
    if (this.bar.dataset.buttons !== wanted || !this.bar.firstChild) {
      this.bar.dataset.buttons = wanted;
      this.barText = h("p", { class: "pending-text", role: "status" });
      fill(
        this.bar,
        this.barText,
        h(
          "div",
          { class: "buttons" },
          size > 0 && h("button", { type: "button", class: "quiet", onclick: () => editor.undo() }, t("undo")),
          size > 0 && h("button", { type: "button", class: "quiet", onclick: () => this.#discard() }, t("discard")),
          editor.isStale &&
            workButton({ class: size > 0 ? "quiet" : "" }, size > 0 ? t("carry_over") : t("load_newest"), () =>
              this.#renew(),
            ),
          size > 0 && workButton({ id: "review" }, t("review_short"), () => review(editor)),
        ),
      );
    }
    fill(this.barText, text);
  }

  async #renew() {
    if (this.editor.draft.size > 0) await this.editor.carryOver();
    else await this.editor.load();
    this.#redraw();
  }

  async #discard() {
    const yes = await dialog(t("discard"), (close) => [
      h("p", {}, t("discard_text")),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "danger", onclick: () => close(true) }, t("discard")),
        h("button", { type: "button", class: "quiet", onclick: () => close(false) }, t("go_on_editing")),
      ),
    ]);
    if (!yes) return;
    await this.editor.load();
    this.#redraw();
  }

  async #addHost() {
    const { editor } = this;
    const name = await dialog(t("add_host"), (close) => {
      const input = textBox({
        id: "new-host",
        class: "code",
        required: true,
        placeholder: "www.example.com",
      });
      const wrong = h("p", { class: "problem error", role: "alert", hidden: true });
      return h(
        "form",
        {
          onsubmit: (event) => {
            event.preventDefault();
            const given = input.value.trim().toLowerCase();
            if (editor.draft.at(["vhost", given]) === undefined) return close(given);
            wrong.textContent = t("is_there", { name: given });
            wrong.hidden = false;
          },
        },
        field(t("host_name"), input, h("p", { class: "help" }, prose(t("host_name_help")))),
        wrong,
        h(
          "div",
          { class: "buttons" },
          h("button", {}, t("add")),
          h("button", { type: "button", class: "quiet", onclick: () => close() }, t("cancel")),
        ),
      );
    });
    if (!name) return;
    editor.edit((draft) => draft.set(["vhost", name, "default"], "accept"));
    this.open(["vhost", name]);
  }
}

function decode(text) {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}
