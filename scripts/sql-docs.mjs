// Writes the reference part of docs/sql.md from the documentation in the SQLite extension. Needs a build.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const heapdump = fileURLToPath(new URL("../bin/heapdump.js", import.meta.url));
const schema = execFileSync(process.execPath, [heapdump, "sql", "--schema", "--json"], { encoding: "utf8" });
/** @type {{ rows: [table: string, column: string, type: string, description: string][] }} */
const { rows: columns } = JSON.parse(schema);

const page = new URL("../docs/sql.md", import.meta.url);
const MARK = /^<!-- From here on .* -->\n/m;

const tables = [...new Set(columns.map(([table]) => table))];
const reference = tables.map((table) => {
  const rows = columns
    .filter(([of]) => of === table)
    .map(
      ([, column, type, description]) =>
        `| \`${column}\` | ${type} | ${description.replaceAll("|", "\\|")} |`,
    );
  return [`### ${table}`, "", "| column | type | meaning |", "|---|---|---|", ...rows].join("\n");
});

const text = readFileSync(page, "utf8");
const mark = text.match(MARK);
if (!mark?.index) throw new Error("docs/sql.md has lost its mark");
writeFileSync(page, `${text.slice(0, mark.index) + mark[0]}\n${reference.join("\n\n")}\n`);
