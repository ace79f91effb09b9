// What must be the same of a target after an attach, as /proc shows it.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const SIGCHLD = 17;

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @param {string} path */
function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** The fields of a stat file from the state on. @param {number} pid */
const stat = (pid) =>
  read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");

/** @param {number} pid */
export function childrenOf(pid) {
  const texts = list(`/proc/${pid}/task`).map((tid) => read(`/proc/${pid}/task/${tid}/children`));
  return texts.flatMap((text) => text.split(" ").filter(Boolean).map(Number));
}

/** @param {number} pid @returns {number[]} */
export function descendantsOf(pid) {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/**
 * @param {number} pid
 * @param {boolean} whole whether all of its map is compared, or only what is executable, shared or a file
 * @returns {Record<string, unknown>}
 */
function look(pid, whole) {
  const mappings = read(`/proc/${pid}/maps`)
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/));
  const lasting = mappings.filter(([, access = "", , , , path]) => path || /[xs]/.test(access));
  const status = read(`/proc/${pid}/status`);
  const masks = list(`/proc/${pid}/task`).map(
    (tid) => /^SigBlk:\s*(\S+)/m.exec(read(`/proc/${pid}/task/${tid}/status`))?.[1],
  );
  return {
    threads: masks.length,
    masks: [...new Set(masks)].sort(),
    // The tool's signal nobody as they end; the program's own tell of it.
    children: childrenOf(pid).filter((child) => {
      const fields = stat(child);
      return fields.length > 35 && Number(fields[35]) !== SIGCHLD;
    }).length,
    descriptors: list(`/proc/${pid}/fd`).map((fd) => `${fd} ${link(`/proc/${pid}/fd/${fd}`)}`),
    mappings: (whole ? mappings : lasting)
      .filter(([, , , , , path]) => path !== "[heap]" && path !== "[stack]")
      .map(([range, access, , , , path = ""]) =>
        whole ? `${range} ${access} ${path}` : `${access} ${path}`,
      ),
    tracer: /^TracerPid:\s*(\S+)/m.exec(status)?.[1],
    handlers: /^SigIgn:.*\nSigCgt:.*$/m.exec(status)?.[0],
  };
}

/** The views of a target that no tool has touched: programs open and close, start and end. */
export class Baseline {
  /** @type {Map<string, Set<string>>} */
  #seen = new Map();

  /** @param {number} pid @param {boolean} whole */
  constructor(pid, whole) {
    this.pid = pid;
    this.whole = whole;
  }

  learn() {
    for (const [name, value] of Object.entries(look(this.pid, this.whole))) {
      const values = this.#seen.get(name) ?? new Set();
      this.#seen.set(name, values.add(JSON.stringify(value)));
    }
  }

  /** What is not as it ever was. */
  #different() {
    return Object.entries(look(this.pid, this.whole)).filter(
      ([name, value]) => !this.#seen.get(name)?.has(JSON.stringify(value)),
    );
  }

  /**
   * What is left in the target when two seconds have passed, in words; empty if nothing is. It counts once.
   * @returns {Promise<string>}
   */
  async left() {
    const end = Date.now() + 2000;
    let different = this.#different();
    while (different.length > 0 && Date.now() < end) {
      await sleep(5);
      different = this.#different();
    }
    if (different.length === 0 || list(`/proc/${this.pid}/task`).length === 0) return "";
    const words = different.map(([name, value]) => `${name}: ${this.#news(name, value)}`);
    this.learn();
    return words.join("; ");
  }

  /** @param {string} name @param {unknown} value */
  #news(name, value) {
    const [before = "null"] = [...(this.#seen.get(name) ?? [])].slice(-1);
    if (!Array.isArray(value)) return `${before} → ${JSON.stringify(value)}`;
    /** @type {string[]} */
    const old = JSON.parse(before) ?? [];
    const less = (/** @type {string[]} */ from, /** @type {string[]} */ taken) => {
      const rest = [...taken];
      return from.filter((each) => {
        const at = rest.indexOf(each);
        if (at >= 0) rest.splice(at, 1);
        return at < 0;
      });
    };
    const added = less(value, old).map((each) => `+${each}`);
    const gone = less(old, value).map((each) => `-${each}`);
    return [...added, ...gone].slice(0, 6).join(", ") || "another order";
  }
}
