// The examples of the documentation are real: they are run, and what they print is what the page shows.
// `npx vitest run -u test/golden` writes them anew.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentation } from "../../src/store/documentation.js";
import { TempWorkspace } from "../support/cli.js";
import { shop, wasteful } from "../support/sample-heaps.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
  workspace.dump("before.bin", shop().heap);
  workspace.dump("middle.bin", shop({ sessions: 7 }).heap, { time: "2026-03-01T12:30:00.000Z" });
  workspace.dump("after.bin", shop({ sessions: 12, later: true }).heap, { time: "2026-03-01T13:00:00.000Z" });
  workspace.dump("wasteful.bin", wasteful(), { mode: "fork" });
});
afterAll(() => workspace.remove());

const page = (name: string) => new URL(`../../docs/${name}.md`, import.meta.url);

test.each(["commands", "sql"])("the examples in docs/%s.md print what it shows", async (name) => {
  let examples = 0;
  const text = readFileSync(page(name), "utf8").replace(
    /```console\n\$ (heapdump .*)\n[\s\S]*?```/g,
    (_, command: string) => {
      examples++;
      const { status, stdout, stderr } = workspace.shell(command);
      expect({ command, status }).toEqual({ command, status: 0 });
      return `\`\`\`console\n$ ${command}\n${stderr}${stdout}\`\`\``;
    },
  );
  expect(examples).toBeGreaterThan(3);
  await expect(text).toMatchFileSnapshot(page(name).pathname);
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
