// A target in its home, from its start to its end.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LimitedCgroup } from "../support/cgroup.mjs";
import { Baseline, childrenOf, descendantsOf } from "./view.mjs";

const PROGRAM = fileURLToPath(new URL("../targets/heartbeat.py", import.meta.url));
const EMBEDDING = fileURLToPath(new URL("../targets/embedding.c", import.meta.url));
const LIBRARY =
  "import sys, sysconfig as s; print(s.get_config_var('LIBDIR')); print(s.get_config_var('INSTSONAME')); print(sys.prefix)";
/** What a program may take to start, or to go on, on a machine that is busy. */
const PATIENCE_MS = 60_000;

/** Why a home cannot be here, in words; empty if it can. @param {import("./homes.mjs").Home} home @param {string} python @param {string} library */
export function impossible(home, python, library) {
  const root = process.getuid?.() === 0;
  // Those that heapdump's tests unpack have nothing to link with either.
  if (home.embedded && (library !== "shared" || python.includes("/interpreters/")))
    return "there is no libpython to link with";
  if ((home.through || home.room || /other_user|processes/.test(home.state)) && !root) return "takes root";
  if (!home.room) return "";
  const cgroup = LimitedCgroup.create(home.room << 20);
  if (typeof cgroup === "string") return cgroup;
  cgroup.remove();
  return "";
}

export class StressTarget {
  /** @type {LimitedCgroup | undefined} */
  #cgroup;
  #output = "";
  #folder = mkdtempSync(join(tmpdir(), "heapdump-stress-"));
  /** @type {import("node:child_process").ChildProcess} */
  #child;
  /** @type {Promise<unknown>} */
  #exited;
  /** @type {NodeJS.Timeout | undefined} */
  #storm;
  pid = 0;
  /** The longest that a turn of its work stood still, and lasted, in milliseconds, before any attach. */
  bare = { still: 0, gap: 0 };

  /** @param {string} python @param {import("./homes.mjs").Home} home */
  constructor(python, home) {
    this.home = home;
    const { program, env } = home.embedded ? embed(python, this.#folder) : { program: python, env: {} };
    const through = [...(home.through ?? [])];
    if (home.room) {
      const cgroup = LimitedCgroup.create(2 ** 31);
      if (typeof cgroup === "string") throw new Error(cgroup);
      this.#cgroup = cgroup;
      through.push("sh", "-c", `echo $$ > ${cgroup.processFile}; exec "$@"`, "sh");
    }
    const [command = "", ...args] = [...through, program, PROGRAM, home.state, String(home.threads ?? 0)];
    this.#child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", TMPDIR: this.#folder, ...env },
    });
    this.#exited = once(this.#child, "close");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        this.#output += text;
      });
    }
    this.#child.stdin?.on("error", () => {});
  }

  /**
   * Until it beats, and what it is like has been seen for `bareMs`.
   * @param {number} bareMs
   * @param {boolean} [steady] whether its whole map must stay as it is
   */
  async ready(bareMs, steady = false) {
    if (!(await this.beats())) throw new Error(`the target does not start: ${this.#output}`);
    this.pid = /** @type {number} */ (this.#child.pid);
    for (let i = 0; i < (this.home.through?.includes("--fork") ? 1 : 0); i++)
      this.pid = childrenOf(this.pid)[0] ?? this.pid;
    if (this.home.state === "children" || this.home.state === "forking") await sleep(50);
    if (this.#cgroup) this.#cgroup.limit(this.#cgroup.usage + ((this.home.room ?? 0) << 20));
    if (this.home.signals === "stops") this.#stop();
    this.baseline = new Baseline(this.pid, steady);
    const mark = this.mark();
    const end = Date.now() + bareMs;
    do {
      this.baseline.learn();
      await sleep(2);
    } while (Date.now() < end);
    await this.beats();
    this.bare = this.since(mark);
    if (this.home.signals === "stopped") {
      process.kill(this.pid, "SIGSTOP");
      while (this.#state() !== "T") await sleep(1);
      this.baseline.learn();
    }
  }

  /** SIGSTOP and SIGCONT, again and again. */
  #stop() {
    const send = (/** @type {NodeJS.Signals} */ signal) => {
      try {
        process.kill(this.pid, signal);
      } catch {
        return; // It has ended, which is told elsewhere.
      }
      const next = signal === "SIGSTOP" ? "SIGCONT" : "SIGSTOP";
      this.#storm = setTimeout(() => send(next), 1 + Math.random() * 5);
    };
    send("SIGSTOP");
  }

  #state() {
    try {
      return /^State:\t(\S)/m.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1] ?? "";
    } catch {
      return "";
    }
  }

  /** To ask what comes after it. */
  mark() {
    return this.#output.length;
  }

  get isStopped() {
    return this.home.signals === "stopped";
  }

  /** Whether it goes on: a beat comes from now on. One that was stopped stays so. */
  async beats() {
    const mark = this.mark();
    const end = Date.now() + PATIENCE_MS;
    while (this.isStopped && this.pid) {
      if (this.#state() === "T") return true;
      if (this.hasEnded || this.mark() > mark || Date.now() > end) return false;
      await sleep(2);
    }
    while (!/^beat .*\n/m.test(this.#output.slice(mark))) {
      if (this.hasEnded || Date.now() > end) return false;
      await sleep(2);
    }
    return true;
  }

  /** @param {number} mark */
  since(mark) {
    const beats = [...this.#output.slice(mark).matchAll(/^beat ([\d.]+) (-?[\d.]+)$/gm)];
    return {
      gap: Math.max(0, ...beats.map(([, gap]) => Number(gap))),
      still: Math.max(0, ...beats.map(([, , still]) => Number(still))),
    };
  }

  get hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** How it ended. */
  get status() {
    return this.#child.signalCode ?? this.#child.exitCode;
  }

  /** The first that it said was wrong; empty if nothing is. */
  get wrong() {
    return /^.*(?:wrong|Traceback|Error|Fatal)[\s\S]{0,300}/m.exec(this.#output)?.[0].trim() ?? "";
  }

  /** Has it end by itself. */
  tellToEnd() {
    this.#child.stdin?.end();
  }

  async ended() {
    const late = sleep(PATIENCE_MS, undefined, { ref: false });
    await Promise.race([this.#exited, late]);
    return this.hasEnded;
  }

  /** Lets one that was stopped go on, and says whether it does. */
  async resume() {
    clearTimeout(this.#storm);
    if (!this.hasEnded) process.kill(this.pid || (this.#child.pid ?? 0), "SIGCONT");
    const { signals: _, ...home } = this.home;
    this.home = home;
    return this.beats();
  }

  async kill() {
    clearTimeout(this.#storm);
    const root = this.#child.pid ?? 0;
    for (const pid of [...descendantsOf(root), root]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
    await this.#exited;
    for (let i = 0; this.#cgroup && i < 1000; i++) {
      if (this.#cgroup.processes.length === 0) break;
      await sleep(10);
    }
    this.#cgroup?.remove();
    rmSync(this.#folder, { recursive: true });
  }
}

/** @param {string} python @param {string} folder */
function embed(python, folder) {
  const answer = execFileSync(python, ["-I", "-c", LIBRARY], { encoding: "utf8" });
  const [libraries = "", library = "", prefix = ""] = answer.trim().split("\n");
  const program = join(folder, "program");
  const linked = [`-L${libraries}`, `-l:${library}`, `-Wl,-rpath,${libraries}`];
  const options = ["-no-pie", "-fno-pie", "-DLINKED", EMBEDDING, "-o", program];
  execFileSync(process.env.CC ?? "cc", [...options, ...linked]);
  return { program, env: { PYTHONHOME: prefix } };
}
