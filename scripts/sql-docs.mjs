// Writes the reference part of docs/sql.md from the documentation in the SQLite extension. Needs a build.
import { readFileSync, writeFileSync } from "node:fs";
import { documentation } from "../dist/store/documentation.js";

const page = new URL("../docs/sql.md", import.meta.url);
const MARK = /^<!-- From here on .* -->\n/m;

const columns = documentation();
const tables = [...new Set(columns.map(({ table }) => table))];
const reference = tables.map((table) => {
  const rows = columns
    .filter((column) => column.table === table)
    .map(
      ({ column, type, description }) =>
        `| \`${column}\` | ${type} | ${description.replaceAll("|", "\\|")} |`,
    );
  return [`### ${table}`, "", "| column | type | meaning |", "|---|---|---|", ...rows].join("\n");
});

const text = readFileSync(page, "utf8");
const mark = text.match(MARK);
if (!mark?.index) throw new Error("docs/sql.md has lost its mark");
writeFileSync(page, `${text.slice(0, mark.index) + mark[0]}\n${reference.join("\n\n")}\n`);
