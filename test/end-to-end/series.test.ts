// Several dumps: in the order of their times, of one process, each once.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TempWorkspace } from "../support/cli.js";
import { PythonHeap } from "../support/python-heap.js";
import { shop } from "../support/sample-heaps.js";

let workspace: TempWorkspace;
const TIMES = { before: "2026-03-01T12:00:00.000Z", after: "2026-03-01T13:00:00.000Z" };
const START = { boot_id: "3c3f5b1e-0000-4000-8000-000000000001", process_start: "4711" };

beforeAll(() => {
  workspace = new TempWorkspace();
  workspace.dump("before.bin", shop().heap, { time: TIMES.before });
  workspace.dump("after.bin", shop({ sessions: 12 }).heap, { time: TIMES.after });
  workspace.dump("before-started.bin", shop().heap, { time: TIMES.before, ...START });
});
afterAll(() => workspace.remove());

test.each(["leaks", "diff"])("%s takes dumps in any order, and says so", (command) => {
  const right = workspace.run([command, "before.bin", "after.bin"]);
  const wrong = workspace.run([command, "after.bin", "before.bin"]);
  expect(right.stderr).toBe("");
  expect(wrong).toEqual({
    ...right,
    stderr: "heapdump: compared in the order in which they were taken: before.bin, after.bin\n",
  });
});

test("a dump that does not say its time keeps all of them in the order of the command line", () => {
  workspace.dump("timeless.bin", shop().heap, { time: "" });
  const { status, stderr, stdout } = workspace.run(["diff", "after.bin", "timeless.bin"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("since after.bin");
});

test("an earlier dump that is later than the one that is asked about is a warning", () => {
  expect(workspace.run(["top", "--previous", "after.bin", "before.bin"])).toMatchObject({
    status: 0,
    stderr: "heapdump: warning: after.bin was taken after before.bin: --previous is for an earlier dump\n",
  });
  expect(workspace.run(["top", "--next", "before.bin", "after.bin"])).toMatchObject({
    status: 0,
    stderr: "heapdump: warning: before.bin was taken before after.bin: --next is for a later dump\n",
  });
});

test("the same dump twice is a warning of top, too", () => {
  expect(workspace.run(["top", "--previous", "after.bin", "after.bin"])).toMatchObject({
    status: 0,
    stderr: "heapdump: warning: after.bin and after.bin are the same dump: nothing differs between them\n",
  });
});

test("SQL of different processes works, with a warning", () => {
  workspace.dump("stranger.bin", shop().heap, { pid: "4243" });
  const asked = [
    "sql",
    "--attach",
    "other=stranger.bin",
    "after.bin",
    "SELECT count(*) AS n FROM other.meta",
  ];
  expect(workspace.run(asked)).toMatchObject({
    status: 0,
    stderr:
      "heapdump: warning: after.bin and stranger.bin are dumps of different processes (pid 4242 and 4243): same_as, diff and leaks between them mean nothing\n",
  });
});

describe("dumps of different processes", () => {
  const elsewhere = new PythonHeap(0x7f1000000000n);
  elsewhere.type("shop.models.Session");
  elsewhere.module("shop.service", "/srv/shop/service.py", {});

  test.each<[string, Record<string, string>, string]>([
    ["another pid", { pid: "4243" }, "pid 4242 and 4243"],
    ["another machine", { host: "shop-2" }, "host shop-1 and shop-2"],
    ["a pid that was used again", { ...START, process_start: "4712" }, "start of the process 4711 and 4712"],
    [
      "a machine that was booted in between",
      { ...START, boot_id: "another" },
      `boot of the machine ${START.boot_id} and another`,
    ],
    [
      "another program by exec",
      { ...START, executable: "/usr/bin/python3.12" },
      "executable /usr/bin/python3.11 and /usr/bin/python3.12",
    ],
    ["another version by exec", { ...START, python_version: "3.11.8" }, "Python 3.11.7 and 3.11.8"],
  ])("%s: refused in one line", (_, meta, why) => {
    workspace.dump("other.bin", shop({ sessions: 12 }).heap, { time: TIMES.after, ...meta });
    const refused = {
      status: 2,
      stdout: "",
      stderr: `heapdump: before-started.bin and other.bin are dumps of different processes (${why}): only dumps of one process can be compared\n`,
    };
    for (const command of ["leaks", "diff"]) {
      expect(workspace.run([command, "before-started.bin", "other.bin"])).toEqual(refused);
    }
    for (const option of ["--previous", "--next", "--exclude"]) {
      expect(workspace.run(["top", "before-started.bin", option, "other.bin"])).toEqual(refused);
    }
  });

  test("the same program again under the same pid, of dumps that do not know its start", () => {
    workspace.dump("moved.bin", elsewhere, { time: TIMES.after });
    expect(workspace.run(["leaks", "before.bin", "moved.bin"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("(the interpreter is at another address)"),
    });
  });

  test("a dump that does not know the start of its process is compared with one that does", () => {
    expect(workspace.run(["leaks", "before-started.bin", "after.bin"])).toMatchObject({
      status: 0,
      stderr: "",
    });
  });
});

test.each(["leaks", "diff"])("%s of the same dump twice is a warning", (command) => {
  expect(workspace.run([command, "after.bin", "after.bin"])).toMatchObject({
    status: 0,
    stderr: "heapdump: warning: after.bin and after.bin are the same dump: nothing differs between them\n",
  });
});
