import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Pairs } from "../dump/format.js";
import { ExitCode, HeapdumpError, targetEnded } from "../errors.js";
import type { ContentLevel, Mode } from "../model/dump.js";
import type { Target, TracemallocState } from "../native/addon.js";

export interface CaptureSettings {
  mode: Mode;
  contentLimit: number;
  content: ContentLevel;
  toolVersion: string;
}

/** What a dump says of its process before anything is done to it (docs/dump-format.md, META). */
export function describeTarget(target: Target, settings: CaptureSettings): Pairs {
  const { pid, memory } = target;
  try {
    return {
      dump_id: randomBytes(16).toString("hex"),
      tool_version: settings.toolVersion,
      mode: settings.mode,
      pid: String(pid),
      command: commandOf(read(pid, "cmdline"), settings.content),
      executable: readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""),
      host: hostname(),
      container: containerId(read(pid, "cgroup")),
      boot_id: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
      process_start: target.startTicks,
      time: new Date().toISOString(),
      python_version: target.pythonVersion,
      // Builds without a GIL are refused.
      python_build: "gil",
      content: settings.content,
      content_limit: String(settings.contentLimit),
      rss: String(memory.resident),
      anonymous: String(memory.anonymous),
      rss_file: String(memory.file),
      rss_shared: String(memory.shared),
      swap: String(memory.swapped),
      heap: String(memory.heap),
      threads: String(target.threads),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === "ENOENT" || code === "ESRCH") throw targetEnded(pid);
    throw new HeapdumpError(ExitCode.CannotAttach, `process ${pid} cannot be inspected: ${message}`);
  }
}

export function describeTracing({ unknown, frames }: TracemallocState): Pairs {
  return unknown ? { tracemalloc_unread: unknown } : { tracemalloc: frames > 0 ? String(frames) : "off" };
}

/** Of /proc/PID/cmdline. Arguments may be secrets: where not all content is kept, they are not. */
export function commandOf(line: string, content: ContentLevel): string {
  const words = line.replace(/\0+$/, "").split("\0");
  return content === "full" || words.length < 2 ? words.join(" ") : `${words[0]} …`;
}

function read(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, "utf8");
}

/** The 64 digits that Docker, containerd and CRI-O put into the cgroup's path; empty outside a container. */
export function containerId(cgroup: string): string {
  return /[0-9a-f]{64}/.exec(cgroup)?.[0] ?? "";
}
