// Making and filling elements. Text from anywhere enters a page as text nodes and attributes, by these functions alone.

/**
 * An element. Properties: `class`, attributes (true: present; false, null, undefined: absent), and `on…` listeners.
 * Children: texts, nodes, nested lists of them; what is false, null or undefined is left out.
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  put(element, children);
  return element;
}

function put(parent, children) {
  for (const child of children) {
    if (child === false || child === null || child === undefined) continue;
    if (Array.isArray(child)) put(parent, child);
    else parent.append(child);
  }
}

/** Replaces what `parent` holds. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  put(parent, children);
  return parent;
}

let last = 0;
/** An id that no element has. */
export const fresh = (name) => `${name}-${++last}`;

/** An input for words that are neither prose nor remembered by the browser. */
export const textBox = (properties) =>
  h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...properties });

/** A label above an input, with whatever comes below it. The input has an id. */
export function field(label, input, ...below) {
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, below);
}

/** A table; each cell is a text, a node or a list. On narrow screens each row is a block with the titles beside. */
export function table(titles, rows, { kind = "" } = {}) {
  return h(
    "table",
    { class: `rows ${kind}` },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        titles.map((title) => h("th", { scope: "col" }, title)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map((cells) =>
        h(
          "tr",
          {},
          cells.map((cell, i) => h("td", { "data-label": titles[i] }, cell)),
        ),
      ),
    ),
  );
}

/** Names and values in pairs. */
export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/** Help as the settings table writes it: what stands between backticks is code. */
export function prose(text) {
  return text.split("`").map((part, i) => (i % 2 === 1 ? h("code", {}, part) : part));
}

export function notice(kind, ...children) {
  return h("div", { class: `notice ${kind}`, role: kind === "error" ? "alert" : "status" }, children);
}

/** Tells people who cannot see it. */
export function announce(text) {
  const region = document.getElementById("announcements");
  region.textContent = "";
  region.textContent = text;
}

/** Shows a message at the lower edge for some seconds; those who cannot see it hear it. */
export function toast(text) {
  announce(text);
  const element = h("p", { class: "toast" }, text);
  document.body.append(element);
  setTimeout(() => element.remove(), 6_000);
}

/**
 * A modal dialog. `draw(close)` gives what it holds, below the title. Closing by Escape counts as close(undefined).
 * @return what it was closed with
 */
export function dialog(title, draw, { wide = false } = {}) {
  return new Promise((resolve) => {
    const heading = fresh("dialog");
    const element = h("dialog", { "aria-labelledby": heading, class: wide ? "wide-dialog" : null });
    let answer;
    const close = (value) => {
      answer = value;
      element.close();
    };
    const back = document.activeElement;
    element.addEventListener("close", () => {
      element.remove();
      if (back?.isConnected) back.focus();
      resolve(answer);
    });
    element.append(h("h2", { id: heading, tabindex: "-1" }, title));
    put(element, [draw(close)]);
    document.body.append(element);
    element.showModal();
  });
}

/** Asks before something that cannot be taken back. */
export function confirm(title, text, yes, no) {
  return dialog(title, (close) => [
    h("p", {}, text),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", class: "danger", onclick: () => close(true) }, yes),
      h("button", { type: "button", class: "quiet", onclick: () => close(false) }, no),
    ),
  ]);
}

/** A button that is dead while its work is done. */
export function workButton(properties, label, work) {
  const button = h("button", { type: "button", ...properties }, label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await work();
    } finally {
      button.disabled = false;
    }
  });
  return button;
}
