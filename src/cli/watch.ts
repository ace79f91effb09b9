import { type Command, Option } from "commander";
import { parseCheck } from "../analysis/fail-on.js";
import { CONTENT_LEVELS, type ContentLevel, type Mode } from "../model/dump.js";
import { helpText } from "./help.js";
import { reportLeaks } from "./leaks-report.js";
import { collect, duration, JSON_OPTION, wholeNumber } from "./options.js";
import { note } from "./output.js";
import { catchLeak } from "./series.js";

interface WatchOptions {
  every: number;
  count: number;
  until?: string[];
  output?: string;
  mode: Mode;
  content: ContentLevel;
  number: number;
  json?: boolean;
}

const EXAMPLES = `
A dump is taken at once, and others while the process grows: after the distance that is given, sooner if it grows by a
quarter, and after four times the distance if it does not grow. The first dump and the last ones are kept. If the process
ends, one with the same command that begins within a minute takes its place. Ctrl-C ends with what was taken.

Examples:
  sudo heapdump watch $(pidof python)
  sudo heapdump watch 4242 --every 10m --until 'growth>50MB' -o dumps`;

export function registerWatch(program: Command): void {
  program
    .command("watch")
    .summary("take dumps of a process while it grows, and say what leaks")
    .description(
      "Takes dumps of a running process at sensible distances, and prints what leaks, as `leaks` does.",
    )
    .argument("<pid>", "a process, such as $(pidof python)", wholeNumber(1))
    .addOption(
      new Option("--every <time>", "the distance of two dumps, such as 30s, 5m or 1h")
        .argParser(duration)
        .default(300_000, "5m"),
    )
    .option("--count <n>", "dumps to take", wholeNumber(2), 3)
    .option(
      "--until <check>",
      "take dumps until a suspect or the process meets the check, such as growth>50MB or rss>1GB (as leaks --fail-on; repeatable)",
      collect,
    )
    .option("-o, --output <folder>", "where the dumps are kept (default: heap.PID)")
    .addOption(
      new Option("--mode <mode>", "how a dump is taken (attach --help)")
        .choices(["fork", "stop"])
        .default("fork"),
    )
    .addOption(
      new Option("--content <level>", "which contents to keep (attach --help)")
        .choices(CONTENT_LEVELS)
        .default("full"),
    )
    .option("-n, --number <n>", "suspects shown", wholeNumber(1), 5)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(watch);
}

async function watch(pid: number, options: WatchOptions): Promise<void> {
  const { every, count, until = [], output, mode, content, number, json } = options;
  const { dumps, reason } = await catchLeak({
    pid,
    folder: output ?? `heap.${pid}`,
    every,
    count,
    until: until.map((check) => parseCheck(check, "--until")),
    mode,
    content,
  });
  if (reason) note(reason);
  await reportLeaks(dumps, { checks: [], number, json });
}
