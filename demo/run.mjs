// `npm run demo [-- FOLDER]`: takes two dumps of a service that leaks, and asks them. What it prints is each command,
// and then what the command prints.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { chooseInterpreter } from "../scripts/interpreters.mjs";
import { setup } from "../scripts/setup.mjs";
import { fail, StageError, stage } from "../scripts/stage.mjs";
import { Service } from "./service.mjs";

const [folder = "demo-output"] = process.argv.slice(2);
const tool = fileURLToPath(new URL("../bin/heapdump.js", import.meta.url));

async function demo() {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  await setup();
  emptyFolder();
  const service = new Service(chooseInterpreter().path);
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  process.once("exit", () => service.stop());

  const visitors = (/** @type {number} */ count) => `${count} visitors so far`;
  await stage("A chat server starts", () => service.serve(100), { outcome: visitors });
  console.log(`$ cd ${folder}`);
  await show("attach", String(service.pid), "-o", "before.bin");
  await stage("It goes on", () => service.serve(1000), { outcome: visitors });
  await show("attach", String(service.pid), "-o", "after.bin");
  service.stop();

  await show("leaks", "before.bin", "after.bin");
  const [suspect] = JSON.parse(await ask("leaks", "before.bin", "after.bin", "--json")).rows;
  if (!suspect) throw new StageError("nothing leaked between the two dumps");
  // The address that a reader copies from what was printed.
  const [address] = suspect.filter((/** @type {unknown} */ cell) => /^0x/.test(String(cell)));
  await show("path", "after.bin", "chat.Session");
  await show("path", "after.bin", address);
  const look = ["--highlight", "asyncio.Task", "--max-breadth", "4", "--max-depth", "6"];
  await show("graph", "--filter", address, ...look, "-o", "leak.svg", "after.bin");
  console.log(`\nThe picture is ${folder}/leak.svg`);
}

function emptyFolder() {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  } catch (error) {
    throw new StageError(`${error}\nIt may be another user's: sudo rm -r ${folder}`);
  }
}

/**
 * Runs a command as if it were typed here.
 * @param {string[]} args
 */
async function show(...args) {
  console.log(`\n$ heapdump ${args.join(" ")}`);
  const child = spawn(process.execPath, [tool, ...args], { cwd: folder, stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new StageError(`heapdump ${args.join(" ")} failed with exit code ${code}`);
}

/**
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
async function ask(...args) {
  const child = spawn(process.execPath, [tool, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return text(child.stdout);
}

await demo().catch(fail);
