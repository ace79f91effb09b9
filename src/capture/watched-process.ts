// A process that is looked at again and again, and the one that takes its place when it has ended.
import { readdirSync } from "node:fs";
import { readText } from "./memory/cgroup.js";

export interface WatchedProcess {
  pid: number;
  /** Since the boot, in clock ticks: no other process with its number has the same. */
  startTicks: number;
  uid: string;
  /** With its arguments. */
  command: string;
}

/** Undefined if there is none. */
export function watchedProcess(pid: number): WatchedProcess | undefined {
  const stat = read(pid, "stat");
  const uid = /^Uid:\t(\d+)/m.exec(read(pid, "status") ?? "")?.[1];
  const command = read(pid, "cmdline");
  if (stat === undefined || uid === undefined || !command) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, startTicks: Number(fields[19]), uid, command };
}

/** Resident bytes; undefined if the process has ended. */
export function residentBytes({ pid, startTicks }: WatchedProcess): number | undefined {
  if (watchedProcess(pid)?.startTicks !== startTicks) return undefined;
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(read(pid, "status") ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** Since the boot, in clock ticks, of which Linux tells programs of 100 a second. */
export function ticksNow(): number {
  return Math.floor(Number(readText("/proc/uptime")?.split(" ")[0]) * 100);
}

/**
 * The oldest that has the same command and user and began after `since`, when the other one was alive still: one that
 * was there beside it is not its successor.
 */
export function successorOf(ended: WatchedProcess, since: number): WatchedProcess | undefined {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => watchedProcess(Number(name)) ?? []);
  const later = processes.filter(
    ({ uid, command, startTicks }) => uid === ended.uid && command === ended.command && startTicks > since,
  );
  return later.sort((a, b) => a.startTicks - b.startTicks)[0];
}

const read = (pid: number, file: string) => readText(`/proc/${pid}/${file}`);
