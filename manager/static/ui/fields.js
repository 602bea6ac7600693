// Forms drawn from the settings table: one setting each, with its help, its default and what is wrong with it.
import { fill, fresh, h, prose } from "./dom.js";
import { keyOf } from "./key.js";
import { helpOf, phrase, t } from "./words.js";

const WRITTEN_AS_CODE = new Set(["rule", "expression", "regular expression", "text with an expression"]);
const isList = (field) => field.type === "list";
const isNumber = (field) => field.type === "number";

/** What is wrong at a place, below whatever input stands for it. The editor keeps it up to date. */
export function problemsBelow(editor, input, ofWhom) {
  const id = fresh("problems");
  const place = h("div", { id, class: "problems" });
  const described = input.getAttribute("aria-describedby");
  editor.watch(() => {
    const problems = ofWhom();
    const isWrong = problems.some((each) => each.severity === "error");
    if (isWrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    const by = [described, problems.length > 0 && id].filter(Boolean).join(" ");
    if (by) input.setAttribute("aria-describedby", by);
    else input.removeAttribute("aria-describedby");
    const text = problems.map((each) => each.severity + each.message).join("\n");
    if (place.dataset.text === text) return;
    place.dataset.text = text;
    fill(place, problems.map(problem));
  });
  return place;
}

export function problem(each) {
  return h(
    "p",
    { class: `problem ${each.severity}` },
    h("span", { class: "problem-kind" }, each.severity === "error" ? t("mistake") : t("warning")),
    " ",
    prose(each.message),
  );
}

/** A box that is as high as its text. */
export function codeBox(properties) {
  const box = h("textarea", {
    rows: "1",
    class: "code",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    ...properties,
  });
  const fit = () => {
    // where the style sheet's field-sizing is not known
    box.rows = box.value.split("\n").reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / 44)), 0);
  };
  if (!CSS.supports("field-sizing", "content")) {
    box.addEventListener("input", fit);
    fit();
  }
  return box;
}

const defaultOf = (field) => {
  if (field.default === undefined || field.default === null) return phrase(field.default_text ?? "");
  if (Array.isArray(field.default)) return field.default.join(", ");
  return String(field.default);
};

const hasLiteralDefault = (field) => field.default !== undefined && field.default !== null;

function select(editor, field, path, properties) {
  const words = field.choices ?? ["true", "false"];
  const value = editor.draft.at(path);
  const byDefault = defaultOf(field);
  const box = h(
    "select",
    {
      ...properties,
      onchange: () => {
        if (box.value === "") editor.edit((draft) => draft.remove(path));
        else editor.edit((draft) => draft.set(path, field.choices ? box.value : box.value === "true"));
      },
    },
    h("option", { value: "" }, byDefault === "" ? t("by_default") : t("default_is", { value: plain(byDefault) })),
    words.map((word) => h("option", { value: word }, field.choices ? word : t(word))),
  );
  if (value !== undefined && !words.includes(String(value)))
    box.append(h("option", { value: String(value) }, String(value)));
  box.value = value === undefined ? "" : String(value);
  return box;
}

const plain = (text) => text.replaceAll("`", "");

/** What a setting holds as the text in its box, and a text as what it is to hold (undefined: nothing). */
function conversion(field) {
  if (isList(field)) {
    return {
      show: (value) => (Array.isArray(value) ? value.join("\n") : String(value)),
      read: (text) =>
        text
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
    };
  }
  if (isNumber(field)) {
    return {
      show: String,
      read: (text) => (text.trim() === "" ? undefined : /^-?\d{1,15}$/u.test(text.trim()) ? Number(text) : text),
    };
  }
  return {
    show: String,
    read: (text) => (text === "" && !(hasLiteralDefault(field) && field.default !== "") ? undefined : text),
  };
}

/**
 * The input of one setting.
 * @param properties  attributes for it, as `aria-label`
 */
export function settingInput(editor, field, path, properties = {}) {
  const value = editor.draft.at(path);
  const common = {
    id: fresh("setting"),
    "data-key": keyOf(path),
    disabled: !editor.may,
    autocomplete: "off",
    ...properties,
  };
  if (value !== null && typeof value === "object" && !(Array.isArray(value) && isList(field))) {
    return codeBox({ ...common, disabled: true, value: JSON.stringify(value) });
  }
  if (field.choices || field.type === "boolean") return select(editor, field, path, common);
  const { show, read } = conversion(field);
  const shown = value ?? (hasLiteralDefault(field) && !properties.placeholder ? field.default : undefined);
  const box =
    isList(field) || WRITTEN_AS_CODE.has(field.kind)
      ? codeBox({ ...common, value: shown === undefined ? "" : show(shown) })
      : h("input", {
          ...common,
          type: "text",
          spellcheck: "false",
          inputmode: isNumber(field) ? "numeric" : null,
          placeholder:
            properties.placeholder ?? (hasLiteralDefault(field) ? null : plain(phrase(field.default_text ?? ""))),
          value: shown === undefined ? "" : show(shown),
        });
  box.addEventListener("input", () => {
    const next = read(box.value);
    editor.edit((draft) =>
      next === undefined ? draft.at(path) !== undefined && draft.remove(path) : draft.set(path, next),
    );
  });
  return box;
}

/** A setting with its label, help and default, and whether it was changed. */
export function settingField(editor, field, path) {
  const help = fresh("help");
  const input = settingInput(editor, field, path, { "aria-describedby": help });
  const tag = h("span", { class: "tag" });
  const reset =
    editor.may &&
    !field.required &&
    h(
      "button",
      {
        type: "button",
        class: "link",
        onclick: () =>
          editor.edit((draft) => draft.remove(path), {
            redraw: true,
            focus: `[data-key='${CSS.escape(keyOf(path))}']`,
          }),
      },
      t("reset"),
    );
  editor.watch(() => {
    const isSet = editor.draft.at(path) !== undefined;
    const isChanged = editor.draft.isChanged(path);
    tag.textContent = isChanged ? t("changed") : isSet ? "" : t("default");
    tag.className = isChanged ? "tag is-changed" : "tag";
    tag.hidden = !isChanged && isSet;
    if (reset) reset.hidden = !isSet;
  });
  const hints = [
    field.choices ? null : phrase(field.kind),
    field.range && phrase(field.range),
    field.required
      ? t("required")
      : defaultOf(field) === ""
        ? null
        : [
            t("default_is", { value: "" }),
            prose(hasLiteralDefault(field) ? `\`${defaultOf(field)}\`` : defaultOf(field)),
          ],
    isList(field) ? t("one_a_line") : null,
  ].filter(Boolean);
  return h(
    "div",
    { class: "setting" },
    h("div", { class: "setting-name" }, h("label", { for: input.id }, h("code", {}, field.name)), tag),
    h(
      "div",
      { class: "setting-value" },
      input,
      problemsBelow(editor, input, () => editor.problemsBelow(path)),
      h(
        "div",
        { id: help, class: "help" },
        h("p", {}, prose(helpOf(path, field.help))),
        h(
          "p",
          { class: "hints" },
          hints.flatMap((hint, i) => (i === 0 ? [hint] : [" · ", hint])),
        ),
      ),
      reset,
    ),
  );
}
