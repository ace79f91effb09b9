// A planted service that leaks, for tests: `shop` keeps every session that it served.
import { PythonHeap, type Thing } from "./python-heap.js";

export interface Shop {
  heap: PythonHeap;
  sessions: Thing[];
  cache: Thing;
  tasks: Thing[];
  chain: Thing[];
  cycle: [Thing, Thing];
  garbage: [Thing, Thing];
  hostile: Thing;
  reused: Thing;
  /** What `def remember(item, _seen={})` remembers in its default argument. */
  remembered: Thing;
}

/** What was there at `sessions` sessions is at the same addresses in a heap of more. */
export function shop({ sessions: count = 3, later = false } = {}): Shop {
  const heap = new PythonHeap();
  const sessionType = heap.type("shop.models.Session");
  for (const name of ["_asyncio.Task", "float"]) heap.type(name);
  const cache = heap.dict([]);
  const pending = heap.set([]);

  const hostile = heap.str("\x1b[31mred\x07\nnext\tline\u202e");
  const pair = (name: string): [Thing, Thing] => {
    const one = heap.instance("shop.models.Peer", { name: heap.str(name) });
    const other = heap.slots("shop.models.Peer", { other: one });
    const dict = one.references[0] as Thing;
    heap.put(dict, heap.str("other"), other);
    return [one, other];
  };
  const cycle = pair("cycle");
  const garbage = pair("garbage");

  const chain: Thing[] = [];
  for (let depth = 0; depth < 10; depth++) {
    chain.unshift(heap.slots("shop.models.Link", { next: chain[0] ?? heap.none }));
  }

  const remembered = heap.slots("shop.models.Item", { price: heap.int(12) });
  const defaults = heap.tuple([heap.dict([[heap.str("first"), remembered]])]);
  const fnShape = { named: [["field", "__defaults__"] as ["field", string]] };
  const remember = heap.add("function", fnShape, [defaults], 144n, {
    content: { text: "remember /srv/shop/service.py:30" },
  });

  // The object whose address another takes over between the two dumps.
  const reused = later
    ? heap.add("float", {}, [], 56n, { content: { text: "2.5" } })
    : heap.add("str", {}, [], 56n, { content: { text: "gone", isText: true } });

  heap.module("shop.models", "/srv/shop/models.py", { Session: sessionType });
  heap.module("shop.service", "/srv/shop/service.py", {
    CACHE: cache,
    PENDING: pending,
    MOTD: hostile,
    ROUTES: heap.list([chain[0] as Thing, cycle[0], reused]),
    remember,
  });
  heap.thread(4242, "MainThread");
  heap.thread(4243, "worker");
  heap.frame(undefined, 4242, 0, "run_forever", "/usr/lib/python3.11/asyncio/base_events.py", 607);
  heap.frame(undefined, 4242, 1, "main", "/srv/shop/service.py", 40);
  heap.frame(undefined, 4243, 0, "wait", "/usr/lib/python3.11/threading.py", 324);

  const sessions: Thing[] = [];
  const tasks: Thing[] = [];
  for (let i = 0; i < count; i++) {
    const session = heap.instance("shop.models.Session", {
      id: heap.int(1000 + i),
      user: heap.str(`user-${i}`),
      body: heap.bytes(10_000 + 1000 * i),
    });
    sessions.push(session);
    heap.put(cache, heap.str(`k${i}`), session);
    const frame = heap.add("frame", { named: [["local", "session"]] }, [session], 424n, {
      content: { text: "serve /srv/shop/service.py:20" },
    });
    const coroutine = heap.slots(
      "coroutine",
      { cr_frame: frame },
      { content: { text: "serve /srv/shop/service.py:20" } },
    );
    const task = heap.slots("_asyncio.Task", { _coro: coroutine });
    tasks.push(task);
    pending.references.push(task);
  }
  return { heap, sessions, cache, tasks, chain, cycle, garbage, hostile, reused, remembered };
}

/** A heap whose sizes and counts need all 64 bits. */
export function huge(): { heap: PythonHeap; buffers: Thing[] } {
  const heap = new PythonHeap();
  const sizes = [2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 60n + 1n];
  const buffers = sizes.map((size) => heap.add("mmap.mmap", {}, [], 64n, { size, refcount: 2n ** 53n + 1n }));
  heap.module("huge", "/srv/huge.py", { BUFFERS: heap.list(buffers) });
  return { heap, buffers };
}

/** A heap of things that take more memory than they need, and of some that C code holds. */
export function wasteful(): PythonHeap {
  const heap = new PythonHeap();
  const many = (count: number, make: (i: number) => Thing) =>
    Array.from({ length: count }, (_, i) => make(i));
  const copy = (text: string) =>
    heap.add("str", {}, [], BigInt(49 + text.length), { content: { text, isText: true } });
  heap.module("shop.names", "/srv/shop/names.py", {
    COUNTRIES: heap.list(many(40, () => copy("Switzerland"))),
    TERMS: heap.list(many(12, () => heap.longStr(4000))),
    PRICES: heap.list(many(30, () => heap.int(4990))),
    ITEMS: heap.list(
      many(25, (i) => heap.instance("shop.models.Item", { number: heap.int(i), tags: heap.list([]) })),
    ),
    ONE: heap.dict([[heap.str("one"), heap.none]]),
    LEFT: heap.dict([[heap.str("one"), heap.none]], { size: 36_960n }),
  });
  const handles = ["first", "second"].map((name) =>
    heap.instance("shop.native.Handle", { name: heap.str(name), buffer: heap.bytes(2000) }),
  );
  for (const handle of handles) handle.refcount = 2n;
  const lost = heap.add("bytes", {}, [], 5033n, {
    content: { text: "b'lost\\x00'", cut: true },
    refcount: 1n,
  });
  heap.thread(4242, "MainThread");
  heap.thread(4243, "reader of http://shop/\x1b[31m");
  heap.thread(4244, "");
  heap.frame(undefined, 4242, 0, "read", "/srv/shop/native.py", 12);
  heap.frame(undefined, 4242, 1, "main", "/srv/shop/service.py", 40);
  heap.frame(undefined, 4243, 0, "wait", "/usr/lib/python3.11/threading.py", 324);
  heap.local(handles[0] as Thing, 4242, 0, "handle");
  for (const i of [1, 2, 3, 4]) heap.local(heap.int(i), 4242, 1, `number_${i}`);
  heap.local(handles[1] as Thing, 4242, 1, "second");
  heap.typeOwns("shop.native.Handle", 0, 0, 2);
  heap.typeOwns("shop.models.Item", 24, 96, 1);
  heap.mayHold(handles[1] as Thing, 24, lost);
  return heap;
}
