// Starts the demo's service, and waits for what it prints.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { StageError } from "../scripts/stage.mjs";

const program = fileURLToPath(new URL("serve.py", import.meta.url));

export class Service {
  #ended = false;
  #errors = "";
  #lines;
  visitors = 0;

  /** @param {string} python */
  constructor(python) {
    // Nothing is written into the checkout: no byte code either.
    this.process = spawn(python, ["-B", program], { stdio: ["ignore", "pipe", "pipe"] });
    this.process.once("close", () => {
      this.#ended = true;
    });
    this.process.stderr.on("data", (text) => {
      this.#errors += text;
    });
    this.#lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return /** @type {number} */ (this.process.pid);
  }

  /**
   * Waits until so many more visitors have come and gone.
   * @param {number} count
   * @returns {Promise<number>} how many there were by now
   */
  async serve(count) {
    const goal = this.visitors + count;
    while (this.visitors < goal) {
      const { value, done } = await this.#lines.next();
      if (done) throw new StageError(`the demo's service ended too early:\n${this.#errors}`);
      this.visitors = Number(value);
    }
    return this.visitors;
  }

  stop() {
    if (!this.#ended) this.process.kill("SIGKILL");
  }
}
