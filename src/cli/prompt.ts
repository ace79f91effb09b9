import { createInterface } from "node:readline/promises";
import type Database from "better-sqlite3";
import { HeapdumpError } from "../errors.js";
import { documentation } from "../store/documentation.js";
import { runQuery } from "../store/query.js";
import { rowsText } from "../view/rows.js";
import { schemaText } from "../view/schema.js";
import { setWide, terminal } from "../view/terminal.js";
import { note, print, printParts } from "./output.js";

const HELP = `A statement ends with a semicolon.
.schema   every table and column
.wide     cut no value to the width of the terminal from now on; .wide off cuts them again
.quit     leave (or Ctrl-D)`;

/** Reads statements from the terminal and answers them until the user leaves. */
export async function prompt(db: Database.Database): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  print("SQL over the dump: .schema shows the tables, .help helps, .quit leaves.");
  lines.setPrompt("heapdump> ");
  lines.on("SIGINT", () => lines.close());
  lines.prompt();
  let statement = "";
  for await (const line of lines) {
    statement += `${line}\n`;
    const command = statement.trim();
    if (command === ".quit" || command === ".exit") break;
    if (command === ".help") print(HELP);
    else if (command === ".schema") print(schemaText(documentation(), terminal(process.stdout)));
    else if (/^\.wide( on| off)?$/.test(command)) setWide(!command.endsWith(" off"));
    else if (command.startsWith(".")) note(`there is no ${command}: .help lists what there is`);
    else if (command.endsWith(";")) await interruptibly(() => answer(db, command));
    else if (command !== "") {
      lines.setPrompt("     ...> ");
      lines.prompt();
      continue;
    }
    statement = "";
    lines.setPrompt("heapdump> ");
    lines.prompt();
  }
  lines.close();
}

async function answer(db: Database.Database, statement: string): Promise<void> {
  try {
    await printParts(rowsText(runQuery(db, statement), terminal(process.stdout)));
  } catch (error) {
    if (!(error instanceof HeapdumpError)) throw error;
    note(error.message);
  }
}

/** A query holds the event loop; with the terminal out of raw mode Ctrl-C ends the program at once. */
async function interruptibly(work: () => Promise<void>): Promise<void> {
  process.stdin.setRawMode(false);
  await work();
  process.stdin.setRawMode(true);
}
