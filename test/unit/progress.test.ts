// What a person sees who waits.
import { PassThrough } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { expect, test, vi } from "vitest";
import { progress } from "../../src/view/progress.js";

function screen() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const parts: string[] = [];
  stream.on("data", (bytes: Buffer) => parts.push(bytes.toString()));
  const shown = () => stripVTControlCharacters(parts.join(""));
  return { stream: stream as unknown as NodeJS.WriteStream, shown, clear: () => parts.splice(0) };
}

const LONG = 1 << 30;

test("each phase is shown by its own text, and begins anew", async () => {
  const { stream, shown, clear } = screen();
  const soon = (text: RegExp) => vi.waitFor(() => expect(shown()).toMatch(text), 20_000);
  const bar = progress("Dumping process 42", stream, -1);
  bar.update(0.5);
  await soon(/Dumping process 42 .* 50 %/);
  clear();
  bar.phase("Writing heap.bin");
  await soon(/Writing heap.bin .* 0 %/);
  bar.update(0.25);
  await soon(/Writing heap.bin .* 25 %/);
  expect(shown()).not.toContain("Dumping");
  bar.stop();
});

test("a phase without news is shown when its time has come, none before it", async () => {
  const { stream, shown } = screen();
  const bar = progress("Dumping process 42", stream, 200);
  bar.update(0.5);
  bar.phase("Writing heap.bin");
  bar.phase("Waiting for the disk");
  await vi.waitFor(() => expect(shown()).not.toBe(""), 20_000);
  expect(shown()).toMatch(/^Waiting for the disk /);
  bar.stop();
});

test("what is over in less shows nothing, nor does a stream that is not a terminal", async () => {
  const { stream, shown } = screen();
  const quick = progress("Dumping process 42", stream, LONG);
  quick.update(0.5);
  quick.phase("Writing heap.bin");
  quick.stop();
  Object.assign(stream, { isTTY: false });
  const piped = progress("Dumping process 42", stream, -1);
  piped.update(0.5);
  piped.phase("Writing heap.bin");
  await setTimeout(300);
  piped.stop();
  expect(shown()).toBe("");
});
