// An interpreter that is shutting down takes no calls any more: who asks for the GIL is ended by CPython, and who brings a
// call to the queue of 3.8 makes it print an exception, by code of the program.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { libpython, withLibpython } from "../support/embedding.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

describe.each(interpreters)("CPython $version ($library)", ({ path }) => {
  test.for(["fork", "python"])("a handler of atexit, %s", async (mode, { workspace }) => {
    const target = await workspace.startTarget(path, "shutting_down.py");
    const done = target.ask("end");
    for (let i = 0; i < 3; i++) {
      await workspace.attach([target.pid, "--mode", mode, "--timeout", 1, "-o", "h.bin"]);
    }
    expect(await done).toBe("done");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });
});

const source = fileURLToPath(new URL("../targets/worker_python.c", import.meta.url));

describe.each(withLibpython)("CPython $version, in a worker thread that ends it", ({ path }) => {
  test.for(["fork", "python"])("%s", async (mode, { workspace }) => {
    const { prefix, include, link } = libpython(path);
    const program = workspace.path("program");
    execFileSync(process.env.CC ?? "cc", ["-w", `-I${include}`, source, "-o", program, ...link, "-lpthread"]);
    const target = await workspace.startTarget(program, source, { env: { PYTHONHOME: prefix } });
    for (let i = 0; i < 8; i++) {
      await workspace.attach([target.pid, "--mode", mode, "--timeout", 1, "-o", "h.bin"]);
      expect(readFileSync(`/proc/${target.pid}/stat`, "utf8")).toMatch(/\) [SRD] /);
    }
    const tell = async () => (await target.ask("tell")) as { rounds: number; beats: number };
    const before = await tell();
    await expect.poll(async () => (await tell()).rounds, { timeout: 20_000 }).toBeGreaterThan(before.rounds);
    expect((await tell()).beats).toBeGreaterThan(before.beats);
  });
});
