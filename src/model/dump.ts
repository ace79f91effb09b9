// Dumps as they are taken: what capture delivers, and views show.
import type { MemoryPlan } from "./memory.js";

export const MODES = ["fork", "stop", "python"] as const;
export type Mode = (typeof MODES)[number];

/** Which contents of objects a dump keeps. */
export const CONTENT_LEVELS = ["full", "names", "none"] as const;
export type ContentLevel = (typeof CONTENT_LEVELS)[number];

export const isContentLevel = (text: string): text is ContentLevel =>
  (CONTENT_LEVELS as readonly string[]).includes(text);

/** Dumps of before there were levels say only how many bytes. */
export function contentOf(meta: MetaReader): ContentLevel {
  const level = meta("content") ?? "";
  if (isContentLevel(level)) return level;
  return meta("content_limit") === "0" ? "none" : "full";
}

/** What a dump says of itself, by key (docs/dump-format.md). */
export type MetaReader = (key: string) => string | undefined;

/** A dump that was just taken. */
export interface TakenDump {
  file: string;
  /** Of the file, compressed if its name says so. */
  bytes: number;
  objects: bigint;
  references: bigint;
  route: string;
  /** How often the target was stopped, and the longest of it, in milliseconds. */
  stops: number;
  pauseMs: number;
  consistent: boolean;
  elapsedMs: number;
  /** What could not be taken out of the target again, in words. */
  left: string[];
  memory: MemoryPlan;
  /** META and END. */
  meta: Record<string, string>;
}

/** A process of several that could not be dumped. */
export interface MissedDump {
  pid: number;
  error: string;
  exitCode: number;
}
