// One line on standard error for each stage of a longer work: what is being done, and how long it took.
import { spawn } from "node:child_process";

/** A failure to be told in plain words, without a stack. */
export class StageError extends Error {}

const terminal = process.stderr.isTTY === true;
const tick = terminal && !process.env.NO_COLOR ? "\x1b[32m✓\x1b[39m" : "✓";

/**
 * Runs `work` under a line with its title, and on a terminal with the time that runs.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @param {{ expectation?: string, outcome?: (result: T) => string }} [words] how long it may take; what came of it
 * @returns {Promise<T>}
 */
export async function stage(title, work, { expectation, outcome } = {}) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(terminal ? 0 : 1)} s`;
  const announcement = expectation ? `${title} (${expectation})` : title;
  const show = () => process.stderr.write(`\r  ${announcement} … ${seconds()} `);
  let timer;
  if (terminal) {
    show();
    timer = setInterval(show, 1000);
  } else {
    console.error(`  ${announcement} …`);
  }
  try {
    const result = await work();
    const done = outcome ? `${title}: ${outcome(result)}` : title;
    console.error(`${terminal ? "\r\x1b[K" : ""}${tick} ${done}, ${seconds()}`);
    return result;
  } catch (error) {
    if (terminal) console.error();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs a command silently; what it printed becomes the message of the StageError when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number }} [options] timeout in milliseconds
 * @returns {Promise<void>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.on("error", (error) => reject(new StageError(`${command}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve();
      const line = [command, ...args].join(" ");
      const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
      reject(new StageError(`${Buffer.concat(output)}\n${line} ${how}; its output is above`));
    });
  });
}

/**
 * Tells why the work cannot go on, and ends the program.
 * @param {unknown} error
 */
export function fail(error) {
  console.error(error instanceof StageError ? error.message : error);
  process.exit(1);
}
