// A session's attributes as an administrator types them.

/**
 * A JSON object, or lines of `name = value`; a name on several lines has several values.
 * @return { attributes }, or { wrong } with the line that is none
 */
export function readAttributes(text) {
  if (text.trimStart().startsWith("{")) {
    try {
      return { attributes: JSON.parse(text) };
    } catch (problem) {
      return { wrong: problem.message };
    }
  }
  const values = new Map();
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const parts = /^\s*([^\s=:]+)\s*[=:]\s*(.*?)\s*$/u.exec(line);
    if (parts === null) return { wrong: line };
    const [, name, value] = parts;
    values.set(name, values.has(name) ? [values.get(name), value].flat() : value);
  }
  return { attributes: Object.fromEntries(values) };
}
