// The stacks of suspended greenlets, of a type that greenlets.c imitates; test/real/ has those of the real packages.
import { describe, expect } from "vitest";
import { buildExtension, whyNoExtension } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { suspectsOf } from "../support/leaks.js";
import { expectedWork } from "../support/target.js";

const FRAMES = `SELECT frame.greenlet IS NOT NULL AS suspended, frame.thread IS NULL AS threadless, frame.depth, function,
    replace(file, rtrim(file, replace(file, '/', '')), '') AS file, line, path.whole
  FROM frame LEFT JOIN path_to_root(frame.greenlet) AS path ON path.step = 0
  WHERE frame.greenlet IS NOT NULL ORDER BY path.whole, frame.depth`;
const REQUESTS = `SELECT path.whole, object.owner FROM object JOIN type ON type.id = object.type, path_to_root(object.id) AS path
  WHERE type.name = '__main__.Request' AND path.step = 0 ORDER BY 1`;
const GREENLETS = `SELECT type.name, object.garbage, count(*) AS n FROM object JOIN type ON type.id = object.type
  WHERE type.name IN ('greenlet.greenlet', '__main__.Worker') GROUP BY 1, 2 ORDER BY 1, 2`;
const ROOTS = `SELECT root.kind, replace(root.name, '3', '2'), root.part FROM root JOIN object ON object.id = root.object JOIN type ON type.id = object.type
  WHERE root.kind = 'greenlet' OR (root.kind = 'c' AND type.name IN ('greenlet.greenlet', '__main__.Worker', 'frame')) ORDER BY 1, 2`;

const LOST = `SELECT address FROM object WHERE id = (SELECT object FROM root WHERE kind = 'greenlet')`;

function startGreenlets(workspace: CaptureWorkspace, python: string) {
  buildExtension(python, "greenlets", workspace.folder);
  return workspace.startTarget(python, "greenlets.py", { args: [workspace.folder] });
}

async function dumped(workspace: CaptureWorkspace, python: string, mode: string): Promise<string> {
  const target = await startGreenlets(workspace, python);
  const file = workspace.path(`${mode}.bin`);
  const args = [target.pid, "--mode", mode, "--json", "-o", file];
  const { status, stdout, stderr } = await workspace.attach(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ complete: true, skipped: [] });
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  return file;
}

function rows(workspace: CaptureWorkspace, file: string, query: string): unknown[][] {
  const { status, stdout, stderr } = workspace.run(["sql", "--json", file, query]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout).rows;
}

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test.for(["fork", "stop"])("%s", async (mode, { workspace, skip }) => {
    const lacking = whyNoExtension(python);
    skip(lacking !== undefined, lacking);
    const file = await dumped(workspace, python, mode);

    const stack = (path: string) => [
      [1, 1, 0, "wait_for", "greenlets.py", 27, path],
      [1, 1, 1, "run_workflow", "greenlets.py", 35, path],
    ];
    const held = ["WAITING[0]", "WORKER"].map((name) => `sys.modules['__main__'].${name}`);
    const whole = ["<greenlet run_workflow>", ...held];
    expect(rows(workspace, file, FRAMES)).toEqual(whole.flatMap(stack));
    const owner = "<greenlet run_workflow>";
    const [lost, ...others] = whole.map((path) => [`${path}.gr_frame.f_back.f_locals['request']`, owner]);
    // A stack that is a circle is none.
    const circle = ["<held by C>.f_locals['request']", "<frame run_workflow>.f_locals['request']"];
    const tag = ["sys.modules['__main__'].WORKER.tag", owner];
    expect(rows(workspace, file, REQUESTS)).toEqual([lost, circle, ...others, tag]);
    // Stacks that are no circle explain each reference to their frames; from 3.11 on a frame that has ended has one more.
    expect(rows(workspace, file, ROOTS)).toEqual([
      ["c", "1 of 2 references", "<held by C>"],
      ["c", "1 of 2 references", "<held by C>"],
      ["greenlet", "run_workflow", "<greenlet run_workflow>"],
    ]);
    const [[address]] = rows(workspace, file, LOST) as [[string]];
    const told = workspace.run(["path", file, address]).stdout;
    expect(told).toContain("<greenlet run_workflow>");
    expect(told).toContain("a suspended greenlet that nothing else holds; the collector never frees it");
    const json = JSON.parse(workspace.run(["path", "--json", file, address]).stdout);
    expect(json.paths).toMatchObject([{ root: { kind: "greenlet", name: "run_workflow" }, frame: null }]);
    expect(rows(workspace, file, GREENLETS)).toEqual([
      ["__main__.Worker", 0, 1],
      ["greenlet.greenlet", 0, 13],
    ]);
  });

  test("greenlets that wait, and are more each time", async ({ workspace, skip }) => {
    const lacking = whyNoExtension(python);
    skip(lacking !== undefined, lacking);
    const target = await startGreenlets(workspace, python);
    const files = ["1.bin", "2.bin", "3.bin"];
    for (const file of files) {
      await target.ask("grow");
      expect(await workspace.attach([target.pid, "-o", file])).toMatchObject({ status: 0 });
    }
    const [first] = suspectsOf(workspace, files).suspects;
    expect(first).toMatchObject({
      type: "greenlet.greenlet",
      path: "sys.modules['__main__'].WAITING[*]",
      pattern: "greenlet",
    });
    expect(first?.count).toBeGreaterThanOrEqual(901);
  });
});
