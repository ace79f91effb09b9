import { inconsistencyText, listed } from "./capture.js";
import { jsonText } from "./json.js";
import { escapeControls, plural } from "./text.js";
import { countText, sizeText } from "./units.js";

/** A dump that was just taken. */
export interface TakenDump {
  file: string;
  /** Of the file. */
  bytes: number;
  objects: bigint;
  references: bigint;
  route: string;
  stops: number;
  pauseMs: number;
  consistent: boolean;
  elapsedMs: number;
  /** What the dump says of itself. */
  meta: Record<string, string>;
}

/** A process of several that could not be dumped. */
export interface MissedDump {
  pid: number;
  error: string;
  exitCode: number;
}

export function takenText(dump: TakenDump): string {
  const { meta } = dump;
  const consistency = dump.consistent
    ? "consistent"
    : `not consistent: ${inconsistencyText((key) => meta[key])}`;
  const skipped = escapeControls(meta.skipped ?? "");
  return [
    `${escapeControls(dump.file)}: ${countText(dump.objects)} objects, ${countText(dump.references)} references, ${sizeText(BigInt(dump.bytes))}`,
    `  of process ${meta.pid} (CPython ${meta.python_version}), in ${(dump.elapsedMs / 1000).toFixed(1)} s`,
    `  ${meta.mode} mode, ${dump.route} route; ${plural(BigInt(dump.stops), "stop")}, the longest ${dump.pauseMs.toFixed(1)} ms`,
    `  ${consistency}`,
    ...(skipped ? [`  skipped: ${skipped}`] : []),
  ].join("\n");
}

/** One dump is the document; several are a list, those that failed with their `error`. */
export function attachJson(taken: TakenDump[], missed: MissedDump[], several: boolean): string {
  const dumps = [...taken.map(takenJson), ...missed.map(missedJson)];
  return jsonText(several ? { dumps } : dumps[0]);
}

/** Sizes in bytes, times in milliseconds. */
function takenJson(dump: TakenDump): Record<string, unknown> {
  const { meta } = dump;
  return {
    file: dump.file,
    pid: Number(meta.pid),
    dump_id: meta.dump_id,
    python_version: meta.python_version,
    mode: meta.mode,
    route: dump.route,
    pause_ms: dump.pauseMs,
    stops: dump.stops,
    consistent: dump.consistent,
    objects: dump.objects,
    references: dump.references,
    bytes: dump.bytes,
    elapsed_ms: Math.round(dump.elapsedMs),
    left_out: listed(meta.left_out),
    skipped: listed(meta.skipped),
    memory: memoryJson(meta),
  };
}

/** What was known of memory before a snapshot, in bytes; null in a mode that makes none. */
function memoryJson(meta: Record<string, string>): object | null {
  if (meta.snapshot_cost_least === undefined) return null;
  const bytes = (text: string | undefined) => (text ? Number(text) : null);
  return {
    cost_least: bytes(meta.snapshot_cost_least),
    cost_most: bytes(meta.snapshot_cost_most),
    headroom: bytes(meta.memory_headroom),
    limit: bytes(meta.memory_limit),
    limit_name: meta.memory_limit_name || null,
    oom_group: meta.oom_group || null,
    unknown: listed(meta.memory_unknown),
  };
}

function missedJson({ pid, error, exitCode }: MissedDump): Record<string, unknown> {
  return { pid, error, exit_code: exitCode };
}
