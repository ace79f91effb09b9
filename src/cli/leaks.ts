import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { parseCheck } from "../analysis/fail-on.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { helpText } from "./help.js";
import { reportLeaks } from "./leaks-report.js";
import { collect, duration, JSON_OPTION, wholeNumber } from "./options.js";
import { note } from "./output.js";
import { catchLeak } from "./series.js";
import { inTemporaryFolder } from "./temporary-folder.js";

interface LeaksOptions {
  failOn?: string[];
  pid?: number;
  every: number;
  number: number;
  json?: boolean;
  markdown?: boolean;
}

const EXAMPLES = `
With one dump, the suspects are what is large; with two, what grew; with three or more, what grew and stayed: new since
the first dump, and there in the dump before the last, too.

Examples:
  heapdump leaks heap.bin
  heapdump leaks before.bin after.bin
  heapdump leaks --fail-on 'growth>10MB' 1.bin 2.bin 3.bin
  sudo heapdump leaks --pid $(pidof python) --every 5m`;

export function registerLeaks(program: Command): void {
  program
    .command("leaks")
    .summary("what leaks, where it accumulates, and what holds it")
    .description("Names the suspects of a leak, from one or more dumps of a process.")
    .argument("[file...]", "dumps of one process (.bin or .bin.gz)")
    .option(
      "--pid <pid>",
      "instead of files: take three dumps of a running process, which are deleted afterwards",
      wholeNumber(1),
    )
    .addOption(
      new Option("--every <time>", "with --pid: the distance of the dumps, such as 30s or 5m")
        .argParser(duration)
        .default(60_000, "1m"),
    )
    .option(
      "--fail-on <check>",
      "exit code 1 if a suspect meets the check, such as growth>10MB, or the process does; measures of suspects are growth, growth_per_hour, survived, retained (bytes), count and new (objects), of the process rss and native (bytes that its resident memory, and that of C code, grew by) (repeatable)",
      collect,
    )
    .option("-n, --number <n>", "suspects shown", wholeNumber(1), 5)
    .option(...JSON_OPTION)
    .addOption(new Option("--markdown", "print Markdown, to be pasted into a ticket").conflicts("json"))
    .addHelpText("after", helpText(EXAMPLES))
    .action(leaks);
}

async function leaks(
  files: string[],
  { pid, every, failOn = [], number, json, markdown }: LeaksOptions,
): Promise<void> {
  const report = { checks: failOn.map((check) => parseCheck(check)), number, json, markdown };
  if ((pid === undefined) === (files.length === 0))
    throw new HeapdumpError(ExitCode.Usage, "give dumps, or --pid PID for a running process, not both");
  const process = files.find((file) => /^\d+$/.test(file) && !existsSync(file));
  if (process !== undefined)
    throw new HeapdumpError(
      ExitCode.Usage,
      `there is no file ${process}; of the process with that number: heapdump leaks --pid ${process}`,
    );
  if (pid === undefined) return reportLeaks(files, report);
  await inTemporaryFolder(async (folder) => {
    const { dumps, reason } = await catchLeak({
      pid,
      folder,
      every,
      count: DUMPS,
      until: [],
      mode: "fork",
      content: "full",
    });
    if (reason) note(reason);
    await reportLeaks(dumps, { ...report, passing: true });
  });
}

/** What came and stayed is told from what is always there by three. */
const DUMPS = 3;
