import type { MissedDump, TakenDump } from "../model/dump.js";
import type { MemoryPlan } from "../model/memory.js";
import { type Tracing, tracingOf } from "../model/tracing.js";
import { inconsistencyText, listed } from "./capture.js";
import { tracingText } from "./info.js";
import { jsonText } from "./json.js";
import { sentences } from "./lines.js";
import type { Terminal } from "./terminal.js";
import { escapeControls, plural } from "./text.js";
import { countText, sizeText } from "./units.js";

export function takenText(dump: TakenDump, terminal: Terminal): string {
  const { meta } = dump;
  const consistency = dump.consistent
    ? "consistent"
    : `not consistent: ${inconsistencyText((key) => meta[key])}`;
  const skipped = escapeControls(meta.skipped ?? "");
  const lines = [
    `of process ${meta.pid} (CPython ${meta.python_version}), in ${(dump.elapsedMs / 1000).toFixed(1)} s`,
    `${meta.mode} mode, ${dump.route} route; ${plural(BigInt(dump.stops), "stop")}, the longest ${dump.pauseMs.toFixed(1)} ms`,
    consistency,
    ...sitesText(tracingOf((key) => meta[key])),
    ...(meta.types_useless ? [`types files, of no use: ${meta.types_useless}`] : []),
    ...(skipped ? [`skipped: ${skipped}`] : []),
    ...(meta.unread_members === undefined
      ? []
      : [`not complete: ${meta.unread_members} objects of the collector's lists could not be read`]),
    ...(dump.left.length > 0 ? [`left in the process: ${dump.left.join("; ")}`] : []),
  ];
  const title = `${escapeControls(dump.file)}: ${countText(dump.objects)} objects, ${countText(dump.references)} references, ${sizeText(BigInt(dump.bytes))}`;
  return [
    sentences(title, terminal),
    ...lines.map((line) => sentences(line, terminal, undefined, "  ")),
  ].join("\n");
}

/** Of a process that is not traced there is nothing to say. */
function sitesText(tracing: Tracing | undefined): string[] {
  if (!tracing || tracing.state === "off") return [];
  return [`allocation sites: ${tracingText(tracing)}`];
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
    omitted: listed(meta.omitted),
    skipped: listed(meta.skipped),
    complete: meta.unread_members === undefined,
    sites: tracingOf((key) => meta[key])?.state === "on",
    left: dump.left,
    memory: memoryJson(dump.memory),
  };
}

/** What was known of memory before the dump, in bytes. */
function memoryJson(memory: MemoryPlan): object {
  const { cost, headroom, limit, oomGroup, unknown } = memory;
  return {
    cost_min: cost.min,
    cost_max: cost.max,
    headroom: headroom ?? null,
    limit: limit?.limit ?? null,
    limit_name: limit ? [limit.name, limit.cgroup ?? ""].join(" ").trim() : null,
    oom_group: oomGroup ?? null,
    unknown,
  };
}

function missedJson({ pid, error, exitCode }: MissedDump): Record<string, unknown> {
  return { pid, error, exit_code: exitCode };
}
