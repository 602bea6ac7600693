// The page of the versions: who changed what, when and why; what differs; and the way back.
import { ask } from "./api.js";
import { difference } from "./difference.js";
import { field, fill, h, notice, workButton } from "./dom.js";
import { rollBack } from "./review.js";
import { moment, t } from "./words.js";

const AT_ONCE = 50;

export async function open(main, { editor, status }) {
  const heading = [h("h1", { tabindex: "-1" }, t("versions"))];
  if (!status.versions) {
    fill(main, heading, notice("", t("no_versions")));
    return;
  }
  const list = h("ol", { class: "versions", "aria-label": t("versions") });
  const detail = h("section", { class: "card version-detail" });
  const more = h("button", { type: "button", class: "quiet" }, t("show_more"));
  fill(
    main,
    heading,
    h("p", { class: "lead" }, t("versions_text")),
    h("div", { class: "two" }, h("div", { class: "card list" }, list, more), detail),
  );
  let versions = [];
  let shown = 0;

  const show = async (number) => {
    for (const button of list.querySelectorAll("button"))
      button.setAttribute("aria-current", String(Number(button.dataset.version) === number));
    const version = versions.find((each) => each.version === number);
    const index = versions.indexOf(version);
    const before = versions[index + 1]?.version;
    const choice = (id, chosen) => {
      const select = h(
        "select",
        { id, onchange: compare },
        versions.map((each) => h("option", { value: each.version }, `${each.version} · ${each.message}`.slice(0, 60))),
      );
      select.value = String(chosen);
      return select;
    };
    const place = h("div", { class: "loading" });
    async function compare() {
      const { json } = await ask("GET", `config/diff?from=${from.value}&to=${to.value}`);
      fill(place, difference(json.difference));
    }
    const from = choice("from", before ?? number);
    const to = choice("to", number);
    const isNewest = index === 0;
    fill(
      detail,
      h("h2", {}, t("version_number", { version: number })),
      h("p", { class: "why" }, version.message),
      h("p", { class: "muted" }, `${version.author} · ${moment(version.date)}`),
      isNewest
        ? h("p", { class: "good" }, t("is_newest"))
        : editor.may &&
            h(
              "div",
              {},
              workButton({}, t("roll_back"), async () => {
                const { etag } = await ask("GET", "config");
                const done = await rollBack(number, etag, t("roll_back_message", { version: number }));
                if (!done) return;
                if (editor.draft?.size > 0) await editor.check();
                else if (editor.draft) await editor.load();
                await load(done.version);
              }),
            ),
      before === undefined
        ? h("p", { class: "empty" }, t("first_version"))
        : [h("div", { class: "compare" }, field(t("from"), from), field(t("to"), to)), place],
    );
    if (before !== undefined) await compare();
  };

  const draw = () => {
    const next = versions.slice(shown, shown + AT_ONCE);
    list.append(
      ...next.map((each) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "version", "data-version": each.version, onclick: () => show(each.version) },
            h("span", { class: "version-number" }, String(each.version)),
            h(
              "span",
              { class: "version-text" },
              h("span", { class: "why" }, each.message),
              h("span", { class: "muted" }, `${each.author} · ${moment(each.date)}`),
            ),
          ),
        ),
      ),
    );
    shown += next.length;
    more.hidden = shown >= versions.length;
  };
  more.addEventListener("click", draw);

  const load = async (chosen) => {
    versions = (await ask("GET", "config/versions")).json;
    shown = 0;
    fill(list);
    draw();
    if (versions.length > 0) await show(chosen ?? versions[0].version);
  };
  await load();
}
