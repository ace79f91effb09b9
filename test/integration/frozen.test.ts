// A process in a frozen cgroup, as `docker pause` makes it: it can do nothing for the tool, which says so at once.
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { FreezerCgroup } from "../support/freezer.js";
import { newest } from "../support/interpreters.js";
import { expectedWork, settledView } from "../support/target.js";

const versions = ([1, 2] as const).filter((version) => {
  const possible = FreezerCgroup.create(version)?.remove() !== undefined;
  if (!possible)
    console.log(`Not tested here, where none can be made: a frozen cgroup of version ${version}`);
  return possible;
});

describe.each(versions)("a cgroup of version %i", (version) => {
  // Blocked in a system call, and in none.
  test.for(["read", "busy"])("state %s", async (state, { workspace }) => {
    const cgroup = FreezerCgroup.create(version) as FreezerCgroup;
    const target = await workspace.startTarget(newest.path, "states.py", { args: [state] });
    try {
      const before = await settledView(target.pid);
      cgroup.add(target.pid);
      await cgroup.freeze();
      for (const mode of ["fork", "stop", "python"]) {
        const { status, stdout, stderr } = await workspace.attach([target.pid, "--mode", mode]);
        expect({ status, stdout, stderr }).toEqual({
          status: 3,
          stdout: "",
          stderr:
            `heapdump: process ${target.pid} is frozen, with all of its cgroup ${cgroup.path}: ` +
            "none of its threads can do anything until it is thawed (docker unpause)\n",
        });
      }
      cgroup.thaw();
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
      expect(await workspace.attach([target.pid, "-o", "h.bin"])).toMatchObject({ status: 0 });
      expect(await settledView(target.pid)).toEqual(before);
    } finally {
      cgroup.thaw();
      await target.kill();
      await cgroup.remove();
    }
  });
});
