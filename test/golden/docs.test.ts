// The examples of the documentation are real: they are run, and what they print is what the page shows.
// `npx vitest run -u test/golden` writes them anew.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { documentation } from "../../src/store/documentation.js";
import { test } from "../support/fixtures.js";
import { hex } from "../support/python-heap.js";
import { after } from "../support/sample-dumps.js";

const page = (name: string) => new URL(`../../docs/${name}.md`, import.meta.url);

test.for(["commands", "sets", "sql"])(
  "the examples in docs/%s.md print what it shows",
  async (name, { sampleDumps }) => {
    let examples = 0;
    const text = readFileSync(page(name), "utf8").replace(
      /```console\n\$ (heapdump .*)\n[\s\S]*?```/g,
      (_, command: string) => {
        examples++;
        const { status, stdout, stderr } = sampleDumps.shell(command);
        expect({ command, status }).toEqual({ command, status: 0 });
        return `\`\`\`console\n$ ${command}\n${stderr}${stdout}\`\`\``;
      },
    );
    expect(examples).toBeGreaterThan(3);
    await expect(text).toMatchFileSnapshot(page(name).pathname);
  },
);

/** What stands for something of one's own in docs/coming-from.md. */
const PLACEHOLDERS: [RegExp, string][] = [
  [/gc FILE/, "gc garbage.bin"],
  [/LOG…/, "collections.json"],
  [/\bA B \[C …\]|\bA B C\b|a\.bin b\.bin c\.bin/, "before.bin middle.bin after.bin"],
  [/a\.bin --next c\.bin/, "before.bin --next after.bin"],
  [/\bA B\b|\ba\.bin b\.bin/, "before.bin after.bin"],
  [/\bb\.bin/, "middle.bin"],
  [/\bEARLIER\b/, "before.bin"],
  [/-o f FILE/, "-o one.stat after.bin"],
  [/diff f \[-o x\.html\]/, "diff history.stat -o x.html"],
  [/ADDRESS|0x7f…/, hex(after.cache)],
  [/\b(WHAT|MyClass|SET|TYPE|X)\b/, "Session"],
  [/FILE\\\|PID|\bFILE\b/, "after.bin"],
  [/\bOUT\b/, "out.bin"],
  [/1000000/, "1000"],
  [/\bN\b/g, "3"],
  [/SELECT …/, "SELECT 1"],
];

test("the commands in docs/coming-from.md are those of heapdump", ({ sampleDumps }) => {
  for (const dump of ["before.bin", "after.bin"])
    sampleDumps.run(["export", dump, "--to", "stat", "-o", "history.stat"]);
  const text = readFileSync(page("coming-from"), "utf8");
  const commands = [...text.matchAll(/`(heapdump [^`]+)`/g)].map(([, command = ""]) => command);
  // These are for a process, or for its memory.
  const run = commands.filter((command) => !/attach|trace|memory|\bPID\b(?!`)|--live|--help/.test(command));
  expect(run.length).toBeGreaterThan(50);
  const refused = run.flatMap((command) => {
    const real = PLACEHOLDERS.reduce((line, [what, by]) => line.replace(what, by), command);
    const { status, stderr } = sampleDumps.shell(real);
    return status === 0 ? [] : [{ command, real, stderr }];
  });
  expect(refused).toEqual([]);
});

test("docs/sql.md has every table and column, in the words of the extension", () => {
  const text = readFileSync(page("sql"), "utf8");
  for (const { table, column, type, description } of documentation()) {
    const [, section] = text.split(`### ${table}\n`);
    expect(section?.split("### ")[0], `node scripts/sql-docs.mjs writes it`).toContain(
      `| \`${column}\` | ${type} | ${description.replaceAll("|", "\\|")} |`,
    );
  }
});
