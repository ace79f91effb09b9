// What a person sees who waits.
import { PassThrough } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { progress } from "../../src/view/progress.js";

function screen() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const parts: string[] = [];
  stream.on("data", (bytes: Buffer) => parts.push(bytes.toString()));
  const shown = () => stripVTControlCharacters(parts.splice(0).join(""));
  return { stream: stream as unknown as NodeJS.WriteStream, shown };
}

/** Until the library is loaded, and as often as it draws. */
const drawn = () => setTimeout(300);

test("each phase is told by its own text, and begins anew", async () => {
  const { stream, shown } = screen();
  const bar = progress("Dumping process 42", stream, -1);
  bar.update(0.5);
  await drawn();
  expect(shown()).toMatch(/Dumping process 42 .* 50 %/);
  bar.phase("Writing heap.bin");
  await drawn();
  expect(shown()).toMatch(/Writing heap.bin .* 0 %/);
  bar.update(0.25);
  await drawn();
  expect(shown()).toMatch(/Writing heap.bin .* 25 %/);
  bar.stop();
});

test("a phase without news is shown when a second is over, one before it is not", async () => {
  const { stream, shown } = screen();
  const bar = progress("Dumping process 42", stream, 200);
  bar.update(0.5);
  bar.phase("Writing heap.bin");
  bar.phase("Waiting for the disk");
  await setTimeout(50);
  expect(shown()).toBe("");
  await setTimeout(600);
  expect(shown()).toMatch(/^Waiting for the disk /);
  bar.stop();
});

test("what is over in less shows nothing, nor does a stream that is no terminal", async () => {
  const { stream, shown } = screen();
  const quick = progress("Dumping process 42", stream, 200);
  quick.phase("Writing heap.bin");
  quick.stop();
  await setTimeout(400);
  Object.assign(stream, { isTTY: false });
  const piped = progress("Dumping process 42", stream, -1);
  piped.update(0.5);
  piped.phase("Writing heap.bin");
  await drawn();
  piped.stop();
  expect(shown()).toBe("");
});
