// What tests are given: `test("…", async ({ workspace }) => …)`. Each is made for the test or the file that asks for
// it, and removed after it.
import { test as base, expect } from "vitest";
import { type Attaching, type AttachOptions, startAttach, startTool } from "./attach.js";
import { type Outcome, TempWorkspace } from "./cli.js";
import { writeSampleDumps } from "./sample-dumps.js";
import { Target } from "./target.js";

/** A folder with targets, which are dumped into it. */
export class CaptureWorkspace extends TempWorkspace {
  private readonly targets: Target[] = [];

  async startTarget(...program: Parameters<typeof Target.start>): Promise<Target> {
    const target = await Target.start(...program);
    this.targets.push(target);
    return target;
  }

  startAttach(args: (string | number)[], options: Omit<AttachOptions, "cwd"> = {}): Attaching {
    return startAttach(args, { cwd: this.folder, ...options });
  }

  startTool(args: (string | number)[], options: Omit<AttachOptions, "cwd"> = {}): Attaching {
    return startTool(args, { cwd: this.folder, ...options });
  }

  async attach(args: (string | number)[], options: Omit<AttachOptions, "cwd"> = {}): Promise<Outcome> {
    return this.startAttach(args, options).done;
  }

  /** A dump that is taken without a word. */
  async attachQuietly(pid: number, mode: string, file: string): Promise<void> {
    const { status, stderr } = await this.attach([pid, "--mode", mode, "--json", "-o", file]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  }

  async end(): Promise<void> {
    await Promise.all(this.targets.map((target) => target.kill()));
    this.remove();
  }
}

interface Fixtures {
  /** Of the test's own. */
  workspace: CaptureWorkspace;
  /** One for all tests of a file, with the dumps of sample-dumps.ts in it. */
  sampleDumps: TempWorkspace;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it which fixtures this one needs
  workspace: async ({}, use) => {
    const workspace = new CaptureWorkspace();
    await use(workspace);
    await workspace.end();
  },
  sampleDumps: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      const workspace = new TempWorkspace();
      writeSampleDumps(workspace);
      await use(workspace);
      workspace.remove();
    },
    { scope: "file" },
  ],
});
