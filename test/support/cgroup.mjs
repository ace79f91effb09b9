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
  static #made = 0;
  #folder;
  #files;

  /**
   * @param {string} folder
   * @param {(typeof VERSIONS)[number]} files
   */
  constructor(folder, files) {
    this.#folder = folder;
    this.#files = files;
  }

  /**
   * @param {number} bytes
   * @returns {LimitedCgroup | string} why none can be made, in a string
   */
  static create(bytes) {
    /** @type {string[]} */
    const failures = [];
    for (const version of VERSIONS) {
      if (!existsSync(version.root)) continue;
      const folder = join(
        version.root,
        `heapdump-test-${process.pid}-${Date.now()}-${LimitedCgroup.#made++}`,
      );
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
        failures.push(/** @type {Error} */ (error).message);
      }
    }
    return failures.join("; ") || "no cgroups are mounted";
  }

  /** What a process writes its pid to that wants in. */
  get processFile() {
    return join(this.#folder, "cgroup.procs");
  }

  /** @param {number} bytes */
  limit(bytes) {
    writeFileSync(join(this.#folder, this.#files.limit), String(bytes));
  }

  get usage() {
    return Number(readFileSync(join(this.#folder, this.#files.usage), "utf8"));
  }

  get path() {
    return this.#folder.replace(/^\/sys\/fs\/cgroup(\/memory)?(?=\/)/, "");
  }

  get processes() {
    return readFileSync(this.processFile, "utf8").trim().split("\n").filter(Boolean).map(Number);
  }

  /** Once its processes have ended. */
  remove() {
    rmdirSync(this.#folder);
  }
}
