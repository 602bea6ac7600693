// What the manager's REST (api/v1/) is asked.
import { dialog, h } from "./dom.js";
import { t } from "./words.js";

const root = new URL(`${document.documentElement.dataset.base}api/v1/`, location.href).href;

/** An answer that is no 2xx. `body` is the JSON that came with it. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.message ?? t("http_status", { status }));
    this.status = status;
    this.body = body;
  }
}

/** A request that got no answer: the network, or a server that is restarted. */
export class Silence extends Error {}

async function send(method, path, body, headers) {
  try {
    return await fetch(new URL(path, root), {
      method,
      headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}), ...headers },
      body: body ? JSON.stringify(body) : undefined,
      cache: "no-store",
      redirect: "manual",
    });
  } catch {
    throw new Silence(t("no_answer"));
  }
}

/**
 * @return { json, etag } of a 2xx; Refusal or Silence is thrown else. When the session has ended, the person is asked to
 *         sign in in another tab, and then the question is put again: nothing that was typed is lost.
 */
export async function ask(method, path, body, headers = {}) {
  let response = await send(method, path, body, headers);
  while (response.status === 401 || response.type === "opaqueredirect") {
    await signInAgain();
    response = await send(method, path, body, headers);
  }
  const json = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, json);
  return { json, etag: response.headers.get("ETag") };
}

let asking = null;
function signInAgain() {
  asking ??= dialog(t("session_ended"), (close) => [
    h("p", {}, t("session_ended_text")),
    h(
      "div",
      { class: "buttons" },
      h(
        "a",
        { class: "button", href: document.documentElement.dataset.portal, target: "_blank", rel: "noopener" },
        t("sign_in"),
      ),
      h("button", { type: "button", class: "quiet", onclick: () => close() }, t("try_again")),
    ),
  ]).finally(() => {
    asking = null;
  });
  return asking;
}

/** `path?name=value…`, without what is empty. */
export function withQuery(path, values) {
  const given = Object.entries(values).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
