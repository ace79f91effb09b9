// The rows of struct hd_field: from headers (fields.mjs), and from what measure.py finds in the running CPython.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fieldsInHeaders } from "./fields.mjs";
import { joinByOwner } from "./rows.mjs";

const Kind = { cell: 6, field: 8, weak: 9 };
const Flag = { untraversed: 1, weak: 2 };

/**
 * Words that an object may end before, and the byte that says so: hastzinfo of Include/datetime.h.
 * @type {Record<string, Record<string, number>>}
 */
const presentAt = { "datetime.datetime": { tzinfo: 24 }, "datetime.time": { tzinfo: 24 } };

const setsOfAbstractClass = { _abc_registry: 16, _abc_cache: 24, _abc_negative_cache: 32 };

/**
 * References that no header and no object tells of, by owner: those of a list that functools.lru_cache keeps,
 * which begins in the function and ends there (Modules/_functoolsmodule.c); the sets of an abstract class
 * (Modules/_abc.c), which tp_traverse reports from 3.9 on.
 * @type {Record<string, {basicsize?: number, traversed?: boolean, fields: Record<string, number>}>}
 */
const inSources = {
  "functools._lru_cache_wrapper": { fields: { next: 24 } },
  "functools._lru_list_elem": { basicsize: 56, fields: { next: 24 } },
  _abc_data: { basicsize: 48, fields: setsOfAbstractClass },
  "_abc._abc_data": { basicsize: 48, traversed: true, fields: setsOfAbstractClass },
};

/** @typedef {{at: number, kind: number, flags: number, name: string}} Field */
/** @typedef {{basicsize: number, fields: Field[]}} Owner */

/**
 * @param {import("./installation.mjs").Installation} installation
 * @returns {Record<string, Owner>}
 */
export function references({ ask, python }) {
  const headers = fieldsInHeaders(ask);
  const script = fileURLToPath(new URL("measure.py", import.meta.url));
  const { owners, types } = JSON.parse(
    execFileSync(python, ["-BIW", "ignore", script], {
      encoding: "utf8",
      input: JSON.stringify(headers),
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  /** @type {Record<string, Owner>} */
  const found = {};
  for (const [owner, places] of Object.entries(headers)) {
    if (!owner.startsWith("@") && !types.includes(owner)) continue;
    const measured = new Map(measuredFields(owners[owner]).map(([at, , traversed]) => [at, traversed]));
    // What was not set in any instance is as the others are.
    const usual =
      owner === "@codecached" ? false : measured.size === 0 || [...measured.values()].includes(true);
    const fields = Object.entries(places).map(([name, at]) => field(at, name, measured.get(at) ?? usual));
    found[owner] = { basicsize: 0, fields: fields.toSorted((a, b) => a.at - b.at) };
  }
  for (const [owner, { basicsize }] of Object.entries(owners)) {
    const fields = measuredFields(owners[owner]).map(([at, name, traversed]) => field(at, name, traversed));
    if (!(owner in headers) && fields.length > 0) found[owner] = { basicsize, fields };
  }
  for (const [owner, { basicsize, traversed, fields: places }] of Object.entries(inSources)) {
    if (owner.endsWith("_abc_data") && !types.includes(owner)) continue;
    const known = found[owner] ?? { basicsize: basicsize ?? 0, fields: [] };
    const fields = Object.entries(places).map(([name, at]) => field(at, name, traversed ?? false));
    known.fields = [...known.fields, ...fields].toSorted((a, b) => a.at - b.at);
    found[owner] = known;
  }
  return found;
}

/**
 * @param {{fields: [number, string, boolean][]} | undefined} owner
 * @returns {[number, string, boolean][]}
 */
function measuredFields(owner) {
  return owner?.fields ?? [];
}

/**
 * @param {number} at
 * @param {string} name
 * @param {boolean} traversed
 * @returns {Field}
 */
function field(at, name, traversed) {
  if (name === "__referent__") return { at, kind: Kind.weak, flags: Flag.weak, name };
  const kind = name === "cell_contents" ? Kind.cell : Kind.field;
  return { at, kind, flags: traversed ? 0 : Flag.untraversed, name };
}

/** @param {import("./rows.mjs").Release<Record<string, Owner>>[]} releases oldest first */
export function fieldTable(releases) {
  const rows = joinByOwner(releases).flatMap(({ owner, first, last, data: { basicsize, fields } }) =>
    arrays(fields).map(
      ({ at, kind, flags, name, count }) =>
        `    {${first}, ${last}, ${count}, {"${owner}", ${basicsize}, ${at}, ${kind}, ${flags}, "${short(name)}", ${presentAt[owner]?.[name] ?? 0}}},\n`,
    ),
  );
  return rows.join("");
}

/** @param {string} name at most as long as hd_field allows */
function short(name) {
  return (name.length < 30 ? name : name.slice(name.lastIndexOf(".") + 1)).slice(0, 29);
}

/**
 * One row for all elements of an array; its name is that of the array.
 * @param {Field[]} fields in order
 * @returns {(Field & {count: number})[]}
 */
function arrays(fields) {
  /** @type {(Field & {count: number})[]} */
  const rows = [];
  for (const field of fields) {
    const [, array, index] = field.name.match(/^(.*)\[(\d+)\]$/) ?? [];
    const row = rows.at(-1);
    if (array === undefined) rows.push({ ...field, count: 0 });
    else if (row?.name === array && Number(index) === row.count) row.count++;
    else rows.push({ ...field, name: array, count: 1 });
  }
  return rows;
}
