// Tasks of uvloop, anyio and trio: what each waits in, and who could end that.
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { environment, realInterpreters } from "./environment.js";

const PROGRAM = fileURLToPath(new URL("programs/async_tasks.py", import.meta.url));
const COUNT = 5;
/** The type of what wakes those that wait for an event, and whether they have names of their own. */
const LIBRARIES = {
  uvloop: { event: /^asyncio\.locks\.Event /, named: false, waits: "Future, pending" },
  anyio: { event: /^asyncio\.locks\.Event /, named: true, waits: "Future, pending" },
  trio: { event: /^trio\.Event /, named: true, waits: null },
};

interface Row {
  name: string;
  state: string;
  chain: string[];
  line: number | null;
  waits_for: string | null;
  set_by: string | null;
}

describe.each(realInterpreters)("CPython $version ($library)", (interpreter) => {
  test.for(Object.keys(LIBRARIES) as (keyof typeof LIBRARIES)[])("%s", async (name, { workspace, skip }) => {
    const { python, packages } = environment(interpreter, [name]);
    if (!packages.includes(name)) skip(`there is no ${name} for it`);
    const { event, named, waits } = LIBRARIES[name];
    const target = await workspace.startTarget(python, PROGRAM, { args: [name] });
    for (const mode of ["fork", "stop"]) {
      await workspace.attachQuietly(target.pid, mode, "t.bin");
      const tasks = recordsOf<Row>(workspace.json("tasks", "--each", "-n", "99", "t.bin"));
      const waiting = tasks.filter(({ chain }) => chain.includes("outer"));
      expect(waiting, JSON.stringify(tasks)).toHaveLength(COUNT);
      for (const task of waiting) {
        expect(task.chain.join(" › ")).toMatch(/outer › waits › Event\.wait( › Event\.wait)?$/);
        expect(task).toMatchObject({ state: "pending", waits_for: waits });
        expect(task.set_by).toMatch(event);
        expect(task.line).toBeGreaterThan(0);
      }
      if (named)
        expect(waiting.map((task) => task.name).sort()).toEqual([0, 1, 2, 3, 4].map((i) => `worker-${i}`));
      const sleeps = tasks.find(({ chain }) => chain.includes("sleeps"));
      expect(sleeps?.chain.at(-1)).toMatch(/^sleep/);
      if (name !== "trio") expect(sleeps?.set_by).toBe("timer");
    }
  });
});
