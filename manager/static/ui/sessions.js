// The page of the live sessions: find them by user, address and age, look at one, end one or all of a user.
import { ask, Refusal, withQuery } from "./api.js";
import { confirm, dialog, facts, field, fill, h, notice, table, textBox, toast, workButton } from "./dom.js";
import { age, moment, t } from "./words.js";

const AGES = [
  ["", ""],
  ["newer", "1h"],
  ["newer", "1d"],
  ["older", "1h"],
  ["older", "8h"],
  ["older", "1d"],
];

export async function open(main, { status }) {
  const given = new URLSearchParams(location.search);
  const user = textBox({
    id: "user",
    value: given.get("user") ?? "",
  });
  const address = textBox({
    id: "address",
    value: given.get("address") ?? "",
  });
  const ages = h(
    "select",
    { id: "age" },
    AGES.map(([kind, duration]) =>
      h(
        "option",
        { value: `${kind}=${duration}` },
        kind === "" ? t("any_age") : t(kind, { duration: t(`duration_${duration}`) }),
      ),
    ),
  );
  const asked = AGES.find(([kind, duration]) => kind !== "" && given.get(kind) === duration);
  if (asked) ages.value = asked.join("=");
  const answer = h("div", { class: "answer" });

  const filters = () => {
    const [kind, duration] = ages.value.split("=");
    return { user: user.value.trim(), address: address.value.trim(), ...(kind === "" ? {} : { [kind]: duration }) };
  };

  const look = async () => {
    const asks = filters();
    history.replaceState(null, "", withQuery(location.pathname, asks));
    let sessions = [];
    let cursor = "";
    const next = async () => {
      const { json } = await ask("GET", withQuery("sessions", { ...asks, cursor }));
      sessions = [...sessions, ...json.sessions];
      cursor = json.cursor ?? "";
    };
    const draw = () =>
      fill(
        answer,
        h(
          "div",
          { class: "found" },
          h(
            "p",
            { role: "status" },
            sessions.length === 0
              ? t("no_session")
              : t(cursor === "" ? (sessions.length === 1 ? "one_session" : "sessions_found") : "sessions_so_far", {
                  count: sessions.length,
                }),
          ),
          status.roles.sessions &&
            asks.user !== "" &&
            sessions.some((each) => each.user === asks.user) &&
            workButton({ class: "danger" }, t("end_all", { user: asks.user }), () => endAll(asks.user)),
        ),
        sessions.length > 0 &&
          h(
            "div",
            { class: "card list" },
            table(
              [t("user"), t("address"), t("since"), t("seen"), t("browser"), ""],
              sessions.map((each) => [
                h("strong", {}, each.user),
                each.address,
                moment(each.created),
                age(each.seen),
                h("span", { class: "agent", title: each.user_agent }, each.user_agent),
                h(
                  "div",
                  { class: "row-buttons" },
                  workButton({ class: "quiet", "aria-label": `${t("look_at")}: ${each.user}` }, t("look_at"), () =>
                    lookAt(each),
                  ),
                  status.roles.sessions &&
                    workButton({ class: "quiet", "aria-label": `${t("end")}: ${each.user}` }, t("end"), () =>
                      endOne(each),
                    ),
                ),
              ]),
              { kind: "sessions" },
            ),
          ),
        cursor !== "" &&
          workButton({ class: "quiet" }, t("show_more"), async () => {
            await next();
            draw();
          }),
      );

    try {
      await next();
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      fill(answer, notice("error", problem.message));
      return;
    }
    draw();

    async function endOne(session) {
      const text = t("end_text", { user: session.user, address: session.address, since: moment(session.created) });
      if (!(await confirm(t("end_title"), text, t("end"), t("cancel")))) return;
      await ended(`sessions/${encodeURIComponent(session.id)}`);
    }
    async function endAll(name) {
      if (!(await confirm(t("end_all", { user: name }), t("end_all_text", { user: name }), t("end_them"), t("cancel"))))
        return;
      await ended(withQuery("sessions", { user: name }));
    }
    async function ended(path) {
      const { json } = await ask("DELETE", path);
      toast(json.ended === 1 ? t("ended_one") : t("ended", { count: json.ended ?? 0 }));
      await look();
    }
    async function lookAt(session) {
      const { json } = await ask("GET", `sessions/${encodeURIComponent(session.id)}`);
      await dialog(
        t("session_of", { user: session.user }),
        (close) => [
          facts(
            [
              [t("user"), json.user],
              [t("address"), json.address],
              [t("browser"), json.user_agent],
              [t("since"), moment(json.created)],
              [t("seen"), `${moment(json.seen)} (${age(json.seen)})`],
              [t("ends"), moment(json.ends)],
              [t("ends_unless_used"), moment(json.ends_unless_used)],
              json.read_anew && [t("read_anew"), t("true")],
              ...Object.entries(json.attributes ?? {}).map(([name, value]) => [h("code", {}, name), textOf(value)]),
              [t("key"), h("code", {}, json.id)],
            ].filter(Boolean),
          ),
          json.sealed && h("p", { class: "help" }, t("sealed")),
          h(
            "div",
            { class: "buttons" },
            h("button", { type: "button", onclick: () => close() }, t("close")),
            status.roles.sessions &&
              h("button", { type: "button", class: "quiet", onclick: () => close("end") }, t("end_title")),
          ),
        ],
        { wide: true },
      ).then((answer) => answer === "end" && endOne(session));
    }
  };

  fill(
    main,
    h("h1", { tabindex: "-1" }, t("sessions")),
    h(
      "form",
      {
        class: "filter",
        role: "search",
        onsubmit: (event) => {
          event.preventDefault();
          look();
        },
      },
      field(t("user"), user),
      field(t("address"), address),
      field(t("age"), ages),
      h("button", {}, t("find")),
    ),
    answer,
  );
  await look();
}

const textOf = (value) =>
  Array.isArray(value) ? value.join("; ") : typeof value === "string" ? value : JSON.stringify(value);
