// Writes the tables of native/python/*.inc from the headers of the CPythons that it is given:
//   node scripts/generate-layouts.mjs ~/.pyenv/versions/3.*/include/python3.*
// Needs cc and gdb. Several patch releases of a version make ranges (layouts/rows.mjs).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { heapLayout, heapRow } from "./layouts/heap.mjs";
import { examine } from "./layouts/installation.mjs";
import { ownedMemory, ownedTable } from "./layouts/owned.mjs";
import { pendingLayout, pendingRow } from "./layouts/pending.mjs";
import { fieldTable, references } from "./layouts/references.mjs";
import { fieldsOf, joinReleases } from "./layouts/rows.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const fields = fieldsOf(readFileSync(join(root, "payload/walk/layout.h"), "utf8"), "hd_layout");

const folder = mkdtempSync(join(tmpdir(), "layouts-"));
try {
  const installations = process.argv.slice(2).map((include) => examine(include, folder));
  const byVersion = installations.toSorted((a, b) => a.minor - b.minor || a.micro - b.micro);
  writeTable(
    "heap_fields.inc",
    "heap_fields.h",
    fieldTable(byVersion.map((one) => ({ ...one, data: references(one) }))),
  );
  writeTable(
    "heap_owned.inc",
    "heap_fields.h",
    ownedTable(byVersion.map((one) => ({ ...one, data: ownedMemory(one) }))),
  );
  const rows = joinReleases(installations.map(pendingLayout)).map(pendingRow);
  const others = installations.map((one) => pendingLayout({ ...one, ask: one.askOther }));
  const otherRows = joinReleases(others).map(pendingRow);
  writeTable("layouts.inc", "layouts.h", [...new Set([...rows, ...otherRows])].join(""));
  write(
    "heap_layouts.inc",
    "heap_layout.h",
    installations.map((one) => heapLayout(one, fields)),
    heapRow,
  );
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * @template T
 * @param {string} name
 * @param {string} header that says what the rows are
 * @param {import("./layouts/rows.mjs").Release<T>[]} releases
 * @param {(row: import("./layouts/rows.mjs").Row<T>) => string} rowOf
 */
function write(name, header, releases, rowOf) {
  writeTable(name, header, joinReleases(releases).map(rowOf).join(""));
}

/**
 * @param {string} name
 * @param {string} header
 * @param {string} rows
 */
function writeTable(name, header, rows) {
  const about = `// Made by scripts/generate-layouts.mjs; see native/python/${header}.\n`;
  writeFileSync(join(root, "native/python", name), about + rows);
}
