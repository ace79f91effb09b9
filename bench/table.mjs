// The benchmark's figures as a table.
import { cpus } from "node:os";

/** @param {import("./run.mjs").Result} result */
export function print({ python, heap, made, objects, rss, median: m, rounds }) {
  const count = (/** @type {number} */ n) => n.toLocaleString("en-US");
  const perObject = (/** @type {number} */ s) => `${((s / objects) * 1e6).toFixed(2)} µs/object`;
  const times = (/** @type {number} */ s) => `${(s / m.loop).toFixed(2)} × loop`;
  const seconds = (/** @type {number} */ s) => `${s.toFixed(2)} s`;
  const milliseconds = (/** @type {number} */ s) => `${(s * 1000).toFixed(1)} ms`;
  const mebibytes = (/** @type {number} */ bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const ofRss = (/** @type {number} */ bytes) => `${((bytes / rss) * 100).toFixed(1)} % of RSS`;
  const what = Array.isArray(made)
    ? `Program of ${made.join(", ")}`
    : `Mixed heap, nominal ${count(Number(heap))}`;
  console.log(`\n${what}: ${count(objects)} objects, ${mebibytes(rss)} resident`);
  console.log(
    `CPython ${python}, Node ${process.version}, ${cpus()[0]?.model.trim()}, median of ${rounds.length}\n`,
  );
  const rows = [["bare closure loop, CPU", seconds(m.loop), perObject(m.loop), times(m.loop)]];
  for (const [mode, c] of Object.entries(m.captures)) {
    const beside = m.captures.python && mode !== "python" ? m.captures.python.cpu / c.cpu : undefined;
    rows.push(
      [],
      [
        `${mode}: CPU of target, child and tool`,
        seconds(c.cpu),
        perObject(c.cpu),
        times(c.cpu),
        `loop / this = ${(m.loop / c.cpu).toFixed(1)}${beside ? `, python / this = ${beside.toFixed(1)}` : ""}`,
      ],
      ["  of it target and child", seconds(c.targetCpu), perObject(c.targetCpu), times(c.targetCpu)],
      ["  of it child", seconds(c.childCpu), perObject(c.childCpu), times(c.childCpu)],
      ["  wall", seconds(c.wall), perObject(c.wall), times(c.wall)],
      ["  longest stop by ptrace", milliseconds(c.stop)],
      [
        "  longest gap of a heartbeat thread",
        milliseconds(c.pause),
        `clone ${milliseconds(c.clonePause)}`,
        `idle ${milliseconds(c.idlePause)}`,
      ],
      [
        "  growth of the target's RSS",
        mebibytes(c.growth),
        perObjectBytes(c.growth, objects),
        ofRss(c.growth),
      ],
      ["  growth of its Private_Dirty", mebibytes(c.targetDirty), "", ofRss(c.targetDirty)],
      ["  Private_Dirty of the child", mebibytes(c.childDirty), "", ofRss(c.childDirty)],
      ["  growth of Pss, child included", mebibytes(c.proportional), "", ofRss(c.proportional)],
      ["  dump", mebibytes(c.bytes), perObjectBytes(c.bytes, c.objects)],
      [
        "  dump with --no-content",
        mebibytes(c.bytesWithoutContent),
        perObjectBytes(c.bytesWithoutContent, c.objects),
      ],
    );
  }
  rows.push(
    [],
    ["first open with index, top", seconds(m.firstOpen), perObject(m.firstOpen), times(m.firstOpen)],
    ["opening again, top", seconds(m.reopen), "", times(m.reopen)],
    ["Node's own start, taken off above", seconds(m.nodeStart)],
  );
  for (const [what = "", value = "", each = "", ratio = "", more = ""] of rows) {
    const line = `  ${what.padEnd(38)}${value.padStart(12)}${each.padStart(18)}${ratio.padStart(16)}  ${more}`;
    console.log(line.trimEnd());
  }
}

/**
 * @param {number} bytes
 * @param {number} objects
 */
function perObjectBytes(bytes, objects) {
  return `${(bytes / objects).toFixed(1)} B/object`;
}
