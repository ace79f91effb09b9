// Tables of rows that hold for a minor version and a range of patch releases.

/**
 * @template T
 * @typedef {{minor: number, micro: number, data: T}} Release
 */

/**
 * @template T
 * @typedef {{minor: number, first: number, last: number, data: T}} Row
 */

/**
 * Joins neighbouring patch releases whose data is the same: what lies between two known releases that agree is
 * taken to agree with them, what lies between two that differ is in no row.
 * @template T
 * @param {Release<T>[]} releases
 * @returns {Row<T>[]}
 */
export function joinReleases(releases) {
  /** @type {Row<T>[]} */
  const rows = [];
  for (const { minor, micro, data } of releases.toSorted((a, b) => a.minor - b.minor || a.micro - b.micro)) {
    const row = rows.at(-1);
    if (row?.minor === minor && JSON.stringify(row.data) === JSON.stringify(data)) row.last = micro;
    else rows.push({ minor, first: micro, last: micro, data });
  }
  return rows;
}

/**
 * The same of what releases say of single owners. A release whose build lacks an owner does not speak against what
 * those beside it say. Versions are minor * 1000 + micro.
 * @template T
 * @param {Release<Record<string, T>>[]} releases oldest first
 * @returns {{owner: string, first: number, last: number, data: T}[]}
 */
export function joinByOwner(releases) {
  const owners = [...new Set(releases.flatMap(({ data }) => Object.keys(data)))].sort();
  return owners.flatMap((owner) => {
    /** @type {{owner: string, first: number, last: number, data: T}[]} */
    const ranges = [];
    for (const { minor, micro, data: all } of releases) {
      const data = all[owner];
      if (data === undefined) continue;
      const version = minor * 1000 + micro;
      const range = ranges.at(-1);
      if (range && JSON.stringify(range.data) === JSON.stringify(data)) range.last = version;
      else ranges.push({ owner, first: version, last: version, data });
    }
    return ranges;
  });
}

/**
 * @param {string} header C source
 * @param {string} name of a struct in it
 * @returns {{name: string, length: number | undefined}[]} its fields in order; `length` of arrays
 */
export function fieldsOf(header, name) {
  const code = header.replace(/\/\/.*/g, "");
  const sizes = Object.fromEntries(
    [...code.matchAll(/\b(HD_\w+) = (\d+)/g)].map(([, key, value]) => [key, value]),
  );
  const body = code.match(new RegExp(`struct ${name} \\{([^}]*)\\}`))?.[1] ?? "";
  return [...body.matchAll(/^\s*\w+ ([^;]*);/gm)].flatMap(([, names = ""]) =>
    names.split(",").map((text) => {
      const [, field = "", length] = text.trim().match(/^(\w+)(?:\[(\w+)\])?$/) ?? [];
      return { name: field, length: length ? Number(sizes[length] ?? length) : undefined };
    }),
  );
}
