import { Command, CommanderError } from "commander";
import { ExitCode, type HeapdumpError } from "../errors.js";
import { registerAttach } from "./attach.js";
import { registerDiff } from "./diff.js";
import { registerExport } from "./export.js";
import { registerGraph } from "./graph.js";
import { registerHeldFromC } from "./held-from-c.js";
import { registerInfo } from "./info.js";
import { registerLeaks } from "./leaks.js";
import { registerPath } from "./path.js";
import { registerShow } from "./show.js";
import { registerSql } from "./sql.js";
import { registerTop } from "./top.js";
import { description, version } from "./version.js";
import { registerWaste } from "./waste.js";

const EXAMPLE = `
Example:
  sudo heapdump attach $(pidof python) -o heap.bin
  heapdump leaks before.bin heap.bin
  heapdump graph --filter asyncio.Task -o graph.svg heap.bin

heapdump COMMAND --help tells the options of a command.`;

function program(): Command {
  const heapdump = new Command("heapdump")
    .description(description())
    .version(version())
    .addHelpText("after", EXAMPLE)
    .exitOverride()
    .configureOutput({
      getOutHelpWidth: () => (process.stdout.isTTY && process.stdout.columns) || 100,
      outputError: (text, write) => write(text.replace(/^error: /, "heapdump: ")),
    });
  for (const register of [
    registerAttach,
    registerInfo,
    registerTop,
    registerGraph,
    registerPath,
    registerShow,
    registerLeaks,
    registerDiff,
    registerWaste,
    registerHeldFromC,
    registerSql,
    registerExport,
  ]) {
    register(heapdump);
  }
  return heapdump;
}

/** Runs a command line and sets the exit code; the only place that turns errors into exit codes. */
export async function run(argv: string[]): Promise<void> {
  process.stdout.on("error", leaveOnClosedPipe);
  process.stderr.on("error", leaveOnClosedPipe);
  try {
    await program().parseAsync(argv, { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Done : ExitCode.Usage;
  const { message, exitCode, stack } = error as Partial<HeapdumpError>;
  // The addon's failures carry an exit code as well (src/native/addon.ts).
  if (exitCode !== undefined && exitCode in ExitCode && exitCode !== ExitCode.Defect) {
    process.stderr.write(`heapdump: ${message}\n`);
    return exitCode;
  }
  const where = process.env.HEAPDUMP_DEBUG === "1" ? `\n${stack}` : " (HEAPDUMP_DEBUG=1 shows where)";
  process.stderr.write(`heapdump: a defect of heapdump, please report it: ${message ?? error}${where}\n`);
  return ExitCode.Defect;
}

/** Who closes the pipe (`| head`) has seen enough: that is no error. */
function leaveOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(ExitCode.Done);
  process.stderr.write(`heapdump: what it says cannot be written: ${error.message}\n`);
  process.exit(ExitCode.Usage);
}
