import type { Live, LiveChange, LiveObject } from "../analysis/live.js";
import type { LiveReason } from "../model/live.js";
import type { HeapObject } from "../store/heap.js";
import { type JsonTable, jsonTable } from "./json.js";
import { sentences } from "./lines.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, contentText, escapeControls, plural } from "./text.js";

const REASONS: Record<LiveReason, string> = {
  unmapped: "its memory is not mapped any more",
  freed: "it was freed",
  "no-object": "what lies there is no object",
  unreadable: "it leads to memory that is not there, or that is being freed",
  changing: "it was changed each time while it was read",
  "too-large": "it is too large to be read while the process runs",
  "c-state": "no change was seen, but C code may keep more in it than can be read without running that code",
  content: "no change was seen, but the dump does not have all of its content",
  running: "no change was seen, but it runs, and where it stands is not known",
};

/** In a column, with the first few changes. */
export function liveCell(live: LiveObject | undefined): string {
  if (!live) return "";
  const { fate, changes, more } = live;
  if (fate !== "changed") return liveWords(live);
  const shown = changes.slice(0, 3).map(changeName);
  const rest = changes.length + more - shown.length;
  return `changed: ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function liveWords({ fate, reason, now, changes, more }: LiveObject): string {
  switch (fate) {
    case "same":
      return "the same";
    case "changed":
      return `changed (or another ${typeOf(now)} has its address): ${plural(changes.length + more, "difference")}`;
    case "other":
      return `another object: ${typeOf(now)}${now && contentText(now) ? ` ${contentText(now)}` : ""}`;
    case "gone":
      return `gone: ${reason ? REASONS[reason] : ""}`;
    case "unknown":
      return `not known: ${reason ? REASONS[reason] : ""}`;
  }
}

function changeName({ kind, part }: LiveChange): string {
  return kind === "content" ? "its content" : escapeControls(part).trim();
}

function typeOf(object: HeapObject | null): string {
  return object ? escapeControls(object.typeName) : "object";
}

/** Of one object, as a section. */
export function liveText(live: LiveObject, pid: number, number: number, terminal: Terminal): string {
  const { bold } = terminal.colors;
  const title = bold(`NOW in process ${pid}`);
  const words = sentences(liveWords(live), terminal, undefined, "  ");
  if (live.changes.length === 0) return [title, words].join("\n");
  const shown = live.changes.slice(0, number);
  const rows = table(
    [
      { title: "NAME", cut: "name" },
      { title: "WAS", cut: "content" },
      { title: "IS", cut: "content" },
    ],
    shown.map((change) => [
      changeName(change),
      valueText(change.was, change.now),
      valueText(change.now, change.was),
    ]),
    terminal,
  );
  const rest = live.changes.length + live.more - shown.length;
  return [title, words, rows, ...(rest > 0 ? [`  … ${rest} more (-n)`] : [])].join("\n");
}

/** Addresses only where the texts of both are the same. */
function valueText(value: HeapObject | null, other: HeapObject | null): string {
  if (!value) return "";
  const text = textOf(value);
  return other && textOf(other) === text ? `${text} at ${addressText(value.address)}` : text;
}

function textOf(object: HeapObject): string {
  const content = contentText(object);
  return `${typeOf(object)}${content && ` ${content}`}`;
}

/** Of one object. */
export function liveJson({ fate, reason, now, changes, more }: LiveObject, pid: number): object {
  return { pid, fate, reason, is: sideJson(now), changes: changesJson(changes, more) };
}

export function liveTableJson(shown: HeapObject[], { pid, objects }: Live): object {
  const rows = shown.flatMap(({ id, address }) => {
    const live = objects.get(id);
    return live ? [{ address, ...live }] : [];
  });
  return {
    pid,
    ...jsonTable(rows, {
      address: ({ address }) => addressText(address),
      fate: ({ fate }) => fate,
      reason: ({ reason }) => reason,
      is: ({ now }) => sideJson(now),
      changes: ({ changes, more }) => changesJson(changes, more),
    }),
  };
}

function changesJson(changes: LiveChange[], more: number): JsonTable & { more: number } {
  const listed = jsonTable(changes, {
    kind: ({ kind }) => kind,
    part: ({ part }) => part,
    was: ({ was }) => sideJson(was),
    is: ({ now }) => sideJson(now),
  });
  return { more, ...listed };
}

function sideJson(object: HeapObject | null): object | null {
  return object && { address: addressText(object.address), type: object.typeName, content: object.content };
}
