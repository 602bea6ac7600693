// A setting's place, as a list of names and numbers (["vhost", "www.test", "rules", 2]) and as the key that the manager
// and ssoctl take (vhost."www.test".rules[2]); and a value as TOML.

const BARE = /^[A-Za-z0-9_-]+$/;
const quotedName = (name) => `"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

export function keyOf(path) {
  return path
    .map((step, i) => {
      if (typeof step === "number") return `[${step}]`;
      return (i === 0 ? "" : ".") + (BARE.test(step) ? step : quotedName(step));
    })
    .join("");
}

const STEP = /\.?(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|\[(\d+)\]|([^.[\]"']+))/suy;
/** The path of a key; what is no key gives the steps before its mistake. */
export function pathOf(key) {
  const path = [];
  STEP.lastIndex = 0;
  for (let step = STEP.exec(key); step !== null; step = STEP.exec(key)) {
    if (step[3] !== undefined) path.push(Number(step[3]));
    else path.push(step[1]?.replace(/\\(.)/gsu, "$1") ?? step[2] ?? step[4]);
    if (STEP.lastIndex >= key.length) break;
  }
  return path;
}

export const startsWith = (path, start) => start.every((step, i) => path[i] === step);
export const samePath = (a, b) => a.length === b.length && startsWith(a, b);

// what a line of TOML may hold between single quotes
const PLAIN = /^[^'\p{Cc}]*$/u;

function textAsToml(text) {
  if (PLAIN.test(text)) return `'${text}'`;
  // JSON leaves DEL and the C1 controls as they are
  const escaped = JSON.stringify(text).replace(/[\u007f-\u009f]/gu, (c) => `\\u00${c.codePointAt(0).toString(16)}`);
  return escaped;
}

export function asToml(value) {
  if (typeof value === "string") return textAsToml(value);
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.map(asToml).join(", ")}]`;
  if (typeof value === "object") {
    const members = Object.entries(value).map(
      ([name, each]) => `${BARE.test(name) ? name : quotedName(name)} = ${asToml(each)}`,
    );
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  }
  return String(value);
}
