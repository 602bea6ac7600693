// The way from a draft to a version: what is wrong, the difference, why it is made, and what is to be confirmed.
import { ask, Refusal } from "./api.js";
import { difference } from "./difference.js";
import { dialog, facts, field, fill, fresh, h, notice, prose, textBox, toast } from "./dom.js";
import { located } from "./editor.js";
import { moment, t } from "./words.js";

/**
 * A dialog that publishes. `source`: { change(), difference(), diagnostics(), etag() } of what is to be published, the
 * `message` to begin with; after a conflict `carryOver()`, behind a button with `carryLabel`, looks at the newest version,
 * and gives what Draft.carriedTo says of it, or null.
 * @return the version that was published, or undefined
 */
function publishing(title, source) {
  return dialog(
    title,
    (close) => {
      const place = h("div", { class: "review" });
      const message = textBox({
        id: fresh("message"),
        maxlength: "500",
        required: true,
        value: source.message ?? "",
      });
      const state = { refusal: null, acceptsWarnings: false, acceptsLockout: false, isBusy: false, carried: null };

      const tick = (name, label, kind) => {
        const id = fresh("tick");
        return h(
          "div",
          { class: `check ${kind}` },
          h("input", {
            id,
            type: "checkbox",
            checked: state[name],
            onchange: (event) => {
              state[name] = event.target.checked;
              submit.disabled = !isReady();
            },
          }),
          h("label", { for: id }, label),
        );
      };
      let submit = null;
      const diagnostics = () =>
        state.refusal?.body.diagnostics ? located(state.refusal.body.diagnostics) : source.diagnostics();
      const of = (severity) => diagnostics().filter((each) => each.severity === severity);
      const isReady = () =>
        !state.isBusy &&
        of("error").length === 0 &&
        state.refusal?.status !== 409 &&
        (of("warning").length === 0 || state.acceptsWarnings) &&
        (!state.lockout || state.acceptsLockout);

      const draw = () => {
        const errors = of("error");
        const warnings = of("warning");
        const isConflict = state.refusal?.status === 409;
        submit = h("button", { disabled: !isReady() }, t("publish"));
        fill(
          place,
          isConflict && conflict(state.refusal.body),
          state.carried && carried(state.carried),
          state.refusal &&
            !isConflict &&
            errors.length === 0 &&
            !["warnings", "lockout"].includes(state.refusal.body.error) &&
            notice("error", state.refusal.message),
          listOf(t("mistakes"), errors, "error"),
          listOf(t("warnings"), warnings, "warning"),
          !isConflict && [
            h("h3", {}, t("difference")),
            difference(source.difference()),
            h(
              "form",
              { onsubmit: publish },
              field(t("message"), message, h("p", { class: "help" }, t("message_help"))),
              warnings.length > 0 && errors.length === 0 && tick("acceptsWarnings", t("accept_warnings"), "warning"),
              state.lockout &&
                h(
                  "div",
                  { class: "notice error", role: "alert" },
                  h("p", {}, t("lockout")),
                  h("p", {}, state.lockout),
                  tick("acceptsLockout", t("accept_lockout"), ""),
                ),
              h(
                "div",
                { class: "buttons" },
                submit,
                h("button", { type: "button", class: "quiet", onclick: () => close() }, t("go_on_editing")),
              ),
            ),
          ],
        );
      };

      const conflict = ({ newest, difference: theirs, message: text }) =>
        h(
          "section",
          { class: "conflict" },
          notice("error", h("p", {}, t("conflict"))),
          newest
            ? facts([
                [t("version"), String(newest.version)],
                [t("author"), newest.author],
                [t("date"), moment(newest.date)],
                [t("message"), newest.message],
              ])
            : h("p", {}, text),
          h("h3", {}, t("their_difference")),
          difference(theirs ?? ""),
          h(
            "div",
            { class: "buttons" },
            h(
              "button",
              {
                type: "button",
                onclick: async () => {
                  state.carried = await source.carryOver();
                  state.refusal = null;
                  state.acceptsWarnings = false;
                  draw();
                  message.focus();
                },
              },
              source.carryLabel,
            ),
            h("button", { type: "button", class: "quiet", onclick: () => close() }, t("go_on_editing")),
          ),
        );

      const publish = async (event) => {
        event.preventDefault();
        state.isBusy = true;
        submit.disabled = true;
        try {
          const { json } = await ask(
            "PUT",
            "config",
            {
              ...source.change(),
              message: message.value.trim(),
              accept_warnings: state.acceptsWarnings,
              accept_lockout: state.acceptsLockout,
            },
            { "If-Match": source.etag() },
          );
          close(json);
        } catch (problem) {
          state.isBusy = false;
          state.refusal = problem instanceof Refusal ? problem : { message: problem.message, body: {} };
          if (state.refusal.body.error === "lockout")
            state.lockout = /: (.+); accept_lockout/u.exec(problem.message)?.[1] ?? problem.message;
          draw();
          place.querySelector(".notice, .problem, .check input")?.scrollIntoView({ block: "nearest" });
        }
      };

      draw();
      return place;
    },
    { wide: true },
  );
}

const listOf = (title, diagnostics, kind) =>
  diagnostics.length > 0 &&
  h(
    "section",
    { class: `findings ${kind}` },
    h("h3", {}, `${title} (${diagnostics.length})`),
    h(
      "ul",
      {},
      diagnostics
        .slice(0, 100)
        .map((each) => h("li", {}, h("code", {}, each.key), " ", prose(each.message))),
    ),
  );

const carried = ({ lost, both }) =>
  notice(
    lost.length + both.length > 0 ? "error" : "",
    h("p", {}, t("carried")),
    lost.length > 0 && [
      h("p", {}, t("carried_lost")),
      h(
        "ul",
        {},
        lost.map((key) => h("li", {}, h("code", {}, key))),
      ),
    ],
    both.length > 0 && [
      h("p", {}, t("carried_both")),
      h(
        "ul",
        {},
        both.map((key) => h("li", {}, h("code", {}, key))),
      ),
    ],
  );

/** Reviews and publishes the editor's draft. */
export async function review(editor) {
  await editor.check();
  const version = await publishing(t("review"), {
    change: () => ({ edits: editor.draft.edits() }),
    difference: () => editor.outcome.difference,
    diagnostics: () => editor.outcome.diagnostics,
    etag: () => editor.etag,
    carryLabel: t("carry_over"),
    carryOver: async () => {
      const result = await editor.carryOver();
      editor.view?.redraw();
      return result;
    },
  });
  if (version === undefined) return;
  await editor.load();
  editor.view?.redraw();
  toast(t("published", { version: version.version }));
}

/** Goes back to a version. @return the new version, or undefined */
export async function rollBack(number, etag, text) {
  let tag = etag;
  const look = async () => (await ask("POST", "config/check", { version: number })).json;
  let outcome = await look();
  const version = await publishing(t("roll_back_to", { version: number }), {
    message: text,
    change: () => ({ version: number }),
    difference: () => outcome.difference ?? "",
    diagnostics: () => located(outcome.diagnostics ?? []),
    etag: () => tag,
    carryLabel: t("roll_back_all_the_same"),
    carryOver: async () => {
      tag = (await ask("GET", "config")).etag;
      outcome = await look();
      return null;
    },
  });
  if (version !== undefined) toast(t("published", { version: version.version }));
  return version;
}
