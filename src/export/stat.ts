import { appendFile, readFile } from "node:fs/promises";
import { parseSamples, sampleOf } from "../store/sample.js";
import type { ExportFormat } from "./format.js";

/** One line of text a dump (docs/stat-format.md). */
export const stat: ExportFormat = {
  name: "stat",
  extension: ".stat",
  description: "a line that counts its objects by kind, at the end of a file of such lines",
  appends: true,
  async write(heap, path, _, __, { of, by }) {
    const { line, groups, objects } = sampleOf(heap, by ?? "kind", of ?? null);
    const before = await readFile(path, "utf8");
    // What was cut off stays a line of its own.
    const separator = before === "" || before.endsWith("\n") ? "" : "\n";
    await appendFile(path, `${separator}${line}\n`);
    return { objects, groups, samples: BigInt(parseSamples(before, path).samples.length + 1) };
  },
};
