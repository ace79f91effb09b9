// The demo takes dumps of a real service. What it prints is what the commands print, it names the culprit, and the
// README shows it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TempWorkspace } from "../support/cli.js";
import { stable } from "../support/stable.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

let workspace: TempWorkspace;
let printed: string;
/** What was printed after each command line. */
let commands: Map<string, string>;

beforeAll(() => {
  workspace = new TempWorkspace();
  const demo = join(root, "demo/run.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo, workspace.path("demo")], {
    encoding: "utf8",
  });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  printed = stdout;
  const parts = stdout.split(/^\$ (heapdump .*)\n/m).slice(1);
  commands = new Map(parts.flatMap((part, i) => (i % 2 === 0 ? [[part, parts[i + 1] ?? ""]] : [])));
});
afterAll(() => workspace.remove());

test("what the demo prints is what the commands print", () => {
  const shown = [...commands].map(([command, text]) => ({ command, text: text.trimEnd() }));
  expect(shown.map(({ command }) => command.split(" ")[1])).toEqual(
    ["attach", "attach", "leaks", "path", "path", "graph"], //
  );
  for (const { command, text } of shown.filter(({ command }) => / (leaks|path) /.test(command))) {
    const { status, stdout } = workspace.shell(`cd demo && ${command}`);
    expect({ command, status, text }).toEqual({ command, status: 0, text: stdout.trimEnd() });
  }
});

test("the demo names what leaks, what holds it, and one of it, which it draws", () => {
  const [, leaks = ""] = [...commands].find(([command]) => command.startsWith("heapdump leaks")) ?? [];
  expect(leaks).toMatch(/^1 suspect: /);
  expect(leaks).toMatch(/path +sys\.modules\['chat'\]\.SESSIONS\[\*\]\n/);
  expect(leaks).toMatch(/used by +handle \/.*chat\.py:\d+\n/);
  expect(leaks).toMatch(/in common +\.delivery deliver \/.*chat\.py:\d+\n/);
  const [, address] = leaks.match(/example +chat\.Session (0x[0-9a-f]+)/) ?? [];
  const [graph = ""] = [...commands].at(-1) ?? [];
  expect(graph).toContain(` ${address} `);
  expect(printed).toMatch(/^ 1 {2}sys\.modules\['chat'\]\.SESSIONS\['visitor-\d+'\]$/m);
  expect(existsSync(workspace.path("demo/leak.svg"))).toBe(true);
});

test("the demo has no line above 100 columns but the commands", () => {
  const lines = printed.split("\n").filter((line) => !line.startsWith("$ "));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});

/** `npx vitest run -u test/end-to-end/demo` writes it anew. */
test("the README shows what the demo prints", async () => {
  const readme = join(root, "README.md");
  const now = printed.replaceAll(workspace.path("demo"), "demo-output").replaceAll(root, "/srv/chat/");
  const text = readFileSync(readme, "utf8").replace(/(?<=^\$ npm run demo\n)[^`]*(?=```)/m, (shown) =>
    stable(shown) === stable(now) ? shown : now,
  );
  await expect(text).toMatchFileSnapshot(readme);
});
