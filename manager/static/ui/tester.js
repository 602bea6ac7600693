// The rule tester: who asks, for what, and how the decision comes about.
import { ask, Refusal } from "./api.js";
import { readAttributes } from "./attributes.js";
import { codeBox } from "./fields.js";
import { facts, field, fill, h, notice, table, textBox } from "./dom.js";
import { t } from "./words.js";

const METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];
const WAYS = ["user", "attributes", "nobody"];

export async function open(main, { editor }) {
  const given = new URLSearchParams(location.search);
  const url = textBox({
    id: "url",
    type: "url",
    required: true,
    class: "code",
    placeholder: "https://www.example.com/path?query",
    value: given.get("url") ?? "",
  });
  const method = h(
    "select",
    { id: "method" },
    METHODS.map((name) => h("option", { value: name }, name)),
  );
  const address = textBox({
    id: "ip",
    placeholder: "127.0.0.1",
  });
  const user = textBox({ id: "user" });
  const attributes = codeBox({
    id: "attributes",
    placeholder: "uid = alice\ngroups = staff; admins",
    rows: "3",
    class: "code tall",
    "aria-describedby": "attributes-help",
  });
  const wrong = h("p", { class: "problem error", role: "alert", hidden: true });
  const ofUser = field(t("user"), user, h("p", { class: "help" }, t("user_help")));
  const ofAttributes = field(
    t("attributes"),
    attributes,
    h("p", { id: "attributes-help", class: "help" }, t("attributes_help")),
    wrong,
  );
  let way = "user";
  const choose = (chosen) => {
    way = chosen;
    ofUser.hidden = way !== "user";
    ofAttributes.hidden = way !== "attributes";
    user.required = way === "user";
  };
  const who = h(
    "fieldset",
    {},
    h("legend", {}, t("who_asks")),
    h(
      "div",
      { class: "choices" },
      WAYS.map((each) => {
        const id = `who-${each}`;
        return h(
          "span",
          { class: "choice" },
          h("input", {
            id,
            type: "radio",
            name: "who",
            value: each,
            checked: each === way,
            onchange: () => choose(each),
          }),
          h("label", { for: id }, t(`way_${each}`)),
        );
      }),
    ),
  );
  const answer = h("div", { class: "answer", "aria-live": "polite" });

  const test = async (event) => {
    event.preventDefault();
    const body = { url: url.value, method: method.value };
    if (address.value.trim() !== "") body.ip = address.value.trim();
    if (way === "user") body.user = user.value.trim();
    wrong.hidden = true;
    attributes.removeAttribute("aria-invalid");
    if (way === "attributes") {
      const read = readAttributes(attributes.value);
      if (read.wrong !== undefined) {
        wrong.textContent = t("wrong_attributes", { line: read.wrong });
        wrong.hidden = false;
        attributes.setAttribute("aria-invalid", "true");
        attributes.focus();
        return;
      }
      body.attributes = read.attributes;
    }
    try {
      fill(answer, explanation((await ask("POST", "explain", body)).json));
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      fill(
        answer,
        notice(
          "error",
          problem.status === 404 && way === "user" ? t("nobody_of_that_name", { user: body.user }) : problem.message,
        ),
      );
    }
  };

  choose(way);
  fill(
    main,
    h("h1", { tabindex: "-1" }, t("tester")),
    h("p", { class: "lead" }, t("tester_text")),
    editor.draft?.size > 0 && notice("", t("tester_published")),
    h(
      "form",
      { class: "card tester", onsubmit: test },
      h(
        "div",
        { class: "request" },
        field(t("method"), method),
        field(t("url"), url),
        field(t("client_address"), address),
      ),
      who,
      ofUser,
      ofAttributes,
      h("div", { class: "buttons" }, h("button", {}, t("ask"))),
    ),
    answer,
  );
}

function explanation(json) {
  const isOpen = json.status === 200;
  const kind = isOpen ? "allow" : json.verdict === "authenticate" || json.status === 302 ? "authenticate" : "deny";
  return [
    h(
      "section",
      { class: `card verdict ${kind}` },
      h(
        "h2",
        {},
        t("verdict"),
        " ",
        h("strong", {}, json.verdict),
        " ",
        h("span", { class: "muted" }, `(${json.status})`),
      ),
      h("p", {}, json.virtual_host === "" ? t("no_host") : json.flaw ? json.flaw : t(`verdict_${kind}`)),
      json.error && notice("error", json.error),
      facts([
        [t("host"), json.virtual_host || "–"],
        [t("path"), h("code", {}, json.path)],
        [t("query"), h("code", {}, json.query || "–")],
        [t("user"), json.user || t("way_nobody")],
      ]),
    ),
    json.remarks?.length > 0 &&
      h(
        "section",
        { class: "card" },
        h("h3", {}, t("remarks")),
        h(
          "ul",
          {},
          json.remarks.map((remark) => h("li", {}, remark)),
        ),
      ),
    json.rules.length > 0 &&
      h("section", { class: "card" }, h("h3", {}, t("rules_tried")), h("ol", { class: "tried" }, json.rules.map(rule))),
    json.headers.length > 0 &&
      h(
        "section",
        { class: "card" },
        h("h3", {}, t("headers")),
        table(
          [t("header_name"), t("value"), t("header_value")],
          json.headers.map((header) => [
            h("code", {}, header.name),
            header.failure
              ? h("span", { class: "bad" }, `${t("not_sent")}: ${header.failure}`)
              : h("code", {}, header.value),
            h("code", {}, header.expression),
          ]),
        ),
      ),
  ];
}

const rule = ({ match, matched, condition, comment, steps }) =>
  h(
    "li",
    { class: matched ? "applies" : "passed" },
    h(
      "p",
      { class: "tried-rule" },
      h("span", { class: "tag" }, matched ? t("applies") : t("no_match")),
      " ",
      h("code", {}, match === "default" ? t("everything_else") : match),
      " → ",
      h("code", {}, condition),
    ),
    comment && h("p", { class: "muted" }, comment),
    steps.length > 0 &&
      table(
        [t("operand"), t("value")],
        steps.map((step) => [
          h("code", {}, step.source),
          step.value === "" ? h("span", { class: "muted" }, t("empty")) : h("code", {}, String(step.value)),
        ]),
      ),
  );
