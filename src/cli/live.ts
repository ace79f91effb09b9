// Objects of a dump beside what lies at their addresses now (`--live`).
import { join } from "node:path";
import { compareLive, type Live } from "../analysis/live.js";
import { differenceOfMeta, otherProcess } from "../analysis/series.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";
import { openBeside } from "../store/open.js";
import { DEFAULT_CONTENT_BYTES } from "./options.js";
import { inTemporaryFolder } from "./temporary-folder.js";
import { version } from "./version.js";

export const LIVE_OPTION = [
  "--live [pid]",
  "what lies there now in the running process, which is neither stopped nor written to; the process of the dump if no PID is given",
] as const;

/** What `--live` was given, and the arguments without what it took for its PID. */
export function liveArguments(
  live: string | true | undefined,
  given: (string | undefined)[],
  names: string[],
): { live: string | true | undefined; words: string[] } {
  const isPid = typeof live !== "string" || /^\d+$/.test(live);
  const words = [...(isPid ? [] : [live as string]), ...given].filter((word) => word !== undefined);
  const missing = names[words.length];
  if (missing !== undefined)
    throw new HeapdumpError(ExitCode.Usage, `missing required argument '${missing}'`);
  if (words.length > names.length)
    throw new HeapdumpError(ExitCode.Usage, `too many arguments: ${words.at(-1)}`);
  return { live: isPid ? live : true, words };
}

/** Undefined without `--live`. */
export async function readLiveObjects(
  heap: Heap,
  live: string | true | undefined,
  ids: bigint[],
): Promise<Live | undefined> {
  if (live === undefined) return undefined;
  const meta = heap.meta();
  if (meta.get("mode") === "python") {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${heap.path} was taken in python mode, which does not tell what single objects consist of: --live needs a dump of --mode fork or stop`,
    );
  }
  const pid = Number(live === true ? meta.get("pid") : live);
  // Most answers need no process, and are given sooner without the code for one.
  const { inspectLive, readLive } = await import("../capture/live.js");
  const contentLimit = Number(meta.get("content_limit")) || DEFAULT_CONTENT_BYTES;
  const target = inspectLive(pid, contentLimit, version());
  const isOther = (why: string) =>
    new HeapdumpError(ExitCode.Usage, `process ${pid} is not the process of ${heap.path} (${why})`);
  const why = differenceOfMeta(meta, new Map(Object.entries(target.meta)));
  if (why) throw isOther(why);
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, "live.bin");
    const addresses = ids.map((id) => heap.object(id).address);
    const states = await readLive(target, addresses, path);
    const now = await openBeside(heap, { schema: "live", path }, { onProgress: () => {} });
    const other = otherProcess([heap, now]);
    if (other) throw isOther(other.why);
    return { pid, objects: compareLive(heap, now, ids, states) };
  });
}
