// Real programs to dump (test/targets/), watched from outside and asked from within.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const TARGETS = fileURLToPath(new URL("../targets/", import.meta.url));
// native/capture/trampoline_call.cc: kTextAt
const SCRIPT_AT = 64;
const SCRIPT_START = readFileSync(new URL("../../payload/launch.py", import.meta.url)).subarray(0, 32);

export interface TargetOptions {
  args?: string[];
  env?: NodeJS.ProcessEnv;
  /** A command that runs the interpreter: `unshare …`. */
  through?: string[];
  /** What is on the standard streams; "none": they are closed. */
  streams?: "pipe" | "none";
}

export class Target {
  /** What was said on the standard streams. */
  output = "";
  private answers: unknown[] = [];
  private wanted: ((answer: unknown) => void)[] = [];
  private exited: Promise<number | NodeJS.Signals>;

  private constructor(
    readonly child: ChildProcess,
    /** Of the Python process itself, also where another program started it. */
    public pid: number,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
    createInterface({ input: child.stdio[4] as Readable }).on("line", (line) => this.hear(JSON.parse(line)));
    (child.stdio[3] as Writable).on("error", () => {});
    this.exited = new Promise((done) => child.on("exit", (code, signal) => done(signal ?? code ?? 0)));
  }

  /** Runs a program of test/targets/, or one that an absolute path names, until it says that it is ready. */
  static async start(python: string, program: string, options: TargetOptions = {}): Promise<Target> {
    const { args = [], env = {}, through = [], streams = "pipe" } = options;
    const close = streams === "none" ? ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"] : [];
    const [command = "", ...rest] = [...through, ...close, python, resolve(TARGETS, program), ...args];
    const child = spawn(command, rest, {
      stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...env },
    });
    const target = new Target(child, child.pid ?? 0);
    target.first = await target.next();
    target.pid = lastDescendant(target.pid);
    return target;
  }

  /** What it said when it was ready. */
  first: unknown;

  async ask(command: string): Promise<unknown> {
    (this.child.stdio[3] as Writable).write(`${command}\n`);
    return this.next();
  }

  /** The next answer; rejects where the program ends instead. */
  next(): Promise<unknown> {
    if (this.answers.length > 0) return Promise.resolve(this.answers.shift());
    const answer = new Promise((done) => this.wanted.push(done));
    const end = this.exited.then((status) => {
      throw new Error(`the target ended: ${status}\n${this.output}`);
    });
    return Promise.race([answer, end]);
  }

  /** Its exit code or the signal that ended it. */
  async end(): Promise<number | NodeJS.Signals> {
    return this.exited;
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    try {
      process.kill(this.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.exited;
  }

  private hear(answer: unknown): void {
    const wanted = this.wanted.shift();
    if (wanted) wanted(answer);
    else this.answers.push(answer);
  }
}

/** What `work N` of test/targets/harness.py comes to. */
export function expectedWork(rounds: number): number {
  let x = 1n;
  for (let i = 0; i < rounds; i++) x = (x * 1103515245n + 12345n) % 2n ** 31n;
  return Number(x);
}

/** What can be seen of a process from outside, and must be the same after a dump. */
export function outsideView(pid: number): Record<string, unknown> {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1];
  const maps = readFileSync(`/proc/${pid}/maps`, "utf8").trim().split("\n").map(parseMapping);
  const anonymous = maps.filter(({ path, permissions }) => path === "" && permissions !== "---p");
  return {
    tasks: readdirSync(`/proc/${pid}/task`).sort(),
    descriptors: readdirSync(`/proc/${pid}/fd`)
      .map((fd) => `${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`)}`)
      .sort(),
    signals: ["SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd"].map(field),
    tracer: field("TracerPid"),
    files: maps.filter(({ path }) => path !== "" && path !== "[heap]").map(({ text }) => text),
    // The allocator maps and unmaps as it likes; what a tool leaves is executable, or holds its script.
    executable: anonymous.filter(({ permissions }) => permissions.includes("x")).length,
    scripts: countScripts(pid, anonymous),
    trampolines: countTrampolines(
      pid,
      maps.filter(({ path, permissions }) => path !== "[vsyscall]" && permissions === "r-xp"),
    ),
  };
}

/** Whether the tool's trampoline lies at the end of code, by the word that it begins with (payload/trampoline.h). */
function countTrampolines(pid: number, code: { start: bigint; size: bigint }[]): number {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const page = Buffer.alloc(4096);
  let found = 0;
  for (const { start, size } of code) {
    readSync(memory, page, 0, page.length, start + size - BigInt(page.length));
    if (page.includes("heapdump")) found++;
  }
  closeSync(memory);
  return found;
}

/** Mappings that hold the tool's script, which begins near the start of a page; copies that were freed do not. */
function countScripts(pid: number, mappings: { start: bigint; size: bigint }[]): number {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const part = Buffer.alloc(1 << 16);
  let found = 0;
  for (const { start, size } of mappings) {
    for (let offset = 0, length = 0; offset < size; offset += length) {
      try {
        const wanted = Math.min(part.length, Number(size) - offset);
        length = readSync(memory, part, 0, wanted, start + BigInt(offset));
      } catch {
        break; // The program has unmapped it meanwhile.
      }
      if (length === 0) break;
      for (let page = 0; page < length; page += 4096) {
        const text = page + SCRIPT_AT;
        if (part.compare(SCRIPT_START, 0, SCRIPT_START.length, text, text + SCRIPT_START.length) === 0)
          found++;
      }
    }
  }
  closeSync(memory);
  return found;
}

/** The view of a program that does no more than its state has it do: after an answer it has some steps to go. */
export async function settledView(pid: number): Promise<Record<string, unknown>> {
  for (let before = ""; ; await sleep(20)) {
    const view = outsideView(pid);
    const now = JSON.stringify(view);
    if (now === before) return view;
    before = now;
  }
}

function parseMapping(line: string) {
  const [range = "", permissions = "", , , inode = "", path = ""] = line.split(/\s+/);
  const [start = 0n, end = 0n] = range.split("-").map((address) => BigInt(`0x${address}`));
  return { permissions, path, inode, start, size: end - start, text: `${range} ${permissions} ${path}` };
}

function lastDescendant(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return isPython(pid) || children === "" ? pid : lastDescendant(Number(children.split(" ")[0]));
}

function isPython(pid: number): boolean {
  return /python/.test(readlinkSync(`/proc/${pid}/exe`));
}
