// Runs the tool as a user does.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { encodeDump } from "./dump-file.js";
import type { PythonHeap } from "./python-heap.js";

export const HEAPDUMP = fileURLToPath(new URL("../../bin/heapdump.js", import.meta.url));

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The rows of a table that --json prints, as objects. */
export function recordsOf<Row = Record<string, unknown>>(table: {
  columns: string[];
  rows: unknown[][];
}): Row[] {
  const { columns, rows } = table;
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])) as Row);
}

/** A folder with dumps in it, where commands run; the name of a dump decides about gzip. */
export class TempWorkspace {
  readonly folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));

  path(name: string): string {
    return join(this.folder, name);
  }

  dump(name: string, heap: PythonHeap, ...parts: Parameters<PythonHeap["parts"]>): void {
    this.write(name, encodeDump(heap.parts(...parts), name.endsWith(".gz")));
  }

  write(name: string, bytes: Uint8Array | string): void {
    writeFileSync(this.path(name), bytes);
  }

  run(args: string[], { input = "", env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {}): Outcome {
    return this.spawn(process.execPath, [HEAPDUMP, ...args], input, env);
  }

  /** The document that a command prints, which says nothing else. */
  json(...args: string[]) {
    const { status, stdout, stderr } = this.run([...args, "--json"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return JSON.parse(stdout);
  }

  /** A line for the shell, in which `heapdump` is the tool. */
  shell(line: string, env: NodeJS.ProcessEnv = {}): Outcome {
    const tool = `heapdump() { '${process.execPath}' '${HEAPDUMP}' "$@"; }`;
    return this.spawn("bash", ["-c", `${tool}\n${line}`], "", env);
  }

  private spawn(program: string, args: string[], input: string, env: NodeJS.ProcessEnv): Outcome {
    const { NODE_OPTIONS: _, FORCE_COLOR: __, ...inherited } = process.env;
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: this.folder,
      env: { ...inherited, ...env },
      input,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    return { status, stdout, stderr };
  }

  remove(): void {
    // A folder that a test made read-only stays so for all but root.
    spawnSync("chmod", ["-R", "u+w", this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
