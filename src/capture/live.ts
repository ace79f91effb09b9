// Some objects of a running process, read without stopping it, as a dump of these alone.
import { DumpWriter } from "../dump/dump-writer.js";
import type { Pairs } from "../dump/format.js";
import { PrivateFile } from "../files.js";
import type { LiveState } from "../model/live.js";
import { native } from "../native/addon.js";
import { describeTarget } from "./metadata.js";
import { requirePid } from "./pid.js";

export interface LiveProcess {
  pid: number;
  startTicks: string;
  /** As a dump of it would say it. */
  meta: Pairs;
}

/** Throws a HeapdumpError of exit code 3 if it cannot be read. */
export function inspectLive(pid: number, contentLimit: number, toolVersion: string): LiveProcess {
  requirePid(pid);
  const target = native().inspect(pid);
  const settings = { mode: "fork", content: "full", contentLimit, toolVersion } as const;
  return {
    pid,
    startTicks: target.startTicks,
    meta: { ...describeTarget(target, settings), mode: "live" },
  };
}

/** Writes what lies at the addresses into `file`; what is known of each. */
export async function readLive(
  { pid, startTicks, meta }: LiveProcess,
  addresses: bigint[],
  file: string,
): Promise<LiveState[]> {
  const contentLimit = Number(meta.content_limit);
  const found = await native().readLive({ pid, startTicks, addresses, contentLimit });
  const output = await PrivateFile.create(file);
  const writer = new DumpWriter(output, () => {});
  try {
    writer.begin(meta);
    for (const records of found.records) writer.records(records, () => {});
    await writer.end({
      status: "ok",
      objects: String(found.objects),
      references: String(found.references),
    });
    await output.commit();
  } catch (error) {
    writer.abort();
    await output.discard();
    throw writer.failure ?? error;
  }
  return found.states;
}
