// The tree of the configuration on the screen. Only the rows that can be seen are elements, however many there are; the
// tree has the focus, and aria-activedescendant names the row.
import { h } from "./dom.js";
import { rowsOf } from "./outline.js";
import { t } from "./words.js";

const ROW = 34; // pixels; the style sheet gives rows the same height
const BEYOND = 6; // rows that are drawn above and below what can be seen

export class Tree {
  /** @param choose  called with a node when it is chosen */
  constructor(choose, { onSearch } = {}) {
    this.choose = choose;
    this.groups = [];
    this.opened = new Set(["group:hosts"]);
    this.rows = [];
    this.drawn = new Map();
    this.active = 0;
    this.chosen = null;
    this.marks = () => null;
    this.onSearch = onSearch;
    this.search = h("input", {
      id: "search",
      type: "search",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: t("search_hint"),
      "aria-controls": "tree",
      oninput: () => this.refresh(true),
      onkeydown: (event) => this.#leaveSearch(event),
    });
    this.list = h("ul", {
      id: "tree",
      role: "tree",
      tabindex: "0",
      "aria-label": t("configuration"),
      onkeydown: (event) => this.#key(event),
      onclick: (event) => this.#click(event),
      onfocus: () => this.#draw(),
    });
    this.scroller = h("div", { class: "tree-scroll", onscroll: () => this.#draw() }, this.list);
    this.count = h("p", { class: "tree-count", role: "status" });
    this.element = h(
      "div",
      { class: "tree" },
      h("label", { class: "hidden", for: "search" }, t("search")),
      this.search,
      this.count,
      this.scroller,
    );
    new ResizeObserver(() => this.#draw()).observe(this.scroller);
  }

  /** Shows other nodes. `marks(node)` gives "error", "changed" or null for the dot behind a row's label. */
  show(groups, marks) {
    this.groups = groups;
    this.marks = marks;
    this.refresh();
  }

  /** Makes a node the chosen one, opens what it is in, and brings it into view. */
  reveal(id, ancestors) {
    this.chosen = id;
    for (const each of ancestors) this.opened.add(each);
    this.refresh();
    const at = this.rows.findIndex((row) => row.node.id === id);
    if (at >= 0) this.#activate(at);
  }

  refresh(isSearch = false) {
    const search = this.search.value.trim();
    const before = this.rows[this.active]?.node.id;
    this.rows = rowsOf(this.groups, (id) => this.opened.has(id), search);
    const again = this.rows.findIndex((row) => row.node.id === before);
    this.active = isSearch ? 0 : Math.max(0, again);
    if (isSearch) this.scroller.scrollTop = 0;
    const found = this.rows.filter((row) => row.node.kind !== "group").length;
    this.count.textContent = search === "" ? "" : found === 0 ? t("nothing_found") : t("found", { count: found });
    this.#draw();
    this.onSearch?.();
  }

  #draw() {
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / ROW) - BEYOND);
    const past = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / ROW) + BEYOND);
    const shown = [];
    for (let i = first; i < past; ++i) shown.push(i);
    if (this.active < first || this.active >= past) shown.push(this.active); // aria-activedescendant needs it
    this.list.style.height = `${this.rows.length * ROW}px`;
    // a row that looks as before stays the element that it is: it may be just pressed
    const drawn = new Map(
      shown
        .filter((i) => this.rows[i])
        .map((i) => {
          const looks = this.#looksOf(i);
          const old = this.drawn.get(i);
          return [i, old?.looks === looks ? old : { looks, element: this.#row(i) }];
        }),
    );
    for (const [i, { element }] of this.drawn) if (drawn.get(i)?.element !== element) element.remove();
    let next = this.list.firstChild;
    for (const { element } of drawn.values()) {
      if (element === next) next = next.nextSibling;
      else this.list.insertBefore(element, next);
    }
    this.drawn = drawn;
    const active = this.rows[this.active];
    if (active) this.list.setAttribute("aria-activedescendant", `row-${this.active}`);
    else this.list.removeAttribute("aria-activedescendant");
  }

  #looksOf(i) {
    const { node, level, place, siblings, open } = this.rows[i];
    return JSON.stringify([
      node.id,
      node.label,
      node.note,
      node.count,
      level,
      place,
      siblings,
      open,
      this.marks(node),
      node.id === this.chosen,
      i === this.active,
      this.search.value,
    ]);
  }

  #row(i) {
    const { node, level, place, siblings, open } = this.rows[i];
    const mark = this.marks(node);
    const searching = this.search.value.trim() !== "";
    const element = h(
      "li",
      {
        id: `row-${i}`,
        role: "treeitem",
        "aria-level": level,
        "aria-posinset": place,
        "aria-setsize": siblings,
        "aria-expanded": open === undefined ? null : String(open),
        "aria-selected": String(node.id === this.chosen),
        class: [`level-${level}`, `is-${node.kind}`, i === this.active ? "active" : ""].join(" "),
        title: node.note || null,
      },
      h("span", { class: "twisty", "aria-hidden": "true" }, open === undefined ? "" : open ? "▾" : "▸"),
      h("span", { class: "row-label" }, marked(node.label, this.search.value)),
      node.note !== "" && h("span", { class: "row-note" }, marked(node.note, this.search.value)),
      node.count !== undefined &&
        !(searching && node.kind === "group") &&
        h("span", { class: "row-count" }, String(node.count)),
      mark && h("span", { class: `dot ${mark}`, role: "img", "aria-label": t(mark), title: t(mark) }),
    );
    element.style.top = `${i * ROW}px`;
    return element;
  }

  #activate(i) {
    this.active = Math.min(Math.max(0, i), this.rows.length - 1);
    const top = this.active * ROW;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + ROW > scrollTop + clientHeight) this.scroller.scrollTop = top + ROW - clientHeight;
    this.#draw();
  }

  #toggle(row, open) {
    if (row.open === undefined || row.open === open) return;
    if (open) this.opened.add(row.node.id);
    else this.opened.delete(row.node.id);
    this.refresh();
  }

  #pick(row) {
    if (row.node.path === null) this.#toggle(row, !row.open);
    else {
      this.chosen = row.node.id;
      this.choose(row.node);
      this.#draw();
    }
  }

  #click(event) {
    // by its place: the element that was pressed may have been drawn anew before it was let go
    const at = Math.floor((event.clientY - this.list.getBoundingClientRect().top) / ROW);
    const row = this.rows[at];
    if (!row) return;
    this.active = at;
    if (event.target.closest(".twisty") && row.open !== undefined) this.#toggle(row, !row.open);
    else this.#pick(row);
  }

  #leaveSearch(event) {
    if (event.key === "ArrowDown" && this.rows.length > 0) {
      event.preventDefault();
      const first = this.rows.findIndex((row) => row.node.kind !== "group");
      this.list.focus();
      this.#activate(Math.max(0, first));
    } else if (event.key === "Enter") {
      const only = this.rows.find((row) => row.node.path !== null);
      if (only) this.#pick(only);
    }
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = this.rows[this.active];
    if (!row) return;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW) - 1);
    const parent = () => this.rows.findLastIndex((each, i) => i < this.active && each.level < row.level);
    const steps = {
      ArrowDown: () => this.#activate(this.active + 1),
      ArrowUp: () => this.#activate(this.active - 1),
      PageDown: () => this.#activate(this.active + page),
      PageUp: () => this.#activate(this.active - page),
      Home: () => this.#activate(0),
      End: () => this.#activate(this.rows.length - 1),
      ArrowRight: () => (row.open === false ? this.#toggle(row, true) : row.open && this.#activate(this.active + 1)),
      ArrowLeft: () => (row.open ? this.#toggle(row, false) : parent() >= 0 && this.#activate(parent())),
      Enter: () => this.#pick(row),
      " ": () => this.#pick(row),
    };
    const step = steps[event.key];
    if (step) step();
    else if (event.key.length === 1) this.#jump(event.key.toLowerCase());
    else return;
    event.preventDefault();
  }

  /** The next row that begins with a letter. */
  #jump(letter) {
    const begins = (row) => row.node.label.toLowerCase().startsWith(letter);
    const after = this.rows.findIndex((row, i) => i > this.active && begins(row));
    const at = after >= 0 ? after : this.rows.findIndex(begins);
    if (at >= 0) this.#activate(at);
  }
}

/** A text with the words that are searched for marked in it. */
function marked(text, search) {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return text;
  const lower = text.toLowerCase();
  const parts = [];
  let at = 0;
  while (at < text.length) {
    const hits = words.map((word) => ({ word, i: lower.indexOf(word, at) })).filter(({ i }) => i >= 0);
    if (hits.length === 0) break;
    const next = hits.reduce((a, b) => (b.i < a.i || (b.i === a.i && b.word.length > a.word.length) ? b : a));
    parts.push(text.slice(at, next.i), h("mark", {}, text.slice(next.i, next.i + next.word.length)));
    at = next.i + next.word.length;
  }
  return [...parts, text.slice(at)];
}
