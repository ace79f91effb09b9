// The rows of struct hd_owned, from what owned.py finds in the running CPython.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { joinByOwner } from "./rows.mjs";

/** @typedef {Record<string, number> & {basicsize: number, unit: number}} Owned */

/**
 * @param {import("./installation.mjs").Installation} installation
 * @returns {Record<string, Owned[]>}
 */
export function ownedMemory({ python }) {
  const script = fileURLToPath(new URL("owned.py", import.meta.url));
  const text = execFileSync(python, ["-BIW", "ignore", script], { encoding: "utf8" });
  return JSON.parse(text);
}

/** @param {import("./rows.mjs").Release<Record<string, Owned[]>>[]} releases oldest first */
export function ownedTable(releases) {
  const rows = joinByOwner(releases).flatMap(({ owner, first, last, data }) =>
    data.map((row) => {
      const fields = [
        `.owner = "${owner}"`,
        `.basicsize = ${row.basicsize}`,
        ...["count_offset", "second_offset"].map((name) => `.${name} = ${row[name] ?? "HD_ABSENT"}`),
        `.divisor = ${row.divisor ?? 1}`,
        `.unit = ${row.unit}`,
        ...["present_offset", "unit_pointer"].map((name) => `.${name} = ${row[name] ?? "HD_ABSENT"}`),
        `.unit_at = ${row.unit_at ?? 0}`,
      ];
      return `    {${first},\n     ${last},\n     {${fields.join(", ")}}},\n`;
    }),
  );
  return rows.join("");
}
