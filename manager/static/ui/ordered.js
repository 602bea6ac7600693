// A list whose order counts: its items move by the mouse or a finger on their handle, by buttons, and by Alt with the
// arrow keys from anywhere within.
import { announce, h } from "./dom.js";
import { keyOf } from "./key.js";
import { t } from "./words.js";

const EDGE = 60; // pixels from the window's edge at which a drag scrolls

/**
 * @param path   the list's or the table's place
 * @param items  { step, title, body }: the last step of each item's path, what it is called when it moves, and its nodes
 * @param tail   what stands below and does not move
 */
export function orderedList(editor, { path, label, items, tail, movable = true }) {
  const key = keyOf(path);
  const list = h("ol", { class: editor.may ? "ordered editable" : "ordered", "data-list": key, "aria-label": label });
  const slotOf = (element) => element?.closest("[data-slot]")?.dataset.slot ?? "match";

  const move = (from, to, slot) => {
    if (to < 0 || to >= items.length || to === from) return;
    editor.edit((draft) => draft.move([...path, items[from].step], to), {
      redraw: true,
      focus: `[data-list='${CSS.escape(key)}'] > [data-index='${to}'] [data-slot='${slot}']:not([disabled])`,
      orElse: `[data-list='${CSS.escape(key)}'] > [data-index='${to}'] .handle`,
    });
    announce(t("moved", { what: items[from].title, place: to + 1, count: items.length }));
  };

  const remove = (i) => {
    const next = Math.min(i, items.length - 2);
    editor.edit((draft) => draft.remove([...path, items[i].step]), {
      redraw: true,
      focus: `[data-list='${CSS.escape(key)}'] > [data-index='${next}'] [data-slot='remove']`,
      orElse: `[data-add='${CSS.escape(key)}']`,
    });
    announce(t("removed", { what: items[i].title }));
  };

  items.forEach((item, i) => {
    const title = item.title || String(i + 1);
    const button = (slot, sign, word, act, disabled) =>
      h(
        "button",
        {
          type: "button",
          class: "icon",
          "data-slot": slot,
          "aria-label": `${t(word)}: ${title}`,
          title: t(word),
          disabled,
          onclick: act,
        },
        sign,
      );
    const element = h(
      "li",
      {
        class: "item",
        "data-index": i,
        onkeydown: (event) => {
          const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
          if (!event.altKey || step === undefined || !editor.may || !movable) return;
          event.preventDefault();
          move(i, i + step, slotOf(event.target));
        },
      },
      editor.may && movable
        ? h(
            "button",
            {
              type: "button",
              class: "handle",
              "data-slot": "handle",
              "aria-label": `${t("drag")}: ${title}`,
              title: t("drag"),
              onpointerdown: (event) => drag(event, list, i, (to) => move(i, to, "handle")),
            },
            h("span", { "aria-hidden": "true" }, "⠿"),
            h("span", { class: "number", "aria-hidden": "true" }, String(i + 1)),
          )
        : h("span", { class: "handle" }, h("span", { class: "number" }, String(i + 1))),
      h("div", { class: "item-body" }, item.body),
      editor.may &&
        h(
          "div",
          { class: "item-buttons" },
          movable && button("up", "↑", "move_up", () => move(i, i - 1, "up"), i === 0),
          movable && button("down", "↓", "move_down", () => move(i, i + 1, "down"), i === items.length - 1),
          button("remove", "×", "remove", () => remove(i), false),
        ),
    );
    list.append(element);
  });
  if (tail)
    list.append(
      h("li", { class: "item tail" }, h("span", { class: "handle" }), h("div", { class: "item-body" }, tail)),
    );
  return list;
}

/** Follows a pointer from an item's handle; `drop` is called with the place where it was let go. */
function drag(event, list, from, drop) {
  if (event.button !== 0) return;
  const handle = event.currentTarget;
  const items = [...list.querySelectorAll(":scope > [data-index]")];
  const dragged = items[from];
  let to = from;
  const mark = () => {
    for (const each of items) each.classList.remove("drop-above", "drop-below");
    if (to !== from) items[to].classList.add(to < from ? "drop-above" : "drop-below");
  };
  const follow = (moving) => {
    const others = items.filter((each) => each !== dragged);
    to = others.filter((each) => {
      const box = each.getBoundingClientRect();
      return box.top + box.height / 2 < moving.clientY;
    }).length;
    mark();
    if (moving.clientY < EDGE) scrollBy(0, -EDGE / 4);
    else if (moving.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 4);
  };
  const end = (isDropped) => {
    controller.abort();
    dragged.classList.remove("dragged");
    const place = to;
    to = from;
    mark();
    if (isDropped && place !== from) drop(place);
  };
  const controller = new AbortController();
  const { signal } = controller;
  handle.setPointerCapture(event.pointerId);
  dragged.classList.add("dragged");
  handle.addEventListener("pointermove", follow, { signal });
  handle.addEventListener("pointerup", () => end(true), { signal });
  handle.addEventListener("pointercancel", () => end(false), { signal });
  addEventListener("keydown", (pressed) => pressed.key === "Escape" && end(false), { signal });
}
