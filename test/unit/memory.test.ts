// What there is of memory, and whether a snapshot fits, by what the kernel's files say. The trees are those of
// machines of each kind, cut to what is asked.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MemoryCgroups } from "../../src/capture/memory/cgroup.js";
import { dumpCost } from "../../src/capture/memory/cost.js";
import { HeadroomGauge } from "../../src/capture/memory/headroom.js";
import { describeMemory, planMemory, reserveOf } from "../../src/capture/memory/plan.js";
import { MemoryWatchdog } from "../../src/capture/memory/watchdog.js";
import { ExitCode } from "../../src/errors.js";
import type { Mode } from "../../src/model/dump.js";
import { type MemoryLimit, ShortOfMemory } from "../../src/model/memory.js";
import { memoryNote, shortageText, waitNote } from "../../src/view/memory-plan.js";

type Tree = Record<string, string>;

const PID = 42;
const MIB = 2 ** 20;
const UNLIMITED_1 = "9223372036854771712\n";
const MOUNT_2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw,nsdelegate\n";
const MOUNTS_1 = [
  "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
  "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu",
  "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
  "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
].join("\n");

const reader = (tree: Tree) => (path: string) => tree[path];
const cgroups = (tree: Tree) => new MemoryCgroups(PID, reader(tree));

/** Version 2, a cgroup's files. */
function group2(folder: string, max: number | "max", current: number, more: Tree = {}): Tree {
  const files = {
    "cgroup.events": "populated 1\n",
    "memory.max": `${max}\n`,
    "memory.high": "max\n",
    "memory.current": `${current}\n`,
    "memory.stat": `anon 1\nfile 2\ninactive_file ${10 * MIB}\nactive_file 5\n`,
    "memory.oom.group": "0\n",
    ...more,
  };
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]));
}

/** Version 1, the same. */
function group1(folder: string, limit: number | string, usage: number, more: Tree = {}): Tree {
  const files = {
    "memory.limit_in_bytes": `${limit}\n`,
    "memory.usage_in_bytes": `${usage}\n`,
    "memory.use_hierarchy": "1\n",
    "memory.stat": `inactive_file 1\nhierarchical_memory_limit ${UNLIMITED_1}total_inactive_file ${20 * MIB}\n`,
    ...more,
  };
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]));
}

const brief = (limits: MemoryLimit[]) =>
  limits.map(({ name, cgroup, limit, used }) => [name, cgroup, limit / MIB, used / MIB]);

describe("cgroups of version 2", () => {
  const host: Tree = {
    "/proc/42/cgroup": "0::/kubepods.slice/pod1/app\n",
    "/proc/self/mountinfo": MOUNT_2,
    ...group2("/sys/fs/cgroup/kubepods.slice/pod1/app", 512 * MIB, 300 * MIB),
    ...group2("/sys/fs/cgroup/kubepods.slice/pod1", 400 * MIB, 390 * MIB, { "memory.oom.group": "1\n" }),
    ...group2("/sys/fs/cgroup/kubepods.slice", "max", 4000 * MIB),
  };

  test("every limit on the way up counts, without the page cache that goes first", () => {
    const found = cgroups(host);
    expect(brief(found.limits())).toEqual([
      ["memory.max", "/kubepods.slice/pod1/app", 512, 290],
      ["memory.max", "/kubepods.slice/pod1", 400, 380],
    ]);
    expect(found.oomGroup()).toBe("/kubepods.slice/pod1");
    expect(found.unknown).toEqual([]);
    const { bytes, limit } = new HeadroomGauge(PID, reader(host)).headroom() ?? {};
    expect([bytes, limit?.cgroup]).toEqual([20 * MIB, "/kubepods.slice/pod1"]);
  });

  test("memory.high is a limit, too", () => {
    const high = group2("/sys/fs/cgroup/kubepods.slice/pod1/app", "max", 300 * MIB, {
      "memory.high": `${320 * MIB}\n`,
    });
    expect(brief(cgroups({ ...host, ...high }).limits())[0]).toEqual([
      "memory.high",
      "/kubepods.slice/pod1/app",
      320,
      290,
    ]);
  });

  test("inside of a container, what is above it cannot be seen, and that is said", () => {
    const tree: Tree = {
      "/proc/42/cgroup": "0::/\n",
      "/proc/self/mountinfo": MOUNT_2,
      ...group2("/sys/fs/cgroup", 128 * MIB, 100 * MIB, { "memory.oom.group": "1\n" }),
    };
    const found = cgroups(tree);
    expect(brief(found.limits())).toEqual([["memory.max", "/", 128, 90]]);
    expect(found.oomGroup()).toBe("/");
    expect(found.unknown).toEqual(["limits above / cannot be seen from here"]);
  });

  test("from a sidecar, the target's own mount shows it", () => {
    const sidecar: Tree = {
      "/proc/42/cgroup": "0::/../app\n",
      "/proc/self/mountinfo": MOUNT_2,
      "/proc/42/mountinfo": "900 800 0:26 /../app /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
      ...group2("/sys/fs/cgroup", 64 * MIB, 60 * MIB),
      ...group2("/proc/42/root/sys/fs/cgroup", 256 * MIB, 100 * MIB),
    };
    const found = cgroups(sidecar);
    expect(brief(found.limits())).toEqual([["memory.max", "/../app", 256, 90]]);
    expect(found.unknown).toEqual(["limits above /../app cannot be seen from here"]);
  });

  test("what no mount shows is not guessed", () => {
    const found = cgroups({
      "/proc/42/cgroup": "0::/../app\n",
      "/proc/self/mountinfo": MOUNT_2,
      ...group2("/sys/fs/cgroup", 64 * MIB, 60 * MIB),
    });
    expect(found.limits()).toEqual([]);
    expect(found.unknown).toEqual(["no mount that can be seen from here shows the cgroup /../app"]);
    expect(cgroups({}).unknown).toEqual(["the cgroup that accounts the memory of process 42 is not known"]);
  });

  test("a folder with a space, and a cgroup that was removed", () => {
    const found = cgroups({
      "/proc/42/cgroup": "0::/a/b (deleted)\n",
      "/proc/self/mountinfo": "30 23 0:26 / /cgroup\\040two rw - cgroup2 cgroup rw\n",
      ...group2("/cgroup two/a", 64 * MIB, 60 * MIB),
    });
    expect(brief(found.limits())).toEqual([["memory.max", "/a", 64, 50]]);
  });
});

describe("cgroups of version 1", () => {
  const root = group1("/sys/fs/cgroup/memory", UNLIMITED_1, 9000 * MIB, { "cgroup.sane_behavior": "0\n" });
  const host: Tree = {
    "/proc/42/cgroup": "9:name=systemd:/x\n4:cpu,memory:/docker/abc\n0::/\n",
    "/proc/self/mountinfo": MOUNTS_1,
    ...root,
    ...group1("/sys/fs/cgroup/memory/docker", 1000 * MIB, 900 * MIB),
    ...group1("/sys/fs/cgroup/memory/docker/abc", 300 * MIB, 250 * MIB),
  };

  test("every limit on the way up counts, and no limit is none", () => {
    const found = cgroups(host);
    expect(brief(found.limits())).toEqual([
      ["memory.limit_in_bytes", "/docker/abc", 300, 230],
      ["memory.limit_in_bytes", "/docker", 1000, 880],
    ]);
    expect(found.oomGroup()).toBeUndefined();
    expect(found.unknown).toEqual([]);
  });

  test("a cgroup that accounts its children apart does not limit them", () => {
    const apart = { ...host, "/sys/fs/cgroup/memory/docker/memory.use_hierarchy": "0\n" };
    expect(brief(cgroups(apart).limits()).map(([, cgroup]) => cgroup)).toEqual(["/docker/abc"]);
  });

  test("of a cgroup that cannot be seen the limit is known all the same", () => {
    const limit = `inactive_file 1\nhierarchical_memory_limit ${100 * MIB}\ntotal_inactive_file 0\n`;
    const found = cgroups({
      "/proc/42/cgroup": "4:memory:/docker/abc\n",
      "/proc/self/mountinfo": "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
      ...group1("/sys/fs/cgroup/memory", UNLIMITED_1, 80 * MIB, { "memory.stat": limit }),
    });
    expect(brief(found.limits())).toEqual([["hierarchical_memory_limit", "/docker/abc", 100, 80]]);
    expect(found.unknown).toEqual(["limits above /docker/abc cannot be seen from here"]);
  });
});

const MEMINFO = "MemTotal: 1048576 kB\nMemAvailable: 204800 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n";
const COMMIT = "CommitLimit: 1024000 kB\nCommitted_AS: 921600 kB\n";
/** 200 MiB of heap, 1 MiB of page tables. */
const MEMORY = {
  resident: 220 * MIB,
  anonymous: 200 * MIB,
  file: 20 * MIB,
  shared: 0,
  swapped: 0,
  pageTables: MIB,
  data: 400 * MIB,
  stack: MIB,
  heap: 0,
};

describe("the machine", () => {
  test("limits, too, with its swap", () => {
    const gauge = (tree: Tree) => new HeadroomGauge(PID, reader(tree)).headroom();
    expect(gauge({ "/proc/meminfo": MEMINFO })?.bytes).toBe(200 * MIB);
    const swap = MEMINFO.replace("SwapFree: 0", "SwapFree: 1024").replace("SwapTotal: 0", "SwapTotal: 2048");
    expect(gauge({ "/proc/meminfo": swap })?.bytes).toBe(201 * MIB);
    expect(gauge({})).toBeUndefined();
  });

  test("commits what it has left, where it is strict", () => {
    const room = (policy: string) =>
      new HeadroomGauge(
        PID,
        reader({ "/proc/meminfo": MEMINFO + COMMIT, "/proc/sys/vm/overcommit_memory": `${policy}\n` }),
      ).commitRoom();
    expect([room("0"), room("1"), room("2")]).toEqual([undefined, undefined, 100 * MIB]);
  });
});

describe("what a snapshot takes", () => {
  test("a fork: tables, page tables, and at most all that the target has", () => {
    const { min, max } = dumpCost("fork", MEMORY);
    expect(min / MIB).toBeCloseTo(8 + 0.016 * 200 + 1);
    expect((max - min) / MIB).toBe(200);
  });

  test("a stop: tables alone", () => {
    const { min, max, committed } = dumpCost("stop", MEMORY);
    expect(min / MIB).toBeCloseTo(8 + 0.016 * 200);
    expect([max, committed]).toEqual([min, min]);
  });
});

describe("what a script takes", () => {
  test("lists of the objects, and the time of the main thread", () => {
    const { min, max, committed, seconds } = dumpCost("python", MEMORY);
    expect(min / MIB).toBeCloseTo(8 + 0.37 * 200);
    expect(max / MIB).toBeCloseTo(8 + 3 * 200);
    expect(committed).toBe(min);
    expect(seconds).toBeCloseTo(6.3, 1);
  });

  test("is reported beforehand, beside usual time-outs", () => {
    const cost = dumpCost("python", MEMORY);
    const plan = { mode: "python" as Mode, cost, headroom: 1, limit: undefined, reserve: 0, tight: false };
    expect(waitNote(PID, { ...plan, oomGroup: undefined, unknown: [] })).toBe(
      "the main thread of process 42 waits for about 6.3 s, and for up to 18.9 s on a busy machine",
    );
    const longer = { ...plan, cost: { ...cost, seconds: 11 }, oomGroup: undefined, unknown: [] };
    expect(waitNote(PID, longer)).toMatch(
      /33\.0 s on a busy machine; a supervisor may restart it .* is 30 s\)$/,
    );
    expect(waitNote(PID, { ...longer, mode: "fork" })).toBe("");
  });
});

describe("whether it fits", () => {
  const container = (max: number, current: number, more: Tree = {}) => ({
    "/proc/meminfo": MEMINFO.replace("204800", "1000000"),
    "/proc/42/cgroup": "0::/app\n",
    "/proc/self/mountinfo": MOUNT_2,
    ...group2("/sys/fs/cgroup/app", max * MIB, (current + 10) * MIB, more),
  });
  const plan = (tree: Tree, mode: Mode = "fork") =>
    planMemory({ pid: PID, memory: MEMORY }, mode, new HeadroomGauge(PID, reader(tree)));
  const refusal = (...args: Parameters<typeof plan>): string => {
    try {
      plan(...args);
    } catch (error) {
      const { exitCode, pid, shortage } = error as ShortOfMemory;
      expect(error).toBeInstanceOf(ShortOfMemory);
      expect(exitCode).toBe(ExitCode.CaptureFailed);
      return shortageText(pid, shortage);
    }
    return "";
  };

  test("with room for everything there is nothing to say", () => {
    const roomy = plan(container(1000, 200));
    expect(roomy.tight).toBe(false);
    expect(memoryNote(PID, roomy)).toBe("");
    expect([roomy.headroom, roomy.reserve]).toEqual([800 * MIB, 50 * MIB]);
  });

  test("with room for the tables alone it is tight", () => {
    const tight = plan(container(300, 200));
    expect(tight.tight).toBe(true);
    expect(tight.limit).toMatchObject({ name: "memory.max", cgroup: "/app" });
    expect(plan(container(300, 200), "stop").tight).toBe(false);
    expect(describeMemory(tight)).toEqual({
      snapshot_cost_min: String(tight.cost.min),
      snapshot_cost_max: String(tight.cost.max),
      memory_headroom: String(100 * MIB),
      memory_limit: String(300 * MIB),
      memory_limit_name: "memory.max /app",
      oom_group: "",
      memory_unknown: "",
    });
    expect(memoryNote(PID, tight)).toBe(
      "memory is short: the snapshot needs 12.2 MiB, and up to 212.2 MiB if process 42 writes all of its memory during " +
        "the 419 ms that the snapshot takes; 100.0 MiB of 300.0 MiB (memory.max of the cgroup /app) are left. " +
        "The snapshot is given up if less than 32.0 MiB are left",
    );
    expect(
      memoryNote(PID, { ...tight, oomGroup: "/app", unknown: ["limits above / cannot be seen from here"] }),
    ).toMatch(
      /; memory\.oom\.group is set: at the limit the kernel kills all processes of \/app together; limits above/,
    );
  });

  test("without room for the tables and a reserve a fork is refused, with the way out", () => {
    expect(refusal(container(220, 200))).toBe(
      "process 42 was not touched: a snapshot in fork mode needs 12.2 MiB and 32.0 MiB in reserve, but only 20.0 MiB " +
        "of 220.0 MiB (memory.max of the cgroup /app) are left; --mode stop needs 11.2 MiB, but stops the process until " +
        "the dump is taken; or free memory, or raise the limit",
    );
    expect(plan(container(220, 200), "stop").headroom).toBe(20 * MIB);
    expect(refusal(container(205, 200), "stop")).toMatch(/^process 42 was not touched: .*; free memory/);
  });

  test("a script is refused without room for its lists and a reserve, and not recommended", () => {
    expect(refusal(container(300, 200), "python")).toBe(
      "process 42 was not touched: a script in python mode needs 82.0 MiB and 32.0 MiB in reserve, but only 100.0 MiB " +
        "of 300.0 MiB (memory.max of the cgroup /app) are left; --mode stop needs 11.2 MiB, but stops the process until " +
        "the dump is taken; or free memory, or raise the limit",
    );
    expect(memoryNote(PID, plan(container(400, 200), "python"))).toMatch(
      /^memory is short: the script needs 82\.0 MiB, and up to 608\.0 MiB if process 42 has mostly small objects/,
    );
  });

  test("more is held in reserve if the whole cgroup would be killed", () => {
    const killed = { "memory.oom.group": "1\n" };
    expect(plan(container(400, 200, killed))).toMatchObject({ oomGroup: "/app", reserve: 64 * MIB });
    expect(refusal(container(260, 200, killed))).toMatch(/needs 12\.2 MiB and 64\.0 MiB in reserve/);
    const limit = { name: "x", limit: 2 ** 40, used: 0 };
    expect(reserveOf(limit, undefined)).toBe(256 * MIB);
  });

  test("a kernel that does not overcommit refuses a fork", () => {
    const strict = {
      "/proc/meminfo": MEMINFO.replace("204800", "1000000") + COMMIT,
      "/proc/sys/vm/overcommit_memory": "2\n",
    };
    expect(refusal(strict)).toMatch(
      /vm\.overcommit_memory is 2: fork mode needs to commit 412\.2 MiB, but only 100\.0 MiB are left; --mode stop/,
    );
    expect(plan(strict, "stop").cost.committed).toBeLessThan(100 * MIB);
  });
});

describe("the watchdog", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const left = (bytes: number) => ({
    bytes,
    limit: { name: "memory.max", cgroup: "/app", limit: 300 * MIB, used: 0 },
  });

  test("reports a shortage once, and then stops checking", () => {
    const rooms = [100, 50, 12, 4].map((mib) => left(mib * MIB));
    const headroom = vi.fn(() => rooms.shift() ?? left(0));
    const onShortage = vi.fn();
    const watchdog = new MemoryWatchdog(PID, onShortage, { headroom, oomGroup: undefined });
    vi.advanceTimersByTime(15);
    expect(watchdog.shortage).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(onShortage.mock.calls.map(([shortage]) => shortageText(PID, shortage))).toEqual([
      "process 42 was not dumped: only 12.0 MiB of 300.0 MiB (memory.max of the cgroup /app) were left in the " +
        "container, so the dump was given up; it keeps running",
    ]);
    expect(watchdog.shortage).toBe(onShortage.mock.calls[0]?.[0]);
    expect(headroom).toHaveBeenCalledTimes(3);
    watchdog.stop();
  });

  test("is told of events, and looks when a look is due", () => {
    let room = left(100 * MIB);
    const headroom = vi.fn(() => room);
    const onShortage = vi.fn();
    const watchdog = new MemoryWatchdog(PID, onShortage, { headroom, oomGroup: undefined });
    room = left(0);
    watchdog.look();
    expect(headroom).toHaveBeenCalledTimes(1);
    // As when the event loop is busy: time goes by, and no timer runs.
    const now = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 20);
    watchdog.look();
    now.mockRestore();
    expect(onShortage).toHaveBeenCalledTimes(1);
    watchdog.stop();
  });

  test("stopped, it looks no more", () => {
    const headroom = vi.fn(() => left(100 * MIB));
    new MemoryWatchdog(PID, vi.fn(), { headroom, oomGroup: undefined }).stop();
    vi.advanceTimersByTime(1000);
    expect(headroom).toHaveBeenCalledTimes(1);
  });
});
