// What an extension has lost between two dumps, and nothing else, as objgraph's get_leaking_objects says it in the process.
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { buildExtension, whyNoExtension } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

interface Held {
  type: string;
  count: number;
  references: number;
  address: string;
}

const held = (workspace: CaptureWorkspace, ...args: string[]) =>
  recordsOf<Held>(workspace.json("held-by-c", "-n", "1000", ...args));
const ours = (workspace: CaptureWorkspace, ...args: string[]) =>
  held(workspace, ...args).filter(({ type }) => type.startsWith("__main__."));

describe.for(interpreters)("CPython $version, $library", ({ path: python }) => {
  const lacking = whyNoExtension(python);

  async function started(workspace: CaptureWorkspace) {
    buildExtension(python, "losing", workspace.folder);
    const target = await workspace.startTarget(python, "losing_refs.py", {
      env: { PYTHONPATH: workspace.folder },
    });
    const dump = (name: string) => workspace.attachQuietly(target.pid, "fork", name);
    return { target, dump };
  }

  test("exactly what was lost since", async ({ workspace, skip }) => {
    if (lacking) skip(lacking);
    const { target, dump } = await started(workspace);
    await target.ask("lose 50");
    const earlier = (await target.ask("leaking")) as number[];
    await dump("before.bin");
    await target.ask("use 200");
    await dump("used.bin");
    await target.ask("lose 30");
    const truth = (await target.ask("leaking")) as number[];
    await dump("after.bin");

    const lost = truth.filter((address) => !earlier.includes(address));
    expect(lost).toHaveLength(30);
    const since = ["--since", "before.bin", "after.bin"];
    expect(ours(workspace, ...since)).toMatchObject([{ type: "__main__.Node", count: 30, references: 30 }]);
    expect(lost).toContain(Number(ours(workspace, ...since)[0]?.address));
    // One by one: those lost since, and none of those before.
    const each = (address: number) => held(workspace, ...since, "--of", `0x${address.toString(16)}`).length;
    expect(lost.slice(0, 3).map(each)).toEqual([1, 1, 1]);
    expect(earlier.slice(0, 3).map(each)).toEqual([0, 0, 0]);
    // Without an earlier dump all of them are.
    expect(ours(workspace, "after.bin").find(({ type }) => type === "__main__.Node")?.count).toBe(
      truth.length,
    );
    // What uses objects properly loses none.
    expect(workspace.json("held-by-c", "--since", "before.bin", "used.bin")).toMatchObject({
      known: true,
      rows: [],
    });
  });

  test("another object at the address of one that C code has let go of, and more references to the same", async ({
    workspace,
    skip,
  }) => {
    if (lacking) skip(lacking);
    const { target, dump } = await started(workspace);
    await target.ask("lose-bare 20");
    await target.ask("again 4");
    await dump("before.bin");
    const taken = await target.ask("reuse");
    await target.ask("again 3");
    await dump("after.bin");
    expect(taken).toBeGreaterThan(0);
    const found = ours(workspace, "--since", "before.bin", "after.bin");
    expect(found.map(({ type, count, references }) => [type, count, references])).toEqual([
      ["__main__.Other", 20, 20],
    ]);
    // What is alive anyway is shown with --all alone: so many more references than before.
    const all = ours(workspace, "--all", "--since", "before.bin", "after.bin");
    expect(all.find(({ type }) => type === "__main__.Node")).toMatchObject({ count: 1, references: 3 });
  });

  test("healthy programs lose nothing", async ({ workspace }) => {
    for (const program of ["idle.py", "packages.py"]) {
      const target = await workspace.startTarget(python, program);
      await workspace.attachQuietly(target.pid, "fork", `${program}-1.bin`);
      await target.ask(program === "packages.py" ? "grow" : "work 1000");
      await workspace.attachQuietly(target.pid, "fork", `${program}-2.bin`);
      const found = workspace.json("held-by-c", "--since", `${program}-1.bin`, `${program}-2.bin`);
      expect({ program, rows: found.rows }).toEqual({ program, rows: [] });
    }
  });
});
