// The form of a table with keys of the administrator's choice: macros, groups, exported variables, headers. Order counts.
import { codeBox, problemsBelow } from "./fields.js";
import { fresh, h, prose, textBox } from "./dom.js";
import { keyOf } from "./key.js";
import { orderedList } from "./ordered.js";
import { t } from "./words.js";

// what JavaScript would list before all others, whatever the written order
const isNumber = (name) => /^(?:0|[1-9]\d*)$/u.test(name);

/** @param word  which texts name its parts: "macros", "groups", "exported_variables", "header" */
export function openTableForm(editor, { path, title, help, word, level = "h2" }) {
  const entries = Object.entries(editor.draft.at(path) ?? {});
  const items = entries.map(([name, value]) => ({
    step: name,
    title: name,
    body: entryBody(editor, [...path, name], value, word),
  }));
  return h(
    "section",
    { class: "card" },
    h(level, { tabindex: level === "h2" ? "-1" : null }, title),
    help && h("p", { class: "help" }, prose(help)),
    items.length === 0
      ? h("p", { class: "empty" }, t(`no_${word}`))
      : orderedList(editor, { path, label: title, items, movable: !entries.some(([name]) => isNumber(name)) }),
    editor.may &&
      addForm(
        editor,
        path,
        entries.map(([name]) => name),
        word,
      ),
  );
}

function entryBody(editor, path, value, word) {
  const isTable = value !== null && typeof value === "object" && !Array.isArray(value) && word === "header";
  const place = isTable ? [...path, "value"] : path;
  const text = isTable ? value.value : value;
  const input = codeBox({
    "data-key": keyOf(place),
    "data-slot": "value",
    "aria-label": `${path.at(-1)}: ${t(`${word}_value`)}`,
    disabled: !editor.may || typeof text !== "string",
    value: typeof text === "string" ? text : JSON.stringify(text ?? ""),
  });
  input.addEventListener("input", () => editor.edit((draft) => draft.set(place, input.value)));
  return h(
    "div",
    { class: "entry" },
    h("code", { class: "entry-name" }, path.at(-1)),
    h(
      "div",
      { class: "entry-value" },
      input,
      problemsBelow(editor, input, () => editor.problemsBelow(path)),
      word === "header" && optionalBox(editor, path, value),
    ),
  );
}

/** Whether a header is left out where its value is empty. */
function optionalBox(editor, path, value) {
  const id = fresh("optional");
  const isTable = value !== null && typeof value === "object";
  const box = h("input", {
    id,
    type: "checkbox",
    "data-slot": "optional",
    disabled: !editor.may,
    checked: isTable && value.optional === true,
    onchange: () => {
      // what was typed since counts
      const now = editor.draft.at(path);
      const text = typeof now === "string" ? now : now.value;
      editor.edit((draft) => draft.set(path, box.checked ? { value: text, optional: true } : text), {
        redraw: true,
        focus: `[data-list] [aria-label='${CSS.escape(`${t("optional")}: ${path.at(-1)}`)}']`,
      });
    },
    "aria-label": `${t("optional")}: ${path.at(-1)}`,
  });
  return h("div", { class: "check small" }, box, h("label", { for: id }, t("optional")));
}

function addForm(editor, path, names, word) {
  const nameId = fresh("name");
  const valueId = fresh("value");
  const name = textBox({
    id: nameId,
    class: "code",
    required: true,
    "data-add": keyOf(path),
  });
  const value = textBox({
    id: valueId,
    class: "code",
    required: true,
  });
  const wrong = h("p", { class: "problem error", role: "alert", hidden: true });
  return h(
    "form",
    {
      class: "add-form",
      onsubmit: (event) => {
        event.preventDefault();
        const given = name.value.trim();
        if (names.includes(given)) {
          wrong.textContent = t("is_there", { name: given });
          wrong.hidden = false;
          return;
        }
        editor.edit((draft) => draft.set([...path, given], value.value), {
          redraw: true,
          focus: `[data-add='${CSS.escape(keyOf(path))}']`,
        });
      },
    },
    h("div", { class: "field" }, h("label", { for: nameId }, t(`${word}_name`)), name),
    h("div", { class: "field grows" }, h("label", { for: valueId }, t(`${word}_value`)), value),
    h("button", { class: "quiet" }, t("add")),
    wrong,
  );
}

/** The form of one of the open tables at the top of the file. */
export function peopleForm(editor, table) {
  return openTableForm(editor, {
    path: [table.name],
    title: t(table.name),
    help: t(`${table.name}_help`),
    word: table.name,
  });
}
