// A real cgroup with a limit, of whichever version this machine lets us make.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const VERSIONS = [
  {
    root: "/sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
  },
  { root: "/sys/fs/cgroup", limit: "memory.max", usage: "memory.current" },
];

export class LimitedCgroup {
  private constructor(
    private readonly folder: string,
    private readonly files: (typeof VERSIONS)[number],
  ) {}

  /** Why none can be made, in a string. */
  static create(bytes: number): LimitedCgroup | string {
    const failures: string[] = [];
    for (const version of VERSIONS) {
      if (!existsSync(version.root)) continue;
      const folder = join(version.root, `heapdump-test-${process.pid}-${Date.now()}`);
      try {
        mkdirSync(folder);
        const made = new LimitedCgroup(folder, version);
        if (existsSync(join(folder, version.limit))) {
          made.limit(bytes);
          return made;
        }
        made.remove();
        failures.push(`${folder} has no ${version.limit}`);
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    return failures.join("; ") || "no cgroups are mounted";
  }

  /** What a process writes its pid to that wants in. */
  get processFile(): string {
    return join(this.folder, "cgroup.procs");
  }

  limit(bytes: number): void {
    writeFileSync(join(this.folder, this.files.limit), String(bytes));
  }

  get usage(): number {
    return Number(readFileSync(join(this.folder, this.files.usage), "utf8"));
  }

  get path(): string {
    return this.folder.replace(/^\/sys\/fs\/cgroup(\/memory)?(?=\/)/, "");
  }

  get processes(): number[] {
    return readFileSync(this.processFile, "utf8").trim().split("\n").filter(Boolean).map(Number);
  }

  /** Once its processes have ended. */
  remove(): void {
    rmdirSync(this.folder);
  }
}
