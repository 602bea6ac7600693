// Where it begins: who this is and what they may, the menu, and the way between the pages.
import { ask, Refusal } from "./api.js";
import { fill, h, notice } from "./dom.js";
import { Editor } from "./editor.js";
import * as configuration from "./configuration.js";
import * as sessions from "./sessions.js";
import * as tester from "./tester.js";
import * as versions from "./versions.js";
import { t } from "./words.js";

const PAGES = [
  { path: "", word: "configuration", page: configuration },
  { path: "versions", word: "versions", page: versions },
  { path: "sessions", word: "sessions", page: sessions },
  { path: "tester", word: "tester", page: tester },
];

const { base } = document.documentElement.dataset;
const root = new URL(base, location.href);
const main = document.getElementById("content");
const menu = document.getElementById("pages");
const app = {};
let leave = null;
let shownPath = null;

const hrefOf = (path) => root.pathname + path;

function drawMenu(current) {
  fill(
    menu,
    PAGES.map((page) =>
      h(
        "a",
        { href: hrefOf(page.path), "data-page": true, "aria-current": page === current ? "page" : null },
        t(page.word),
      ),
    ),
  );
}

async function show({ focus = false } = {}) {
  leave?.();
  leave = null;
  shownPath = location.pathname;
  const page = PAGES.find(({ path }) => hrefOf(path) === location.pathname);
  drawMenu(page);
  document.title = `${t(page.word)} · ${t("manager_title")}`;
  main.dataset.page = "";
  main.setAttribute("aria-busy", "true");
  try {
    leave = (await page.page.open(main, app)) ?? null;
  } catch (problem) {
    fail(problem);
  } finally {
    main.removeAttribute("aria-busy");
  }
  main.dataset.page = page.word;
  if (focus) main.querySelector("h1")?.focus();
}

function fail(problem) {
  if (!(problem instanceof Refusal)) console.error(problem);
  fill(
    main,
    h(
      "section",
      { class: "card narrow" },
      h("h1", { tabindex: "-1" }, t("went_wrong")),
      notice("error", problem.message),
      h("button", { type: "button", onclick: () => location.reload() }, t("load_again")),
    ),
  );
}

function goTo(address) {
  history.pushState(null, "", address);
  scrollTo(0, 0);
  return show({ focus: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-page]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  goTo(link.href);
});
addEventListener("popstate", () => {
  if (location.pathname === shownPath) return; // another place on the same page
  show({ focus: true });
});
addEventListener("beforeunload", (event) => {
  if (app.editor?.draft?.size > 0) event.preventDefault();
});
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  if (!(event.reason instanceof Refusal)) console.error(event.reason);
  main.prepend(notice("error", event.reason.message));
});

async function begin() {
  try {
    const [status, schema] = await Promise.all([ask("GET", "status"), ask("GET", "config/schema")]);
    app.status = status.json;
    app.editor = new Editor(status.json, schema.json);
  } catch (problem) {
    return fail(problem);
  }
  await show();
}
begin();
