import type { Description } from "../analysis/info.js";
import { contentOf, type MetaReader } from "../model/dump.js";
import { type Tracing, tracingOf } from "../model/tracing.js";
import { inconsistencyText, listed } from "./capture.js";
import { collectorText } from "./collector.js";
import { displayWidth } from "./fit.js";
import { jsonTable } from "./json.js";
import { facts, placeFits } from "./lines.js";
import { verdictJson } from "./memory.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, plural } from "./text.js";
import { countText, momentText, shareText, sizeText } from "./units.js";
import { unknownMemoryJson, unknownMemoryText } from "./unknown-memory.js";

export function infoText(described: Description, terminal: Terminal): string {
  const { problems, path, fileSize, types, size } = described;
  const sections = [
    titleText(path, problems.length === 0, fileSize, terminal),
    ...groups(described).map(([title, lines]) => section(title, lines, terminal)),
    table(
      [
        { title: "LARGEST TYPES", cut: "name" },
        { title: "COUNT", align: "right" },
        { title: "SIZE", align: "right" },
        { title: "SHARE", align: "right" },
      ],
      types.map((type) => [
        escapeControls(type.name),
        countText(type.count),
        sizeText(type.size),
        shareText(type.size, size),
      ]),
      terminal,
    ),
  ];
  return sections.join("\n\n");
}

function titleText(path: string, complete: boolean, fileSize: bigint, terminal: Terminal): string {
  const { bold, green, yellow } = terminal.colors;
  const [before, state, after] = [
    ": a heap dump, ",
    complete ? "complete" : "not complete",
    `, ${sizeText(fileSize)}`,
  ];
  const room = terminal.width - displayWidth(before + state + after);
  const file = placeFits(escapeControls(path), room, terminal);
  return bold(file) + before + (complete ? green : yellow)(state) + after;
}

type Line = [name: string, text: string | undefined];

function groups({
  format,
  problems,
  collector,
  meta,
  dangling,
  objects,
  references,
  size,
  unknownMemory,
}: Description): [string, Line[]][] {
  const get = (key: string) => meta.get(key) || undefined;
  const bytes = (key: string) => (/^\d+$/.test(get(key) ?? "") ? sizeText(BigInt(get(key) ?? 0)) : undefined);
  return [
    [
      "Process",
      [
        ["pid", get("pid")],
        ["command", get("command")],
        ["executable", get("executable")],
        ["Python", join(" ", get("python_version"), get("python_build") && `(${get("python_build")})`)],
        ["host", get("host")],
        ["container", get("container")],
        ["threads", get("threads")],
        [
          "memory",
          join(
            ", ",
            suffixed(bytes("rss"), "resident"),
            suffixed(bytes("anonymous"), "anonymous"),
            suffixed(bytes("heap"), "in [heap]"),
          ),
        ],
      ],
    ],
    [
      "Capture",
      [
        ["taken", momentText(get("time") ?? "") || undefined],
        ["mode", join(", ", get("mode"), suffixed(get("route"), "route"))],
        [
          "pause",
          join(
            ", ",
            suffixed(get("pause_ms"), "ms at most"),
            get("stops") && plural(BigInt(get("stops") ?? 0), "stop"),
          ),
        ],
        ["main thread", get("mode") === "python" ? "stood still until the dump was written" : undefined],
        ["consistent", consistency(get)],
        ["complete", problems.length === 0 ? "yes" : `no: ${problems.join("; ")}`],
        ["omitted", lines(get("omitted"))],
        ["skipped", lines(get("skipped"))],
        ["types files", get("types_useless") && `of no use: ${get("types_useless")}`],
        ["memory left", headroom(bytes("memory_headroom"), bytes("memory_limit"), get("memory_limit_name"))],
        ["content", content(get)],
        ["redacted", get("redacted")],
        ["sites", tracingText(tracingOf(get))],
        ["tool", get("tool_version") && `heapdump ${get("tool_version")}, format ${format}`],
        ["dump id", get("dump_id")],
      ],
    ],
    [
      "Heap",
      [
        ["objects", `${countText(objects)}, ${sizeText(size)}`],
        ["references", countText(references)],
        ["not known", unknownMemoryText(unknownMemory) || undefined],
        ["collector", collector && collectorText(collector)],
        [
          "dangling",
          dangling > 0n ? `${plural(dangling, "reference")} to objects not in the dump` : undefined,
        ],
      ],
    ],
  ];
}

function section(title: string, lines: Line[], terminal: Terminal): string {
  const { bold, dim } = terminal.colors;
  const known = lines.flatMap(([name, text]): [string, string][] =>
    text === undefined ? [] : [[name, text.split("\n").map(escapeControls).join("\n")]],
  );
  return [bold(title), ...facts(known, 14, terminal, dim)].join("\n");
}

function consistency(meta: MetaReader): string | undefined {
  const value = meta("consistent");
  if (value === "true") return "yes";
  return value === "false" ? `no: ${inconsistencyText(meta)}` : undefined;
}

/** A list, one a line. */
function lines(text: string | undefined): string | undefined {
  return listed(text).join("\n") || undefined;
}

/** Before the snapshot. */
function headroom(left: string | undefined, limit: string | undefined, name = ""): string | undefined {
  return left && limit && `${left} of ${limit} (${name === "MemAvailable" ? "the machine" : name})`;
}

function content(get: MetaReader): string | undefined {
  const limit = get("content_limit");
  if (limit === undefined) return undefined;
  const level = contentOf(get);
  if (level === "none") return "none";
  return level === "names" ? "names alone" : `up to ${limit} bytes an object`;
}

function suffixed(text: string | undefined, suffix: string): string | undefined {
  return text && `${text} ${suffix}`;
}

function join(separator: string, ...parts: (string | undefined)[]): string | undefined {
  return parts.filter(Boolean).join(separator) || undefined;
}

export function infoJson({
  path,
  fileSize,
  format,
  problems,
  collector,
  meta,
  objects,
  references,
  size,
  types,
  memory,
  unknownMemory,
}: Description): object {
  return {
    file: path,
    file_size: fileSize,
    format,
    complete: problems.length === 0,
    problems,
    collector: collector ?? null,
    meta,
    objects,
    references,
    size,
    types: jsonTable(types, {
      type: (type) => type.name,
      address: (type) => type.address && addressText(type.address),
      count: (type) => type.count,
      size: (type) => type.size,
    }),
    memory_unknown: unknownMemoryJson(unknownMemory),
    verdict: verdictJson(memory),
  };
}

/** Whether the dump has allocation sites. */
export function tracingText(tracing: Tracing | undefined): string | undefined {
  if (!tracing) return undefined;
  if (tracing.state === "off") return "none: tracemalloc did not trace";
  if (tracing.state === "unknown") return `none: ${tracing.why}`;
  const unread = tracing.unread > 0n ? `; ${countText(tracing.unread)} traces could not be read` : "";
  return `of what tracemalloc traced, ${plural(tracing.frames, "frame")} each${unread}`;
}
