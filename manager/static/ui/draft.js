// A configuration that is being edited: what is published, the changes since, and what comes of them. Nothing here is
// ever changed in place: a change makes new objects along its path, so what is the same object is the same.
import { asToml, keyOf, samePath, startsWith } from "./key.js";

export function valueAt(root, path) {
  let at = root;
  for (const step of path) {
    if (at === null || typeof at !== "object") return undefined;
    at = Array.isArray(at) || Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

export const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The node with `change(parent, step)` made at the end of the path; tables on the way are made where there are none. */
function changedAt(node, path, change) {
  const [step, ...rest] = path;
  const copy = Array.isArray(node) ? [...node] : { ...node };
  if (rest.length === 0) return change(copy, step) ?? copy;
  copy[step] = changedAt(copy[step] ?? (typeof rest[0] === "number" ? [] : {}), rest, change);
  return copy;
}

function moved(list, from, to) {
  const [item] = list.splice(from, 1);
  list.splice(to, 0, item);
  return list;
}

const MAKE = {
  set: (root, { path, value }) => changedAt(root, path, (parent, step) => void (parent[step] = value)),
  insert: (root, { path, value }) => changedAt(root, path, (parent, step) => void parent.splice(step, 0, value)),
  remove: (root, { path }) =>
    changedAt(root, path, (parent, step) => {
      if (Array.isArray(parent)) parent.splice(step, 1);
      else delete parent[step];
    }),
  move: (root, { path, to }) =>
    changedAt(root, path, (parent, step) => {
      if (Array.isArray(parent)) return moved(parent, step, to);
      const entries = Object.entries(parent);
      return Object.fromEntries(
        moved(
          entries,
          entries.findIndex(([name]) => name === step),
          to,
        ),
      );
    }),
};

/** Whether `op` may give the places on `path` another meaning. */
const shifts = (op, path) => op.kind !== "set" && startsWith(path, op.path.slice(0, -1));

export class Draft {
  /** @param settings  what is published, as JSON in written order */
  constructor(settings) {
    this.base = settings;
    this.states = [{ ops: [], settings, by: null }];
  }

  get #now() {
    return this.states.at(-1);
  }
  get settings() {
    return this.#now.settings;
  }
  get size() {
    return this.#now.ops.length;
  }
  at(path) {
    return valueAt(this.settings, path);
  }
  isChanged(path) {
    const now = this.at(path);
    const before = valueAt(this.base, path);
    return now !== before && !equal(now, before);
  }

  /** The value of a setting. Typing on at one place is one step for `undo`. */
  set(path, value) {
    const ops = this.#now.ops;
    const at = ops.findLastIndex((op) => op.kind === "set" && samePath(op.path, path));
    const isOpen = at >= 0 && !ops.slice(at + 1).some((op) => shifts(op, path));
    const isBack = isOpen && equal(valueAt(this.base, path), value) && !ops.some((op) => shifts(op, path));
    const op = { kind: "set", path, value };
    const next = isBack ? ops.toSpliced(at, 1) : isOpen ? ops.with(at, op) : [...ops, op];
    this.#push(next, MAKE.set(this.settings, op), keyOf(path));
  }

  /** Takes a key out, a table with all below it, or an element of a list. */
  remove(path) {
    const ops = this.#now.ops;
    const op = { kind: "remove", path };
    // what was never published and stands alone just goes; a table is made by its first key
    const isNew =
      valueAt(this.base, path) === undefined &&
      typeof path.at(-1) === "string" &&
      !ops.some((each) => shifts(each, path) || (each.kind !== "set" && startsWith(each.path, path)));
    const next = isNew ? ops.filter((each) => !startsWith(each.path, path)) : [...ops, op];
    this.#push(next, MAKE.remove(this.settings, op), null);
  }

  /** Moves an element of a list, or a key among those of its table, to the place `to` (from 0). */
  move(path, to) {
    this.#apply({ kind: "move", path, to });
  }
  /** Puts an element into a list before the one that `path` names. */
  insert(path, value) {
    this.#apply({ kind: "insert", path, value });
  }
  undo() {
    if (this.states.length > 1) this.states.pop();
  }

  #apply(op) {
    this.#push([...this.#now.ops, op], MAKE[op.kind](this.settings, op), null);
  }
  #push(ops, settings, by) {
    const state = { ops, settings, by };
    if (by !== null && this.#now.by === by) this.states[this.states.length - 1] = state;
    else this.states.push(state);
  }

  /** The changes as the manager's REST takes them. */
  edits() {
    return this.#now.ops.map(({ kind, path, value, to }) => {
      const edit = { [kind]: keyOf(path) };
      if (to !== undefined) edit.to = to;
      if (value !== undefined)
        edit[typeof value === "string" ? "value" : "toml"] = typeof value === "string" ? value : asToml(value);
      return edit;
    });
  }

  /**
   * The same changes, made to what somebody else has published since. Rules are followed to where they stand now.
   * @return { draft, lost, both }: keys of changes that have no place any more, and of what both have changed
   */
  carriedTo(settings) {
    const draft = new Draft(settings);
    const lost = new Set();
    const both = new Set();
    const lists = new Map();
    for (const op of this.#now.ops) {
      const key = keyOf(op.path);
      const host = op.path[0] === "vhost" ? op.path.slice(0, 2) : null;
      if (host !== null && valueAt(this.base, host) !== undefined && valueAt(settings, host) === undefined) {
        lost.add(key);
        continue;
      }
      const at = op.path.findIndex((step) => typeof step === "number");
      const next = at < 0 ? followName(draft, op) : followElement(this.base, draft, lists, op, at);
      if (next === null) {
        lost.add(key);
        continue;
      }
      if (op.kind === "set" && at < 0 && !equal(valueAt(this.base, op.path), valueAt(settings, op.path))) both.add(key);
      if (op.kind === "set" && at >= 0 && next.isTheirs) both.add(keyOf(next.path));
      draft.#replay(next);
    }
    return { draft, lost: [...lost], both: [...both] };
  }

  #replay(op) {
    if (op.kind === "set") this.set(op.path, op.value);
    else if (op.kind === "remove") this.remove(op.path);
    else this.#apply(op);
  }
}

/** A change at a named place, or null when it is not there any more. */
function followName(draft, op) {
  if (op.kind === "set") return op;
  if (draft.at(op.path) === undefined) return null;
  if (op.kind === "remove") return op;
  const siblings = Object.keys(draft.at(op.path.slice(0, -1)));
  return { ...op, to: Math.min(op.to, siblings.length - 1) };
}

let made = 0;
/** Who is who: elements of the newest list get the name of the one of the old list that they are, or one of their own. */
function namesOf(before, after) {
  const old = before.map((value) => ({ name: ++made, value, isTaken: false }));
  const take = (fits) => {
    const found = old.find((each) => !each.isTaken && fits(each.value));
    if (found) found.isTaken = true;
    return found;
  };
  const names = after.map((value) => take((each) => equal(each, value))?.name);
  const now = after.map((value, i) => {
    const name = names[i] ?? take((each) => value?.match !== undefined && each?.match === value.match)?.name ?? ++made;
    return { name, value };
  });
  return { old, now };
}

/** A change of an element of a list, or of something in it, where that element stands now. */
function followElement(base, draft, lists, op, at) {
  const list = op.path.slice(0, at);
  const key = keyOf(list);
  if (!lists.has(key)) lists.set(key, namesOf(valueAt(base, list) ?? [], draft.at(list) ?? []));
  const { old, now } = lists.get(key);
  const index = op.path[at];
  const behind = (place) => {
    const before = place === 0 ? -1 : now.findIndex(({ name }) => name === old[place - 1]?.name);
    return place === 0 ? 0 : before < 0 ? Math.min(place, now.length) : before + 1;
  };
  if (op.kind === "insert" && op.path.length === at + 1) {
    const element = { name: ++made, value: op.value };
    const to = behind(index);
    old.splice(index, 0, element);
    now.splice(to, 0, element);
    return { ...op, path: [...list, to] };
  }
  const mine = old[index];
  const place = now.findIndex(({ name }) => name === mine?.name);
  if (place < 0) return null;
  const path = op.path.with(at, place);
  if (op.path.length > at + 1) {
    const inside = op.path.slice(at + 1);
    return { ...op, path, isTheirs: !equal(valueAt(mine.value, inside), valueAt(now[place].value, inside)) };
  }
  if (op.kind === "remove") {
    old.splice(index, 1);
    now.splice(place, 1);
    return { ...op, path };
  }
  if (op.kind === "move") {
    moved(old, index, op.to);
    const [element] = now.splice(place, 1);
    const to = behind(op.to);
    now.splice(to, 0, element);
    return { ...op, path, to };
  }
  return { ...op, path };
}
