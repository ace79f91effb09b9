// The process that holds the heap, as the benchmark talks to it.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { StageError } from "../scripts/stage.mjs";

const program = fileURLToPath(new URL("target.py", import.meta.url));

export class Target {
  /**
   * @param {string} python
   * @param {string} heap
   */
  constructor(python, heap) {
    this.process = spawn(python, ["-B", program, heap], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    process.once("exit", () => this.process.kill("SIGKILL"));
  }

  get pid() {
    return /** @type {number} */ (this.process.pid);
  }

  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new StageError("the target ended too early");
    return JSON.parse(value);
  }

  /**
   * One of the commands of target.py.
   * @param {string} command
   */
  async ask(command) {
    this.process.stdin.write(`${command}\n`);
    return this.answer();
  }

  /** Processor time of children that have ended, in seconds. */
  async childrenCpu() {
    return /** @type {number} */ ((await this.ask("children")).cpu_s);
  }

  end() {
    this.process.stdin.end();
  }
}
