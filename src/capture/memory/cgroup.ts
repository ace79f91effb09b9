// Which limits on memory a process's pages count against, as the cgroups of version 1 and 2 tell it: in the
// target's own cgroup, and in all above it that can be seen.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MemoryLimit } from "../../model/memory.js";

/** A file's text; undefined if it cannot be read. */
export type Read = (path: string) => string | undefined;

export const readText: Read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/** One cgroup on the way up from the target's. */
interface Group {
  path: string;
  folder: string;
}

interface Mount {
  /** The cgroup that the mount shows, as the reader's cgroup namespace names it. */
  root: string;
  folder: string;
}

/** What stands for "no limit" in version 1: 2^63 rounded down to a page, whose size differs. */
const UNLIMITED = 2 ** 60;

/** The cgroups that account a process's memory. Found once, read often. */
export class MemoryCgroups {
  /** What cannot be known, in words. */
  readonly unknown: string[] = [];
  private readonly version: 1 | 2;
  /** The target's first. */
  private readonly groups: Group[];

  constructor(
    pid: number,
    private readonly read: Read = readText,
  ) {
    const own = ownCgroup(read(`/proc/${pid}/cgroup`) ?? "");
    this.version = own?.version ?? 2;
    // A sidecar has a cgroup file system that shows only itself; the target's own then still shows the target.
    const mount =
      own &&
      (bestMount(read("/proc/self/mountinfo"), own) ??
        inTarget(pid, bestMount(read(`/proc/${pid}/mountinfo`), own)));
    this.groups = own && mount ? groupsUpTo(own.path, mount) : [];
    if (!own) this.unknown.push(`the cgroup that accounts the memory of process ${pid} is not known`);
    else if (!mount) this.unknown.push(`no mount that can be seen from here shows the cgroup ${own.path}`);
    else if (!this.seesRoot()) this.unknown.push(`limits above ${mount.root} cannot be seen from here`);
  }

  limits(): MemoryLimit[] {
    return this.version === 2 ? this.limits2() : this.limits1();
  }

  /** The outermost cgroup all of whose processes the kernel kills together (`memory.oom.group`). */
  oomGroup(): string | undefined {
    return this.groups.findLast(({ folder }) => this.number(folder, "memory.oom.group") === 1)?.path;
  }

  private limits2(): MemoryLimit[] {
    return this.groups.flatMap(({ path, folder }) => {
      // Above memory.high a process is not killed, but slowed down until it hardly runs.
      const limits = ["memory.max", "memory.high"].flatMap((name) => {
        const limit = this.number(folder, name);
        return limit === undefined ? [] : [{ name, cgroup: path, limit }];
      });
      const usage = limits.length > 0 ? this.number(folder, "memory.current") : undefined;
      if (usage === undefined) return [];
      const used = usage - (this.stat(folder, "inactive_file") ?? 0);
      return limits.map((limit) => ({ ...limit, used }));
    });
  }

  private limits1(): MemoryLimit[] {
    const name = "memory.limit_in_bytes";
    const found = this.groups.flatMap(({ path, folder }, i) => {
      const limit = this.number(folder, name);
      // Kernels before 5.11 may account what is below a cgroup apart from it.
      const apart = i > 0 && this.number(folder, "memory.use_hierarchy") === 0;
      const used = limit === undefined || apart ? undefined : this.used1(folder);
      return limit === undefined || used === undefined ? [] : [{ name, cgroup: path, limit, used }];
    });
    // Of cgroups that cannot be seen the least limit is known, and the target's part of what counts against it.
    const [own] = this.groups;
    const unseen = own && this.stat(own.folder, "hierarchical_memory_limit");
    if (!own || unseen === undefined || found.some(({ limit }) => limit <= unseen)) return found;
    const used = this.used1(own.folder);
    if (used === undefined) return found;
    return [...found, { name: "hierarchical_memory_limit", cgroup: own.path, limit: unseen, used }];
  }

  private used1(folder: string): number | undefined {
    const usage = this.number(folder, "memory.usage_in_bytes");
    const cache = this.stat(folder, "total_inactive_file") ?? this.stat(folder, "inactive_file") ?? 0;
    return usage === undefined ? undefined : usage - cache;
  }

  /** Whether nothing can be above the last: only the root lacks or has these files. */
  private seesRoot(): boolean {
    const top = this.groups.at(-1);
    if (!top) return false;
    const has = (file: string) => this.read(join(top.folder, file)) !== undefined;
    return this.version === 2 ? !has("cgroup.events") : has("cgroup.sane_behavior");
  }

  /** Undefined if there is no such file, or no limit. */
  private number(folder: string, file: string): number | undefined {
    return limited(this.read(join(folder, file))?.trim());
  }

  private stat(folder: string, key: string): number | undefined {
    const stat = this.read(join(folder, "memory.stat")) ?? "";
    return limited(new RegExp(`^${key} (\\d+)$`, "m").exec(stat)?.[1]);
  }
}

/** Undefined for `max`, and for what stands for it. */
function limited(text: string | undefined): number | undefined {
  const value = text && /^\d+$/.test(text) ? Number(text) : UNLIMITED;
  return value < UNLIMITED ? value : undefined;
}

interface OwnCgroup {
  version: 1 | 2;
  path: string;
}

/** Where both versions are mounted, memory is with the one that names it. */
function ownCgroup(text: string): OwnCgroup | undefined {
  const lines = [...text.matchAll(/^\d+:([^:]*):(.*)$/gm)].map(([, controllers = "", path = ""]) => ({
    controllers: controllers.split(","),
    path: path.replace(/ \(deleted\)$/, ""),
  }));
  const first = lines.find(({ controllers }) => controllers.includes("memory"));
  if (first) return { version: 1, path: first.path };
  const second = lines.find(({ controllers }) => controllers[0] === "");
  return second && { version: 2, path: second.path };
}

/** The mount that shows the cgroup and most of what is above it. */
function bestMount(mountinfo: string | undefined, { version, path }: OwnCgroup): Mount | undefined {
  const shown = mounts(mountinfo ?? "", version).filter(({ root }) => below(path, root) !== undefined);
  return shown.sort((a, b) => a.root.length - b.root.length)[0];
}

function mounts(mountinfo: string, version: 1 | 2): Mount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [place = "", source = ""] = line.split(" - ");
    const [, , , root, folder] = place.split(" ");
    const [type, , options = ""] = source.split(" ");
    const right =
      version === 2 ? type === "cgroup2" : type === "cgroup" && options.split(",").includes("memory");
    return right && root && folder ? [{ root: unescaped(root), folder: unescaped(folder) }] : [];
  });
}

function inTarget(pid: number, mount: Mount | undefined): Mount | undefined {
  return mount && { ...mount, folder: `/proc/${pid}/root${mount.folder}` };
}

function groupsUpTo(path: string, mount: Mount): Group[] {
  const groups: Group[] = [];
  for (let at = path; ; at = dirname(at)) {
    groups.push({ path: at, folder: join(mount.folder, below(at, mount.root) ?? "") });
    if (at === mount.root || at === "/") return groups;
  }
}

/** What of a path is below a folder; undefined if it is not below. */
function below(path: string, folder: string): string | undefined {
  if (path === folder) return "";
  const prefix = folder === "/" ? "/" : `${folder}/`;
  const rest = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
  // A namespace shows what is outside of it as `..`, which is not below it.
  return rest === undefined || rest.split("/").includes("..") ? undefined : rest;
}

/** Spaces and the like are octal in mountinfo. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
