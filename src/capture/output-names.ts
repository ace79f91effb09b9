const DEFAULT = "heap.bin";

/**
 * The file of each process's dump. Without a name it is `heap.PID.bin` in the current folder; a name is taken as it
 * is for one process, and gets the pid before its extension for several.
 */
export function dumpNames(pids: number[], named: string | undefined): Map<number, string> {
  if (named !== undefined && pids.length === 1) return new Map(pids.map((pid) => [pid, named]));
  return new Map(pids.map((pid) => [pid, withPid(named ?? DEFAULT, pid)]));
}

function withPid(file: string, pid: number): string {
  const [extension = ""] = /(?<=[^/])(\.[^./]+)?(\.gz)?$/.exec(file) ?? [];
  return `${file.slice(0, file.length - extension.length)}.${pid}${extension}`;
}
