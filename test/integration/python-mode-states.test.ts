// Every state of a main thread, on every interpreter: the dump is whole and the target as before.
import { existsSync } from "node:fs";
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { STATES } from "../support/states.js";
import { expectedWork, outsideView, settledView } from "../support/target.js";

const WORK = 5000;

describe.each(interpreters)("CPython $version ($library)", ({ path, version }) => {
  test.for(STATES)("%s", async (state, { workspace }) => {
    const target = await workspace.startTarget(path, "states.py", { args: [state] });
    const { pid } = target;
    const before = await target.ask("facts");
    const outside = await settledView(pid);
    const file = workspace.path(`${version}-${state}.bin`);

    const { status, stdout, stderr } = await workspace.attach([
      pid,
      "--mode",
      "python",
      "--json",
      "-o",
      file,
    ]);

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ pid, file, mode: "python", python_version: version });
    expect(existsSync(`${file}.partial`)).toBe(false);
    await expect.poll(() => outsideView(pid), { timeout: 20_000 }).toEqual(outside);
    expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
    expect(await target.ask("facts")).toEqual(before);
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });
});
