// The form of a virtual host: its rules and headers in order, and the settings of the table.
import { codeBox, problem, problemsBelow, settingField, settingInput } from "./fields.js";
import { confirm, fill, h, prose } from "./dom.js";
import { keyOf, startsWith } from "./key.js";
import { orderedList } from "./ordered.js";
import { openTableForm } from "./table_form.js";
import { helpOf, t } from "./words.js";

const RULE_BOXES = ["match", "allow", "comment", "level"];

export function hostForm(editor, name) {
  const { draft, schema } = editor;
  const path = ["vhost", name];
  const host = draft.at(path);
  const fields = schema.tables.find((table) => table.name === 'vhost."NAME"')?.fields ?? [];
  const fallback = fields.find((field) => field.name === "default");
  const url =
    typeof host.url === "string"
      ? host.url
      : `${location.protocol}//${name}${location.port ? `:${location.port}` : ""}/`;
  return [
    h(
      "div",
      { class: "form-head" },
      h("h2", { tabindex: "-1" }, h("code", {}, name)),
      h(
        "div",
        { class: "form-actions" },
        h("a", { href: `tester?${new URLSearchParams({ url })}`, "data-page": true }, t("test_host")),
        editor.may &&
          h(
            "button",
            { type: "button", class: "link danger-link", onclick: () => removeHost(editor, name) },
            t("remove_host"),
          ),
      ),
    ),
    rulesPart(editor, path, fallback),
    openTableForm(editor, {
      path: [...path, "headers"],
      title: t("headers"),
      help: t("headers_help"),
      word: "header",
      level: "h3",
    }),
    h(
      "section",
      { class: "card" },
      h("h3", {}, t("host_settings")),
      fields.filter((field) => field !== fallback).map((field) => settingField(editor, field, [...path, field.name])),
    ),
  ];
}

async function removeHost(editor, name) {
  if (await confirm(t("remove_host"), t("remove_host_text", { name }), t("remove"), t("cancel"))) {
    editor.edit((draft) => draft.remove(["vhost", name]));
    editor.open(null);
  }
}

function rulesPart(editor, host, fallback) {
  const { draft, schema } = editor;
  const path = [...host, "rules"];
  const fields = Object.fromEntries(
    (schema.tables.find((table) => table.name === 'vhost."NAME".rules')?.fields ?? []).map((field) => [
      field.name,
      field,
    ]),
  );
  const rules = draft.at(path);
  const list = Array.isArray(rules) ? rules : [];
  const section = h("section", { class: "card rules" });
  const add = () =>
    editor.edit(
      (each) =>
        Array.isArray(rules)
          ? each.insert([...path, list.length], { match: "^/", allow: "deny" })
          : each.set([...path, 0], { match: "^/", allow: "deny" }),
      {
        redraw: true,
        focus: `[data-list='${CSS.escape(keyOf(path))}'] > [data-index='${list.length}'] [data-slot='match']`,
      },
    );
  const items = list.map((rule, i) => ({
    step: i,
    title: typeof rule?.match === "string" ? rule.match : String(i + 1),
    body: ruleBody(editor, fields, [...path, i]),
  }));
  return fill(
    section,
    h("h3", {}, t("rules")),
    h("p", { class: "help" }, prose(t("rules_help"))),
    h(
      "div",
      { class: editor.may ? "rule-titles editable" : "rule-titles", "aria-hidden": "true" },
      h("span", {}, t("match")),
      h("span", {}, t("allow")),
    ),
    orderedList(editor, {
      path,
      label: t("rules"),
      items,
      tail: fallback && defaultBody(editor, fallback, [...host, "default"]),
    }),
    editor.may && h("button", { type: "button", class: "quiet", "data-add": keyOf(path), onclick: add }, t("add_rule")),
  );
}

function ruleBody(editor, fields, path) {
  const number = path.at(-1) + 1;
  const box = (name, more) => {
    const field = fields[name] ?? { name, kind: "text", help: "" };
    const label = `${t(name)}, ${t("rule_number", { number })}`;
    const input = settingInput(editor, field, [...path, name], { "aria-label": label, "data-slot": name, ...more });
    const problems = problemsBelow(editor, input, () => editor.problemsBelow([...path, name]));
    return h("div", { class: `box-${name}` }, input, problems);
  };
  // who may not fill them in needs no empty boxes
  const isShown = (name) => editor.may || editor.draft.at([...path, name]) !== undefined;
  const others = h("div", { class: "problems box-other" });
  editor.watch(() => {
    const ownBoxes = RULE_BOXES.map((name) => [...path, name]);
    fill(
      others,
      editor
        .problemsBelow(path)
        .filter((each) => !ownBoxes.some((own) => startsWith(each.path, own)))
        .map(problem),
    );
  });
  return h(
    "div",
    { class: "rule" },
    box("match"),
    box("allow"),
    ["comment", "level"].filter(isShown).map((name) => box(name, { placeholder: t(name) })),
    others,
  );
}

function defaultBody(editor, field, path) {
  const input = codeBox({
    "data-key": keyOf(path),
    "aria-label": t("default_rule"),
    disabled: !editor.may,
    value: String(editor.draft.at(path) ?? field.default ?? ""),
    title: helpOf(path, field.help),
  });
  input.addEventListener("input", () => editor.edit((draft) => draft.set(path, input.value)));
  return h(
    "div",
    { class: "rule" },
    h("p", { class: "box-match everything" }, t("everything_else")),
    h(
      "div",
      { class: "box-allow" },
      input,
      problemsBelow(editor, input, () => editor.problemsBelow(path)),
    ),
  );
}
