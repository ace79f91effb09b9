// The dumps of the sample heaps that commands, documentation and schema are tested with.
import type { TempWorkspace } from "./cli.js";
import { encodeDump } from "./dump-file.js";
import { garbage } from "./sample-garbage.js";
import { huge, type Shop, shop, wasteful } from "./sample-heaps.js";
import { sampleLogText } from "./sample-log.js";
import { memoryUse } from "./sample-memory.js";
import { sessionSites, TRACED } from "./sample-sites.js";
import { service } from "./sample-tasks.js";

/** What is in before.bin, after.bin and huge.bin. */
export const before = shop();
export const after = shop({ sessions: 12, later: true });
export const hugeHeap = huge();

/** What a dump of another mode says of itself. */
const FORKED = {
  meta: {
    mode: "fork",
    snapshot_cost_min: "12582912",
    snapshot_cost_max: "54525952",
    memory_headroom: "94371840",
    memory_limit: "314572800",
    memory_limit_name: "memory.max /kubepods/pod1",
    oom_group: "/kubepods/pod1",
    memory_unknown: "",
    collector_enabled: "false",
    collector_thresholds: "700 10 10",
    collector_counts: "512 3 1",
    collector_debug: "32",
    collector_frozen: "0",
    collector_garbage: "2",
    collector_callbacks: "1",
  },
  end: {
    route: "immediate",
    consistent: "false",
    skipped: "shop.Broken: 3 faults, 1 unreadable; shop.Slow: 1 hangs",
  },
};

const RESIDENT = { rss_file: String(9 << 20), rss_shared: String(1 << 20) };

export function writeSampleDumps(workspace: TempWorkspace): void {
  const middle = shop({ sessions: 7 });
  const at = (time: string) => ({ time: `2026-03-01T${time}:00.000Z` });
  workspace.dump("before.bin", before.heap);
  workspace.write("collections.json", sampleLogText);
  workspace.write("cut-collections.json", sampleLogText.slice(0, -300));
  workspace.dump("middle.bin", middle.heap, at("12:30"));
  workspace.dump("after.bin", after.heap, at("13:00"));
  workspace.dump("after.bin.gz", after.heap, at("13:00"));
  workspace.dump("omitted.bin", after.heap, {
    omitted: "names of attributes; locals of running frames",
    ...at("13:00"),
  });
  workspace.dump("later.bin", middle.heap, at("13:30"));
  workspace.dump("wasteful.bin", wasteful(), { mode: "fork" }, FORKED.end);
  workspace.dump("fork.bin", before.heap, FORKED.meta, FORKED.end);
  const use = (name: string, time: string, ...[of]: Parameters<typeof memoryUse>) =>
    workspace.dump(
      name,
      before.heap,
      { ...FORKED.meta, ...RESIDENT, ...at(time) },
      FORKED.end,
      2,
      memoryUse(of),
    );
  use("lean.bin", "12:00", {});
  use("native.bin", "12:30", { nodes: 1_200_000 });
  use("kept.bin", "13:00", { usedBlocks: 20, pools: 9000, nodes: 1_200_000 });
  const tables = { tracemalloc: "5", tracemalloc_bytes: String(100 << 20), tracemalloc_chunks: "900000" };
  workspace.dump(
    "tracing.bin",
    before.heap,
    { ...FORKED.meta, ...RESIDENT, ...at("12:30") },
    { ...FORKED.end, ...tables },
    2,
    memoryUse({ nodes: 1_000_000, swapped: 12 << 20 }),
  );
  workspace.dump("script.bin", before.heap, RESIDENT, {}, 2, memoryUse({ looks: false }));
  const traced = (name: string, { heap, sessions }: Shop, time: string, first: number) =>
    workspace.dump(name, heap, at(time), TRACED, 2, sessionSites(sessions, first));
  traced("traced.bin", before, "12:00", before.sessions.length);
  traced("traced-after.bin", after, "13:00", before.sessions.length + 1);
  const { heap, records } = service();
  workspace.dump("service.bin", heap, { ...FORKED.meta, ...at("12:00") }, FORKED.end, 2, records);
  const wasted = garbage();
  workspace.dump("garbage.bin", wasted.heap, wasted.meta, FORKED.end, 2, wasted.records);
  workspace.dump("huge.bin", hugeHeap.heap);
  workspace.dump("huge.bin.gz", hugeHeap.heap);
  for (const dump of ["before.bin", "middle.bin"])
    workspace.run(["export", dump, "--to", "stat", "-o", "history.stat"]);
  workspace.write("cut.bin", encodeDump(before.heap.parts()).subarray(0, 2000));
}
