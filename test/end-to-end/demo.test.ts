// What the demo says of two dumps: what leaked, and the one object that holds it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { findLeak, type Leak } from "../../demo/leak.mjs";
import { screen } from "../../demo/screen.mjs";
import { Workplace } from "../support/cli.js";
import { PythonHeap } from "../support/python-heap.js";
import { shop } from "../support/shop.js";

/** A program whose one dict keeps so many sessions. */
function leaking(sessions: number): PythonHeap {
  const heap = new PythonHeap();
  heap.type("app.Session");
  const cache = heap.dict([]);
  heap.module("app", "/srv/app.py", { CACHE: cache });
  for (let i = 0; i < sessions; i++) {
    heap.put(cache, heap.str(`k${i}`), heap.instance("app.Session", { user: heap.str(`user-${i}`) }));
  }
  return heap;
}

let place: Workplace;
let leak: Leak;

beforeAll(async () => {
  place = new Workplace();
  place.dump("before.bin", leaking(3));
  place.dump("after.bin", leaking(40));
  leak = await findLeak(place.path("before.bin"), place.path("after.bin"));
});
afterAll(() => place.remove());

test("the lowest object that most of what is new hangs on is named in Python's spelling", () => {
  expect(leak.owner).toMatchObject({
    path: "sys.modules['app'].CACHE",
    typeName: "dict",
    entryType: "app.Session",
    entriesBefore: 3n,
    entries: 40n,
  });
});

test("where two containers share the leak, what holds both is named", async () => {
  place.dump("shop-before.bin", shop({ sessions: 3 }).heap);
  place.dump("shop-after.bin", shop({ sessions: 40, later: true }).heap);
  const { owner } = await findLeak(place.path("shop-before.bin"), place.path("shop-after.bin"));
  expect(owner?.path).toBe("sys.modules['shop.service']");
});

test("growth is counted by type, most bytes first, with the path to a new one", () => {
  const sessions = leak.types.find(({ name }) => name === "app.Session");
  expect(sessions).toMatchObject({ count: 37n });
  expect(sessions?.example?.path).toMatch(/^sys\.modules\['app'\]\.CACHE\['k\d+'\]$/);
  const sizes = leak.types.map(({ size }) => size);
  expect(sizes).toEqual([...sizes].sort((a, b) => Number(b - a)));
});

test("the screen has no line above 100 columns", () => {
  const { owner } = leak;
  if (!owner) throw new Error("no owner");
  const output = "demo-output";
  const files = ["before.bin", "after.bin", "leak.svg", "leak.html"].map((name) => `${output}/${name}`);
  const [before = "", after = "", picture = "", page = ""] = files;
  const lines = screen({ ...leak, owner }, { before, after, picture, page }).split("\n");
  expect(lines.length).toBeGreaterThan(10);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});
