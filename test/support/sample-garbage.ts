// A program with garbage of each kind: young and old, with finalizers of both kinds, frozen, and in gc.garbage.
import { Records } from "./dump-file.js";
import { PythonHeap, type Thing } from "./python-heap.js";

const FINALIZE = 1;
const DELETE = 2;

export function garbage(): { heap: PythonHeap; records: Records; meta: Record<string, string> } {
  const heap = new PythonHeap();
  const records = new Records();
  const circle = (generation: number, ...things: Thing[]) => {
    things.forEach((thing, i) => {
      thing.references[0] = things[(i + 1) % things.length] ?? null;
      thing.generation = generation;
    });
    return things;
  };
  const node = (type: string, more: Record<string, Thing> = {}) => heap.slots(type, { next: null, ...more });

  for (let i = 0; i < 40; i++) circle(0, node("app.Session", { body: heap.bytes(900) }), node("app.Request"));
  for (let i = 0; i < 6; i++) circle(2, node("app.Upload", { file: heap.bytes(4000) }), node("app.Part"));
  records.finalizer(heap.type("app.Upload").address, FINALIZE);
  const [gone] = circle(1, node("app.Upload"));
  if (gone) records.finalized(gone.address);

  circle(0, node("native.Handle", { held: heap.list([heap.int(1 << 20)]) }));
  records.finalizer(heap.type("native.Handle").address, DELETE);
  circle(3, node("app.Config"), node("app.Config"));
  const saved = heap.list(circle(2, node("app.Saved", { body: heap.bytes(2000) }), node("app.Saved")));
  heap.root(saved, "interpreter", "gc.garbage");

  const watched = circle(0, node("app.Session"))[0] as Thing;
  const note = heap.add("function", {}, [], 136n, {
    content: { text: "forget /srv/app.py:12" },
    tracked: true,
  });
  const named: ["weak" | "field", string][] = [
    ["weak", "__referent__"],
    ["field", "__callback__"],
  ];
  const weak = heap.add("weakref.ReferenceType", { named }, [watched, note], 72n);
  heap.module("app", "/srv/app.py", { CACHE: heap.list([node("app.Session")]), WATCHED: weak, forget: note });

  // Counted as CPython would: what the sample heaps say of it is not exact.
  const counts = new Map<Thing, bigint>();
  for (const thing of heap.things) {
    for (const [i, target] of thing.references.entries()) {
      if (target && !(thing === weak && i === 0)) counts.set(target, (counts.get(target) ?? 0n) + 1n);
    }
  }
  for (const thing of heap.things) {
    const isRooted = ["type", "module", "NoneType"].includes(thing.type) || thing === saved;
    thing.refcount = (counts.get(thing) ?? 0n) + (isRooted ? 1n : 0n);
    if (thing.tracked) thing.generation ??= 2;
  }
  const collector = {
    collection: "known",
    collector_enabled: "true",
    collector_thresholds: "700 10 10",
    collector_counts: "512 3 1",
    collector_debug: "32",
    collector_frozen: "2",
    collector_garbage: "2",
    collector_callbacks: "0",
  };
  return { heap, records, meta: { mode: "fork", ...collector } };
}
