// Every state of a main thread, on every interpreter: the dump is whole and the target as before.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attach } from "../support/attach.js";
import { interpreters } from "../support/interpreters.js";
import { folder, startTarget, target } from "../support/scene.js";
import { STATES } from "../support/states.js";
import { expectedWork, outsideView, settledView } from "../support/target.js";

const WORK = 5000;

const cases = interpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, { path, version }) => {
  test.each(STATES)("%s", async (state) => {
    await startTarget(path, "states.py", { args: [state] });
    const { pid } = target;
    const before = await target.ask("facts");
    const outside = await settledView(pid);
    const file = join(folder, `${version}-${state}.bin`);

    const { status, stdout, stderr } = await attach([pid, "--mode", "python", "--json", "-o", file], {
      cwd: folder,
    });

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ pid, file, mode: "python", python_version: version });
    expect(existsSync(`${file}.partial`)).toBe(false);
    await expect.poll(() => outsideView(pid), { timeout: 5000 }).toEqual(outside);
    expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
    expect(await target.ask("facts")).toEqual(before);
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });
});
