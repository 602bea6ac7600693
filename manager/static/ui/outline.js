// The configuration as a tree that can be searched: which nodes there are, and which of them are shown. Draws nothing.
import { keyOf } from "./key.js";

/**
 * A node: { id, label, note, text, path, kind, children }. `text` is what a search looks at, in lower case; `path` is what
 * is shown when it is chosen; `children` is a function.
 */
const node = (id, label, rest) => ({ id, label, note: "", text: `${label} ${rest.note ?? ""}`.toLowerCase(), ...rest });

const none = () => [];
const asText = (value) => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));

function fieldNode(table, field) {
  const path = [...table.path, field.name];
  return node(keyOf(path), field.name, {
    note: "",
    kind: "field",
    path,
    text: `${table.name} ${field.name} ${field.help}`.toLowerCase(),
    children: none,
  });
}

function entryNodes(path, entries, kind) {
  return Object.entries(entries ?? {}).map(([name, value]) =>
    node(keyOf([...path, name]), name, {
      note: asText(value?.value ?? value),
      kind,
      path: [...path, name],
      children: none,
    }),
  );
}

const hostNodes = new WeakMap();
function nodeOfHost(name, host) {
  const known = hostNodes.get(host);
  if (known) return known;
  const path = ["vhost", name];
  let children;
  const made = node(keyOf(path), name, {
    kind: "host",
    path,
    note: host.title ?? "",
    text: [name, host.title, host.url, host.aliases?.join(" "), host.default].join(" ").toLowerCase(),
    children: () =>
      (children ??= [
        ...(Array.isArray(host.rules) ? host.rules : []).map((rule, i) =>
          node(keyOf([...path, "rules", i]), asText(rule?.match), {
            kind: "rule",
            note: asText(rule?.allow),
            path: [...path, "rules", i],
            text: [name, rule?.match, rule?.allow, rule?.comment].join(" ").toLowerCase(),
            children: none,
          }),
        ),
        ...entryNodes([...path, "headers"], host.headers, "header").map((header) => ({
          ...header,
          text: `${name} ${header.text}`.toLowerCase(),
        })),
      ]),
  });
  if (host !== null && typeof host === "object") hostNodes.set(host, made);
  return made;
}

/** The groups at the top. `words` names them: { settings, people, hosts }. */
export function outline(schema, settings, words) {
  const once = schema.tables.filter((table) => !table.name.startsWith("vhost."));
  const people = schema.open_tables.filter((table) => !table.name.startsWith("vhost."));
  const hosts = Object.entries(settings.vhost ?? {}).filter(([, host]) => host !== null && typeof host === "object");
  const group = (id, label, children) =>
    node(`group:${id}`, label, { kind: "group", path: null, count: children.length, children: () => children });
  return [
    group(
      "hosts",
      words.hosts,
      hosts.map(([name, host]) => nodeOfHost(name, host)),
    ),
    group(
      "people",
      words.people,
      people.map((table) => {
        const children = entryNodes([table.name], settings[table.name], "entry");
        return node(table.name, words[table.name] ?? table.name, {
          note: "",
          kind: "open",
          path: [table.name],
          count: children.length,
          text: `${table.name} ${table.help}`.toLowerCase(),
          children: () => children,
        });
      }),
    ),
    group(
      "settings",
      words.settings,
      once.map((table) => {
        const placed = { ...table, path: table.name.split(".") };
        return node(table.name, table.name, {
          kind: "table",
          path: placed.path,
          text: `${table.name} ${table.title ?? ""} ${table.help}`.toLowerCase(),
          children: () => table.fields.map((field) => fieldNode(placed, field)),
        });
      }),
    ),
  ];
}

/**
 * The rows to show, from the top: { node, level, place, siblings, open }; `open` is undefined for what has nothing below.
 * @param isOpen  whether a node is open; a search opens what leads to a match
 */
export function rowsOf(groups, isOpen, search = "") {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean);
  const matches = (each) => words.every((word) => each.text.includes(word));
  const matchesItself = (each) => words.every((word) => `${each.label} ${each.note}`.toLowerCase().includes(word));
  const rows = [];
  const add = (each, level, place, siblings, children, open) => {
    rows.push({ node: each, level, place, siblings, open: children ? open : undefined });
  };
  const visit = (nodes, level) => {
    nodes.forEach((each, i) => {
      const children = each.children();
      const open = isOpen(each.id);
      add(each, level, i + 1, nodes.length, children.length > 0, open);
      if (open) visit(children, level + 1);
    });
  };
  // below what matches: what does so by itself, and the rest when it is opened
  const found = (each) => {
    const children = each.children();
    if (each.kind !== "group" && matches(each)) {
      const below = children.filter(matchesItself).map((child) => ({ each: child, below: [] }));
      return { each, below, isWhole: below.length === 0 };
    }
    const below = children.map(found).filter(Boolean);
    return below.length > 0 ? { each, below, isWhole: false } : null;
  };
  const visitFound = (hits, level) => {
    hits.forEach(({ each, below, isWhole }, i) => {
      const children = each.children();
      const open = !isWhole || isOpen(each.id);
      add(each, level, i + 1, hits.length, children.length > 0, open);
      if (isWhole && open) visit(children, level + 1);
      else visitFound(below, level + 1);
    });
  };
  if (words.length === 0) visit(groups, 1);
  else visitFound(groups.map(found).filter(Boolean), 1);
  return rows;
}
