import { text as readAll } from "node:stream/consumers";
import { type Command, Option } from "commander";
import { ExitCode, HeapdumpError } from "../errors.js";
import { documentation } from "../store/documentation.js";
import type { Source } from "../store/open.js";
import { makeReadOnly, type Result, runQuery } from "../store/query.js";
import { rowsCsv, rowsJson, rowsText } from "../view/rows.js";
import { schemaJson, schemaText } from "../view/schema.js";
import { terminal } from "../view/terminal.js";
import { openAttached } from "./heaps.js";
import { helpText } from "./help.js";
import { collect, JSON_OPTION } from "./options.js";
import { documentWarnings, output, printParts } from "./output.js";
import { prompt } from "./prompt.js";

interface SqlOptions {
  attach?: string[];
  schema?: boolean;
  json?: boolean;
  csv?: boolean;
}

const EXAMPLES = `
Without a query it reads one from standard input, or prompts on a terminal.

Examples:
  heapdump sql heap.bin 'SELECT name, count FROM type ORDER BY 2 DESC LIMIT 5'
  heapdump sql after.bin --attach before=before.bin 'SELECT count(*) FROM before.object'
  heapdump sql heap.bin --wide "SELECT path FROM object WHERE size > 1000000"
  heapdump sql --schema`;

export function registerSql(program: Command): void {
  program
    .command("sql")
    .summary("query a dump in SQL")
    .description("Queries a dump in SQL, with SQLite.")
    .argument("[file]", "a dump (.bin or .bin.gz); its tables are in the schema main")
    .argument("[query]", "one statement")
    .option("--attach <name=file>", "another dump, as the schema NAME (repeatable)", collect)
    .option("--schema", "print every table and column with its description")
    .addOption(new Option("--csv", "print the rows as CSV (RFC 4180)").conflicts("json"))
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(sql);
}

async function sql(file: string | undefined, query: string | undefined, options: SqlOptions): Promise<void> {
  if (options.schema) {
    const columns = documentation();
    output(
      options,
      () => schemaJson(columns),
      (terminal) => schemaText(columns, terminal),
    );
    return;
  }
  if (file === undefined) throw new HeapdumpError(ExitCode.Usage, "sql needs a dump, or --schema");
  const sources = [{ schema: "main", path: file }, ...(options.attach ?? []).map(attached)];
  const twice = sources.find(({ schema }, i) => sources.findIndex((other) => other.schema === schema) !== i);
  if (twice) throw new HeapdumpError(ExitCode.Usage, `--attach ${twice.schema}= is given twice`);
  const [heap] = await openAttached("sql", sources);
  makeReadOnly(heap.db);
  if (query === undefined && process.stdin.isTTY) return prompt(heap.db);
  const result = runQuery(heap.db, query ?? (await readAll(process.stdin)));
  await printParts(parts(result, options));
}

function parts(result: Result, { json, csv }: SqlOptions): Iterable<string> {
  if (json) return rowsJson(result, documentWarnings());
  return csv ? rowsCsv(result) : rowsText(result, terminal(process.stdout));
}

function attached(text: string): Source {
  const [, schema, path] = text.match(/^([A-Za-z_]\w*)=(.+)$/s) ?? [];
  if (schema === undefined || path === undefined || /^(main|temp)$/i.test(schema)) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `--attach ${text}: it must be NAME=FILE, with a name other than main and temp`,
    );
  }
  return { schema, path };
}
