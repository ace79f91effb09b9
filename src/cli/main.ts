import { Command, CommanderError } from "commander";
import { cannotWrite, ExitCode, type HeapdumpError } from "../errors.js";
import { setWide, terminal } from "../view/terminal.js";
import { helpText } from "./help.js";
import { note, write } from "./output.js";
import { description, version } from "./version.js";

type Register = (program: Command) => void;

/** Each command is loaded when it is asked for: most of a short command's time is the loading of code. */
export const COMMANDS: Record<string, () => Promise<Register>> = {
  attach: async () => (await import("./attach.js")).registerAttach,
  trace: async () => (await import("./trace.js")).registerTrace,
  info: async () => (await import("./info.js")).registerInfo,
  top: async () => (await import("./top.js")).registerTop,
  graph: async () => (await import("./graph.js")).registerGraph,
  path: async () => (await import("./path.js")).registerPath,
  show: async () => (await import("./show.js")).registerShow,
  tree: async () => (await import("./tree.js")).registerTree,
  threads: async () => (await import("./threads.js")).registerThreads,
  tasks: async () => (await import("./tasks.js")).registerTasks,
  memory: async () => (await import("./memory.js")).registerMemory,
  leaks: async () => (await import("./leaks.js")).registerLeaks,
  watch: async () => (await import("./watch.js")).registerWatch,
  diff: async () => (await import("./diff.js")).registerDiff,
  garbage: async () => (await import("./garbage.js")).registerGarbage,
  waste: async () => (await import("./waste.js")).registerWaste,
  "held-by-c": async () => (await import("./held-by-c.js")).registerHeldByC,
  gc: async () => (await import("./gc.js")).registerGc,
  sql: async () => (await import("./sql.js")).registerSql,
  export: async () => (await import("./export.js")).registerExport,
  redact: async () => (await import("./redact.js")).registerRedact,
};

const EXAMPLES = `
Examples:
  sudo heapdump attach $(pidof python) -o heap.bin
  heapdump leaks before.bin heap.bin
  heapdump graph --filter asyncio.Task -o graph.svg heap.bin

heapdump COMMAND --help lists the options of a command.`;

export async function program(argv: string[]): Promise<Command> {
  const heapdump = new Command("heapdump")
    .description(description())
    .version(version())
    .option("--wide", "do not cut lines to the width of the terminal")
    .hook("preAction", (program) => setWide(program.opts().wide === true))
    .addHelpText("after", helpText(EXAMPLES))
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 16 })
    .configureOutput({
      getOutHelpWidth: () => terminal(process.stdout).width,
      getErrHelpWidth: () => terminal(process.stderr).width,
      writeOut: (text) => write(process.stdout, text),
      writeErr: (text) => write(process.stderr, text),
      outputError: (text, write) => write(text.replace(/^error: /, "heapdump: ")),
    });
  for (const name of neededCommands(argv)) {
    const register = await COMMANDS[name]?.();
    register?.(heapdump);
  }
  return heapdump;
}

/** The help, and a name that is misspelt, need them all. */
function neededCommands([first = ""]: string[]): string[] {
  if (first === "--version") return [];
  return Object.hasOwn(COMMANDS, first) ? [first] : Object.keys(COMMANDS);
}

/** Runs a command line and sets the exit code; the only place that turns errors into exit codes. */
export async function run(argv: string[]): Promise<void> {
  process.stdout.on("error", leaveOnClosedPipe);
  process.stderr.on("error", leaveOnClosedPipe);
  try {
    const heapdump = await program(argv);
    await heapdump.parseAsync(argv, { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Done : ExitCode.Usage;
  const { message, exitCode, stack } = error as Partial<HeapdumpError>;
  // The addon's failures carry an exit code as well (src/native/addon.ts).
  if (exitCode !== undefined && exitCode in ExitCode && exitCode !== ExitCode.Defect) {
    note(message ?? "");
    return exitCode;
  }
  const where = process.env.HEAPDUMP_DEBUG === "1" ? `\n${stack}` : " (HEAPDUMP_DEBUG=1 shows where)";
  note(`a defect of heapdump, please report it: ${message ?? error}${where}`);
  return ExitCode.Defect;
}

/** Who closes the pipe (`| head`) has seen enough: that is not an error. */
function leaveOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(ExitCode.Done);
  const { message, exitCode } = cannotWrite("output", error);
  note(message);
  process.exit(exitCode);
}
