// The examples of the documentation are real: they are run, and what they print is what the page shows.
// `npx vitest run -u test/golden` writes them anew.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { documentation } from "../../src/store/documentation.js";
import { test } from "../support/fixtures.js";

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

test("docs/sql.md has every table and column, in the words of the extension", () => {
  const text = readFileSync(page("sql"), "utf8");
  for (const { table, column, type, description } of documentation()) {
    const [, section] = text.split(`### ${table}\n`);
    expect(section?.split("### ")[0], `node scripts/sql-docs.mjs writes it`).toContain(
      `| \`${column}\` | ${type} | ${description.replaceAll("|", "\\|")} |`,
    );
  }
});
