import { statSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { captureDump } from "../capture/capture.js";
import { dumpNames } from "../capture/output-names.js";
import { readTypesFiles } from "../capture/types-files.js";
import { isStandardOutput } from "../dump/stream-output.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import {
  CONTENT_LEVELS,
  type ContentLevel,
  isContentLevel,
  type MissedDump,
  MODES,
  type Mode,
  type TakenDump,
} from "../model/dump.js";
import { ShortOfMemory } from "../model/memory.js";
import { removeIndex } from "../store/location.js";
import { attachJson, takenText } from "../view/attach.js";
import { shortageText } from "../view/memory-plan.js";
import { nextStep } from "../view/next.js";
import { terminal } from "../view/terminal.js";
import { captureProgress } from "./capture-progress.js";
import { helpText } from "./help.js";
import { DEFAULT_CONTENT_BYTES, DEFAULT_TIMEOUT_S, JSON_OPTION, secondsOf, wholeNumber } from "./options.js";
import { note, print, write } from "./output.js";
import { notStopped, untilSignal } from "./signals.js";
import { version } from "./version.js";

const MAX_CONTENT = 1 << 20;

const MODE_HELP =
  "how the dump is taken. fork: from a copy, while the process keeps running; needs memory for what it writes during the dump. " +
  "stop: from the process itself, stopped until the dump is taken; needs the least memory. " +
  "python: by a script in the process, whose main thread waits; also if the heap layout is not known";

interface Options {
  output?: string;
  mode: Mode;
  /** False for --no-content. */
  content: ContentLevel | number | false;
  contentBytes: number;
  redact?: boolean;
  types: string[];
  timeout: number;
  yes: boolean;
  json?: boolean;
}

export function registerAttach(program: Command): void {
  program
    .command("attach")
    .summary("take a dump of a running process")
    .description(
      "Takes a dump of the heap of a running CPython process, which keeps running. Each of several processes gets " +
        "a dump of its own; if one fails, the others are still dumped, and the exit code is the highest.",
    )
    .argument("<pid...>", "processes, such as $(pidof python)", collectPids)
    .option(
      "-o, --output <file>",
      "the file of the dump, compressed if the name ends in .gz; for several processes the pid is added to the " +
        "name (default: heap.PID.bin); -: standard output",
    )
    .addOption(new Option("--mode <mode>", MODE_HELP).choices(MODES).default("fork"))
    .option(
      "--content <level>",
      "which contents to keep. full: of each str, bytes, number, …. names: of data the keys of the dicts of modules, " +
        "classes and instances alone, which paths and owners need. none. Less than full keeps no arguments of the process",
      contentLevel,
      "full",
    )
    .option(
      "--content-bytes <n>",
      "how many bytes of the content of an object to keep",
      contentLimit,
      DEFAULT_CONTENT_BYTES,
    )
    .option("--no-content", "the same as --content none")
    .option("--redact", "the same as --content names: what `heapdump redact` removes is never written")
    .option(
      "--types <file>",
      "what types of C code own besides their objects, by a types file (docs/types.md). Repeatable; the first that tells of a type counts",
      (file, before: string[]) => [...before, file],
      [],
    )
    .option(
      "--timeout <seconds>",
      "how long to wait for threads to stop, for the safe point of a script, and for a script that writes nothing",
      secondsOf,
      DEFAULT_TIMEOUT_S,
    )
    .option(
      "--yes",
      "python mode: hold the main thread even if that is estimated to take more than 10 seconds",
      false,
    )
    .option(...JSON_OPTION)
    .addHelpText("after", helpText("\nExample:\n  sudo heapdump attach $(pidof python) -o heap.bin"))
    .action(attach);
}

function collectPids(text: string, before: number[] = []): number[] {
  return [...before, wholeNumber(1)(text)];
}

/** A number is a number of bytes. */
function contentLevel(text: string): ContentLevel | number {
  if (isContentLevel(text)) return text;
  if (/^-?\d/.test(text)) return contentLimit(text);
  throw new InvalidArgumentError(`choose from ${CONTENT_LEVELS.join(", ")}`);
}

function contentLimit(text: string): number {
  const bytes = wholeNumber(0)(text);
  if (bytes > MAX_CONTENT) throw new InvalidArgumentError(`must be at most ${MAX_CONTENT}`);
  return bytes;
}

function contentKept({ content, contentBytes, redact }: Options): {
  content: ContentLevel;
  contentLimit: number;
} {
  const bytes = typeof content === "number" ? content : contentBytes;
  const level = typeof content === "string" ? content : content === false || bytes === 0 ? "none" : "full";
  if (redact && level === "full" && bytes > 0) return { content: "names", contentLimit: bytes };
  return { content: bytes === 0 ? "none" : level, contentLimit: level === "none" ? 0 : bytes };
}

async function attach(given: number[], options: Options): Promise<void> {
  const pids = [...new Set(given)];
  const isStream = isStandardOutput(options.output);
  if (isStream && pids.length > 1) {
    throw new HeapdumpError(
      ExitCode.Usage,
      "standard output takes the dump of one process; give -o FILE for several",
    );
  }
  if (options.mode === "python" && options.types.length > 0) {
    throw new HeapdumpError(
      ExitCode.Usage,
      "a script reads no types files: --types needs the mode fork or stop",
    );
  }
  const names = dumpNames(pids, options.output);
  const say = isStream ? (text: string) => write(process.stderr, `${text}\n`) : print;
  const settings = {
    mode: options.mode,
    ...contentKept(options),
    timeoutMs: options.timeout * 1000,
    types: readTypesFiles(options.types),
    yes: options.yes,
    toolVersion: version(),
  };
  const taken: TakenDump[] = [];
  const missed: MissedDump[] = [];
  await untilSignal(async (signal) => {
    for (const [pid, file] of names) {
      const shown = isStream ? "standard output" : file;
      const observer = captureProgress(pid, shown, options.json !== true);
      try {
        const capture = notStopped(() => captureDump({ ...settings, pid, file, signal }, observer));
        const dump = await capture.finally(() => observer.stop());
        taken.push(dump);
        if (!isStream) removeIndex(file);
        if (!options.json)
          say(takenText({ ...dump, file: shown }, terminal(isStream ? process.stderr : process.stdout)));
      } catch (error) {
        if (error instanceof ShortOfMemory) error.message = shortageText(pid, error.shortage);
        const { exitCode, message = "" } = error as Partial<HeapdumpError>;
        if (names.size === 1 || exitCode === undefined || signal.aborted) throw error;
        note(message);
        missed.push({ pid, error: message, exitCode });
      }
    }
  });
  if (options.json) say(attachJson(taken, missed, names.size > 1));
  else if (!isStream)
    for (const { file } of taken.filter(isKept)) print(nextStep(terminal(process.stdout), "leaks", file));
  if (missed.length > 0) {
    const worst = Math.max(...missed.map(({ exitCode }) => exitCode));
    throw new HeapdumpError(worst, `not dumped: ${missed.length} of ${names.size} processes`);
  }
}

/** False of a dump that went into a pipe or a device. */
function isKept({ file }: TakenDump): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
