// A service whose tasks wait, in asyncio's debug mode.
import { Records } from "./dump-file.js";
import { PythonHeap, type Thing } from "./python-heap.js";

const FILE = "/srv/service.py";
const LOCKS = "/usr/lib/python3.13/asyncio/locks.py";

export function service(): { heap: PythonHeap; records: Records; tasks: Thing[] } {
  const heap = new PythonHeap();
  const records = new Records();
  const waiters: Thing[] = [];
  const tasks: Thing[] = [];

  const suspended = (type: string, place: string, line: number, awaited: Thing | null, bytes = 0) => {
    const label = type === "coroutine" ? "cr_await" : "ag_await";
    const named: ["field" | "local", string][] = [
      ["field", label],
      ["local", "payload"],
    ];
    const payload = bytes ? heap.bytes(bytes) : null;
    const made = heap.add(type, { named }, [awaited, payload], 192n, { content: { text: place } });
    records.suspended(made.address, true, line, awaited?.address ?? 0n);
    return made;
  };
  const created = (line: number, fn: string) =>
    heap.list([
      heap.instance("traceback.FrameSummary", {
        filename: heap.str("/usr/lib/python3.13/asyncio/runners.py"),
        lineno: heap.int(118),
        name: heap.str("run"),
      }),
      heap.instance("traceback.FrameSummary", {
        filename: heap.str(FILE),
        lineno: heap.int(line),
        name: heap.str(fn),
      }),
    ]);
  const task = (chain: Thing, future: Thing | null, line: number, more: Record<string, Thing> = {}) => {
    const made = heap.slots("_asyncio.Task", {
      _coro: chain,
      _fut_waiter: future,
      _name: heap.int(tasks.length + 2),
      _source_traceback: created(line, "start"),
      ...more,
    });
    if (future) future.references[0] = heap.slots("_asyncio.TaskWakeupMethWrapper", { task: made });
    tasks.push(made);
    return made;
  };
  const newFuture = () => heap.slots("_asyncio.Future", { fut_callback0: null });
  const iterator = (future: Thing) => heap.slots("_asyncio.FutureIter", { fut: future });
  const eventWait = (future: Thing) => {
    waiters.push(future);
    return suspended("coroutine", `Event.wait ${LOCKS}:200`, 213, iterator(future));
  };

  for (const bytes of [4000, 4400, 4800]) {
    const future = newFuture();
    const leaf = suspended("coroutine", `leaf ${FILE}:10`, 11, eventWait(future), bytes);
    const middle = suspended("coroutine", `middle ${FILE}:14`, 15, leaf);
    task(suspended("coroutine", `outer ${FILE}:18`, 20, middle), future, 61);
  }
  const future = newFuture();
  const agen = suspended("async_generator", `agen ${FILE}:24`, 27, eventWait(future), 3600);
  const send = heap.slots("async_generator_asend", { ags_gen: agen });
  task(suspended("coroutine", `over ${FILE}:30`, 31, send), future, 62);
  const timed = newFuture();
  const sleeps = suspended(
    "coroutine",
    "sleep /usr/lib/python3.13/asyncio/tasks.py:700",
    718,
    iterator(timed),
  );
  task(suspended("coroutine", `refresh ${FILE}:40`, 43, sleeps), timed, 63);
  const timer = heap.slots("asyncio.events.TimerHandle", { _args: heap.tuple([timed]) });
  const ended = heap.slots("coroutine", { cr_await: null }, { content: { text: `load ${FILE}:50` } });
  task(ended, null, 64, { _result: heap.none });

  const event = heap.slots("asyncio.locks.Event", {
    _waiters: heap.add("collections.deque", { tail: [{ kind: "item", indexed: true }] }, waiters, 624n),
  });
  heap.module("asyncio", "/usr/lib/python3.13/asyncio/__init__.py", { TIMERS: heap.list([timer]) });
  heap.module("service", FILE, { READY: event, TASKS: heap.list(tasks) });
  return { heap, records, tasks };
}
