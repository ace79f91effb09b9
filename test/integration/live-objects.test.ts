// `show --live` and `top --live`: what became of objects, beside what the program did to them.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";
import { expectAsPublished } from "../support/output-schema.js";
import { settledView } from "../support/target.js";

interface Side {
  address: string;
  type: string;
  content: string | null;
}

interface Live {
  fate: string;
  reason: string | null;
  is: Side | null;
  changes: { columns: string[]; rows: unknown[][] };
}

interface Change {
  kind: string;
  part: string;
  was: Side | null;
  is: Side | null;
}

async function dumped(workspace: CaptureWorkspace, python: string) {
  const target = await workspace.startTarget(python, "live_objects.py");
  const addresses = target.first as Record<string, number>;
  await workspace.attachQuietly(target.pid, "fork", "live.bin");
  const show = (name: string): Live => {
    const document = workspace.json("show", "live.bin", String(addresses[name]), "--live");
    expectAsPublished("show", document);
    return document.live;
  };
  /** Of all of them, by their names. */
  const top = (): Record<string, Live> => {
    const of = Object.values(addresses).map((address) => `0x${address.toString(16)}`);
    const live = ["--live", String(target.pid), "-n", "99", "--of", of.join(" | ")];
    const document = workspace.json("top", ...live, "live.bin");
    expectAsPublished("top", document);
    const rows = recordsOf<{ address: string } & Live>(document.live);
    const found = new Map(rows.map(({ address, ...one }) => [Number(address), { pid: target.pid, ...one }]));
    return Object.fromEntries(
      Object.entries(addresses).map(([name, address]) => [name, found.get(address) as Live]),
    );
  };
  return { target, addresses, show, top };
}

const changesOf = (live: Live) =>
  recordsOf<Change>(live.changes).map(({ part, was, is }) => [
    part,
    was && (was.content ?? was.type),
    is && (is.content ?? is.type),
  ]);

/** What the program changed: name of the object, what of it, before, after. */
const CHANGED: Record<string, [string, string | null, string | null][]> = {
  attribute: [[".count", "5", "50"]],
  "new attribute": [[".added", null, "new"]],
  "no attribute": [[".name", "plain", null]],
  "value of an attribute": [[".count", "1e+300", expect.stringMatching(/^\d+\.25$/) as unknown as string]],
  "attributes in a dict": [[".second", "2", "20"]],
  dict: [
    ["['added']", null, "3"],
    ["['gone']", "2", null],
    ["['set']", "old", "new"],
  ],
  list: [
    ["[1]", "b", "B"],
    ["[3]", null, "d"],
  ],
  set: [["<element 'c'>", null, "c"]],
  slots: [[".second", null, "two"]],
  bytearray: [["", null, null]],
  class: [[".level", "before", "after"]],
  function: [[".__defaults__", "tuple", "tuple"]],
  "same type": [[".count", "10", "100"]],
};

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test("what was changed, what is the same, what is gone", async ({ workspace }) => {
    const { target, addresses, show, top } = await dumped(workspace, python);
    const view = await settledView(target.pid);
    const unknown = {
      "long str": "content",
      pages: "content",
      deque: "c-state",
      "too long list": "too-large",
    };
    const before = top();
    for (const name of Object.keys(addresses)) {
      const reason = unknown[name as keyof typeof unknown] ?? null;
      expect([name, before[name]]).toMatchObject([name, { fate: reason ? "unknown" : "same", reason }]);
    }

    await target.ask("change");
    const now = top();
    const same = Object.keys(addresses).filter((name) => name.startsWith("same") && name !== "same type");
    for (const name of same) expect([name, now[name]?.fate]).toEqual([name, "same"]);
    for (const [name, changes] of Object.entries(CHANGED)) {
      const live = now[name] as Live;
      expect([name, live.fate, changesOf(live).sort()]).toEqual([name, "changed", changes]);
    }
    expect(changesOf(now.generator as Live)).toContainEqual([
      expect.stringMatching(/^line \d+ → line \d+$/),
      null,
      null,
    ]);
    expect(now).toMatchObject({
      "class assigned": { fate: "other", is: { type: "__main__.Other" } },
      "other type": { fate: "other", is: { type: "__main__.AsLarge" } },
      "long str": { fate: "unknown", reason: "content" },
      "too long list": { fate: "unknown", reason: "too-large" },
      deque: { fate: "unknown", reason: "c-state" },
      pages: { fate: "gone", reason: "unmapped" },
      freed: { fate: expect.stringMatching(/^(gone|other)$/) },
      "bad type": { fate: expect.stringMatching(/^(gone|unknown)$/) },
      "circle of types": { fate: expect.stringMatching(/^(gone|unknown)$/) },
      "endless name": { fate: expect.stringMatching(/^(other|gone|unknown)$/) },
    });
    for (const name of ["same", "dict", "other type", "pages", "deque"])
      expect(show(name)).toEqual(now[name]);

    expect(await settledView(target.pid)).toEqual(view);
  });

  test("of a process that does nothing, nothing has changed", async ({ workspace }) => {
    await dumped(workspace, python);
    const { live } = workspace.json("top", "--live", "-n", "3000", "live.bin");
    const rows = recordsOf<{ address: string } & Live>(live);
    expect(rows).toHaveLength(3000);
    const isSame = ({ fate, reason }: Live) =>
      fate === "same" || (fate === "unknown" && ["c-state", "content", "too-large"].includes(reason ?? ""));
    expect(rows.filter((row) => !isSame(row))).toEqual([]);
    expect(rows.filter(({ fate }) => fate === "same").length).toBeGreaterThan(2000);
  });

  test("a process that changes an object all the time is neither stopped nor misread", async ({
    workspace,
  }) => {
    const { target, addresses } = await dumped(workspace, python);
    await target.ask("busy");
    const states = new Set<string>();
    const fates = new Set<string>();
    for (let i = 0; i < 4; i++) {
      const tool = workspace.startTool(["show", "--live", "--json", "live.bin", addresses.same as number]);
      let isRunning = true;
      tool.done.then(() => {
        isRunning = false;
      });
      while (isRunning) {
        const status = readFileSync(`/proc/${target.pid}/status`, "utf8");
        states.add(/^State:\t(\w)/m.exec(status)?.[1] ?? "");
        states.add(/^TracerPid:\t(\d+)/m.exec(status)?.[1] ?? "");
        await sleep(1);
      }
      const { status, stdout, stderr } = await tool.done;
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const { live } = JSON.parse(stdout);
      fates.add(live.fate);
      if (live.fate !== "changed") expect(live).toMatchObject({ fate: "unknown", reason: "changing" });
      for (const [part] of changesOf(live)) expect([".count", ".pair", ".extra"]).toContain(part);
    }
    for (const seen of states) expect(["R", "S", "D", "0"]).toContain(seen);
    expect(fates.has("same")).toBe(false);
  });
});

/** Whether the process has that file open. */
function opens(pid: number, file: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === file);
  } catch {
    return false; // A descriptor was closed meanwhile.
  }
}

describe("which process it is", () => {
  test("another one, one that has ended, a dump of python mode", async ({ workspace }) => {
    const python = newest.path;
    const { target, addresses } = await dumped(workspace, python);
    const other = await workspace.startTarget(python, "live_objects.py");
    const address = String(addresses.same);
    const failure = (...args: string[]) => {
      const { status, stdout, stderr } = workspace.run(args);
      return [status, stdout, stderr.trim()];
    };
    expect(failure("show", "--live", String(other.pid), "live.bin", address)).toEqual([
      2,
      "",
      expect.stringMatching(/^heapdump: process \d+ is not the process of live\.bin \(pid \d+ and \d+\)$/),
    ]);
    expect(failure("top", "--live", "--by", "type", "live.bin")).toEqual([
      2,
      "",
      expect.stringContaining("--live works on objects only"),
    ]);
    await workspace.attachQuietly(target.pid, "python", "script.bin");
    expect(failure("top", "--live", "script.bin")).toEqual([2, "", expect.stringContaining("python mode")]);
    const tool = workspace.startTool(["top", "--live", "-n", "99999", "live.bin"]);
    while (!opens(tool.pid, `/proc/${target.pid}/mem`)) await sleep(1);
    await target.kill();
    const { status, stdout, stderr } = await tool.done;
    expect([3, 4]).toContain(status);
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: expect.stringMatching(/process \d+/) });
    expect(failure("show", "live.bin", address, "--live")).toEqual([
      3,
      "",
      expect.stringMatching(/process \d+/),
    ]);
  });
});
