// A cgroup that can be frozen, as `docker pause` does it, of either version of cgroups.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const VERSIONS = {
  1: {
    roots: ["/sys/fs/cgroup/freezer"],
    file: "freezer.state",
    frozen: "FROZEN",
    thawed: "THAWED",
    shown: ["freezer.state", /^FROZEN$/m],
  },
  2: {
    roots: ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"],
    file: "cgroup.freeze",
    frozen: "1",
    thawed: "0",
    shown: ["cgroup.events", /^frozen 1$/m],
  },
} as const;

export class FreezerCgroup {
  private constructor(
    private readonly folder: string,
    readonly path: string,
    private readonly files: (typeof VERSIONS)[1 | 2],
  ) {}

  /** Undefined where this machine lets us make none. */
  static create(version: 1 | 2): FreezerCgroup | undefined {
    for (const root of VERSIONS[version].roots) {
      const path = `/heapdump-test-${process.pid}-${Date.now()}`;
      const folder = join(root, path);
      try {
        mkdirSync(folder);
      } catch {
        continue;
      }
      if (existsSync(join(folder, VERSIONS[version].file)))
        return new FreezerCgroup(folder, path, VERSIONS[version]);
      rmdirSync(folder);
    }
    return undefined;
  }

  add(pid: number): void {
    writeFileSync(join(this.folder, "cgroup.procs"), String(pid));
  }

  async freeze(): Promise<void> {
    const [file, text] = this.files.shown;
    writeFileSync(join(this.folder, this.files.file), this.files.frozen);
    while (!text.test(readFileSync(join(this.folder, file), "utf8"))) await sleep(10);
  }

  thaw(): void {
    writeFileSync(join(this.folder, this.files.file), this.files.thawed);
  }

  /** Once its processes have ended. */
  async remove(): Promise<void> {
    while (readFileSync(join(this.folder, "cgroup.procs"), "utf8") !== "") await sleep(10);
    rmdirSync(this.folder);
  }
}
