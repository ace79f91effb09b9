// The tool that attaches: one process for many attaches, or the command, which can be killed and stopped meanwhile.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Attempt
 * @property {"dump" | "refused" | "killed" | "hung"} ended
 * @property {string} [message] of a refusal
 * @property {number} [exitCode]
 * @property {string} [route]
 * @property {boolean} [consistent]
 * @property {number} [pauseMs]
 * @property {string[]} [left]
 */

const COMMAND = fileURLToPath(new URL("../../bin/heapdump.js", import.meta.url));
const LOOP = fileURLToPath(new URL("loop.mjs", import.meta.url));
const NATIVE = fileURLToPath(new URL("../../native/", import.meta.url));
/** No attach may take that long, with a time-out of 5 s. */
const DEADLINE_MS = 60_000;
const STOPPED_MS = 2000;

/** Where HEAPDUMP_FAULT can kill the tool. @returns {string[]} */
export function faultPoints() {
  const found = readdirSync(NATIVE, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".cc"))
    .flatMap((name) => [...readFileSync(NATIVE + name, "utf8").matchAll(/\bfault_point\("([^"]+)"\)/g)]);
  return [...new Set(found.map(([, step = ""]) => step))].sort();
}

/** One process, which captures as often as it is asked to. */
export class LoopTool {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;
  /** @type {AsyncIterator<string> | undefined} */
  #answers;
  usualPauseMs = 0;

  /** @param {number} pid @param {string} mode @returns {Promise<Attempt>} */
  async attach(pid, mode) {
    if (!this.#child) {
      this.#child = spawn(process.execPath, [LOOP], { stdio: ["pipe", "pipe", "inherit"] });
      this.#answers = createInterface({
        input: /** @type {import("node:stream").Readable} */ (this.#child.stdout),
      })[Symbol.asyncIterator]();
    }
    this.#child.stdin?.write(`${pid} ${mode}\n`);
    const waiting = new AbortController();
    const late = sleep(DEADLINE_MS, "late", { signal: waiting.signal }).catch(() => "");
    const answer = await Promise.race([this.#answers?.next(), late]);
    waiting.abort();
    if (typeof answer === "object" && !answer.done) return JSON.parse(answer.value);
    const ended = answer === "late" ? "hung" : "killed";
    this.end();
    return { ended, message: `the tool ${ended}` };
  }

  end() {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

/** The command, a process for each attach. */
export class CommandTool {
  /** How long it takes from its first word, which it says when it begins to touch the target; milliseconds. */
  #usual = 0;
  /** The longest stop of the attaches that were let be. */
  usualPauseMs = 0;

  /** @param {{ kill: "none" | "random" | "faults", stop: "none" | "random" }} how */
  constructor(how) {
    this.how = how;
    this.faults = faultPoints();
    this.next = 0;
  }

  /** @param {number} pid @param {string} mode @returns {Promise<Attempt>} */
  async attach(pid, mode) {
    const { kill, stop } = this.how;
    const measures = this.#usual === 0 && (kill !== "none" || stop !== "none") ? 3 : 0;
    for (let i = 0; i < measures; i++) {
      const { took } = await this.#run(pid, mode, { measured: true });
      const { attempt } = await this.#run(pid, mode);
      this.#usual = Math.max(this.#usual, took, 1);
      this.usualPauseMs = Math.max(this.usualPauseMs, attempt.pauseMs ?? 0);
    }
    const moment = Math.random() * this.#usual;
    if (kill === "faults") {
      const step = this.faults[this.next++ % this.faults.length];
      return (await this.#run(pid, mode, { step })).attempt;
    }
    if (kill === "random") return (await this.#run(pid, mode, { killAfter: moment })).attempt;
    if (stop === "random") return (await this.#run(pid, mode, { stopAfter: moment })).attempt;
    return (await this.#run(pid, mode)).attempt;
  }

  /**
   * @param {number} pid
   * @param {string} mode
   * @param {{ step?: string | undefined, killAfter?: number, stopAfter?: number, measured?: boolean }} [fate]
   * @returns {Promise<{ attempt: Attempt, took: number }>}
   */
  async #run(pid, mode, { step, killAfter, stopAfter, measured = false } = {}) {
    // With --json it does not say when it begins.
    const told = killAfter === undefined && stopAfter === undefined && !measured;
    const options = ["--mode", mode, "--timeout", "5", ...(told ? ["--json"] : []), "-o", "/dev/null"];
    const args = [COMMAND, "attach", String(pid), ...options];
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...(step ? { HEAPDUMP_FAULT: step } : {}) },
    });
    const exited = once(child, "exit");
    const closed = once(child, "close");
    let stdout = "";
    let stderr = "";
    let begun = 0;
    let late = false;
    /** @type {NodeJS.Timeout[]} */
    const timers = [];
    const begin = () => {
      begun = performance.now();
      if (killAfter !== undefined) timers.push(setTimeout(() => child.kill("SIGKILL"), killAfter));
      if (stopAfter === undefined) return;
      timers.push(setTimeout(() => child.kill("SIGSTOP"), stopAfter));
      timers.push(setTimeout(() => child.kill("SIGCONT"), stopAfter + STOPPED_MS));
    };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
      if (begun === 0) begin();
    });
    const hung = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, DEADLINE_MS);
    const [code, signal] = await exited;
    const took = begun ? performance.now() - begun : 0;
    for (const timer of [hung, ...timers]) clearTimeout(timer);
    if (late) return { attempt: { ended: "hung", message: stderr }, took };
    if (signal) return { attempt: { ended: "killed", message: signal }, took };
    await closed;
    if (code !== 0) {
      const message = stderr.trim().split("\n").at(-1) ?? "";
      return { attempt: { ended: "refused", exitCode: code, message }, took };
    }
    if (!told) return { attempt: { ended: "dump" }, took };
    const { route, pause_ms: pauseMs, consistent, left } = JSON.parse(stdout);
    return { attempt: { ended: "dump", route, consistent, pauseMs, left: left ?? [] }, took };
  }

  end() {}
}
