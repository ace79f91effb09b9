// Writes the tables of native/python/*.inc from the headers of the CPythons that it is given:
//   node scripts/generate-layouts.mjs ~/.pyenv/versions/3.*/include/python3.*
// Needs cc and gdb. Several patch releases of a version make ranges (layouts/rows.mjs).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { examine } from "./layouts/installation.mjs";
import { fieldTable, references } from "./layouts/references.mjs";
import { fieldsOf, joinReleases } from "./layouts/rows.mjs";
import { layout, layoutRow } from "./layouts/table.mjs";

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
  const layouts = installations.map((one) => layout(one, fields));
  writeTable("layouts.inc", "layouts.h", joinReleases(layouts).map(layoutRow).join(""));
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * @param {string} name
 * @param {string} header that says what the rows are
 * @param {string} rows
 */
function writeTable(name, header, rows) {
  const about = `// Made by scripts/generate-layouts.mjs; see native/python/${header}.\n`;
  writeFileSync(join(root, "native/python", name), about + rows);
}
