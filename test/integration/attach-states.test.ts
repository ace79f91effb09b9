// Every state of a main thread, on every interpreter: the dump is whole and the target as before.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { attach } from "../support/attach.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork, outsideView, settledView, Target } from "../support/target.js";

const WORK = 5000;
const STATES = [
  "busy",
  "churn",
  "sleep",
  "read",
  "select",
  "poll",
  "epoll",
  "accept",
  "wait4",
  "lock",
  "join",
  "threads",
  "workers",
  "blocked_signals",
  "default_sigpipe",
  "sigwait",
  "pause",
];

let folder: string;
let target: Target | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
});
afterEach(async () => {
  await target?.kill();
  target = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

const cases = interpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, { path, version }) => {
  test.each(STATES)("%s", async (state) => {
    target = await Target.start(path, "states.py", { args: [state] });
    const { pid } = target;
    const before = await target.ask("facts");
    const outside = await settledView(pid);
    const file = join(folder, `${version}-${state}.bin`);

    const { status, stdout, stderr } = await attach([pid, "--json", "-o", file], { cwd: folder });

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
