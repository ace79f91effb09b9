// The stacks of suspended greenlets: of each release of greenlet, and of the packages that are built on it.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { environment, realInterpreters, release } from "./environment.js";

const PROGRAM = fileURLToPath(new URL("programs/greenlets.py", import.meta.url));
const COUNT = 5;
const source = readFileSync(PROGRAM, "utf8").split("\n");
const lineOf = (text: string) => source.indexOf(`    ${text}`) + 1;
const WORKFLOW = `wait_for:${lineOf("PAUSE()")} run_workflow:${lineOf("wait_for(number)")}`;
const RELEASES = ["1.1.3.post0", "2.0.2", "3.0.3", "3.1.1", "3.2.4"];
const PACKAGES = ["greenlet", "gevent", "eventlet", "SQLAlchemy"];

const FRAMES = `SELECT frame.greenlet AS id, group_concat(function || ':' || line, ' ') AS stack
  FROM (SELECT * FROM frame WHERE greenlet IS NOT NULL ORDER BY greenlet, depth) AS frame GROUP BY frame.greenlet`;
const REQUESTS = `SELECT path.whole AS path, object.address, object.owner FROM object JOIN type ON type.id = object.type,
    path_to_root(object.id) AS path WHERE type.name = '__main__.Request' AND path.step = 0 ORDER BY 1`;
const GARBAGE = `SELECT count(*) AS n FROM object JOIN type ON type.id = object.type
  WHERE object.garbage AND type.name = '__main__.Request'`;
const ROOTS = "SELECT part FROM root WHERE kind = 'greenlet' AND name IN ('lost', 'abandoned') ORDER BY 1";

type Rows = Record<string, string | number | null>[];

function rows(workspace: CaptureWorkspace, file: string, query: string): Rows {
  const { status, stdout, stderr } = workspace.run(["sql", "--json", file, query]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { columns, rows: found } = JSON.parse(stdout) as { columns: string[]; rows: (string | number)[][] };
  return found.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])));
}

/** `python` mode does not have the stacks, and says so. */
async function checkPythonMode(workspace: CaptureWorkspace, pid: number): Promise<void> {
  const args = [pid, "--mode", "python", "--json", "-o", "python.bin"];
  const { status, stdout, stderr } = await workspace.attach(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout).omitted).toContain("the stacks of suspended greenlets");
}

async function check(workspace: CaptureWorkspace, python: string, args: string[]): Promise<void> {
  const target = await workspace.startTarget(python, PROGRAM, { args });
  await checkPythonMode(workspace, target.pid);
  for (const mode of ["fork", "stop"]) {
    const file = workspace.path(`${mode}.bin`);
    const { status, stdout, stderr } = await workspace.attach([
      target.pid,
      "--mode",
      mode,
      "--json",
      "-o",
      file,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ complete: true, skipped: [] });

    const stacks = rows(workspace, file, FRAMES).map(({ stack }) => String(stack));
    const workflows = stacks.filter((stack) => stack.includes(WORKFLOW));
    expect(workflows, JSON.stringify(stacks)).toHaveLength(COUNT);

    const requests = rows(workspace, file, REQUESTS);
    const ofWorkflow = requests.filter(({ owner }) => owner === "<greenlet run_workflow>");
    expect(ofWorkflow, JSON.stringify(requests)).toHaveLength(2 * COUNT);
    for (const name of ["request", "inner"]) {
      const named = ofWorkflow.filter(({ path }) =>
        new RegExp(`\\.gr_frame(\\.f_back)*\\.f_locals\\['${name}'\\]$`).test(String(path)),
      );
      expect(named, JSON.stringify(requests)).toHaveLength(COUNT);
    }
    // greenlet 1 does not know which threads have ended.
    const abandoned = args[0] === "greenlet" && !args[1]?.endsWith("-1.1.3.post0");
    expect(rows(workspace, file, GARBAGE)).toEqual([{ n: Number(abandoned) }]);
    const python = requests.filter(({ path }) => !/[<?]/.test(String(path)));
    const list = workspace.path("paths.json");
    writeFileSync(list, JSON.stringify(python.map(({ path, address }) => [path, Number(address)])));
    expect(await target.ask(`evaluate ${list}`)).toEqual([]);
    if (args[0] === "greenlet") {
      expect(python).toHaveLength(2 * COUNT);
      expect(requests).toContainEqual(
        expect.objectContaining({
          path: "<greenlet lost>.gr_frame.f_back.f_locals['request']",
          owner: "<greenlet lost>",
        }),
      );
      const roots = abandoned ? ["lost"] : ["abandoned", "lost"];
      expect(rows(workspace, file, ROOTS)).toEqual(roots.map((name) => ({ part: `<greenlet ${name}>` })));
      expect(stacks.filter((stack) => stack.includes("with_greenlet"))).toHaveLength(1);
    }
  }
}

describe.each(realInterpreters.map((found) => [`${found.version} (${found.library})`, found] as const))(
  "CPython %s",
  (_, interpreter) => {
    test.for(RELEASES)("greenlet %s", async (wanted, { workspace }) => {
      const folder = release(interpreter, "greenlet", wanted);
      if (!folder) return console.log(`${interpreter.version} has no ready-made greenlet ${wanted}`);
      await check(workspace, interpreter.path, ["greenlet", folder]);
    });

    test.for(PACKAGES)("%s", async (name, { workspace }) => {
      const { python, packages } = environment(interpreter, PACKAGES);
      if (!packages.includes(name)) return console.log(`${interpreter.version} has no ready-made ${name}`);
      // By itself: zope.interface, which gevent needs, reads a null pointer there.
      if (name === "gevent" && interpreter.version.startsWith("3.8.")) return;
      await check(workspace, python, [name]);
    });
  },
);
