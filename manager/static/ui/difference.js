// A unified difference on the screen.
import { fill, h } from "./dom.js";
import { t } from "./words.js";

const MOST_LINES = 1_000; // more are shown when they are asked for

const kindOf = (line) => {
  if (line.startsWith("+++") || line.startsWith("---")) return "names";
  return { "+": "added", "-": "removed", "@": "place" }[line[0]] ?? "same";
};

export function difference(text) {
  const lines = text.replace(/\n$/u, "").split("\n");
  if (text.trim() === "") return h("p", { class: "empty" }, t("no_difference"));
  const block = h("div", { class: "difference", tabindex: "0", role: "region", "aria-label": t("difference") });
  const draw = (most) =>
    fill(
      block,
      h(
        "pre",
        {},
        lines.slice(0, most).map((line) => h("span", { class: kindOf(line) }, `${line}\n`)),
      ),
      lines.length > most &&
        h(
          "button",
          { type: "button", class: "quiet", onclick: () => draw(lines.length) },
          t("all_lines", { count: lines.length }),
        ),
    );
  draw(MOST_LINES);
  return block;
}
