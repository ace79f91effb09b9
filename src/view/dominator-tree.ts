import type { Tree, TreeGroup } from "../analysis/tree.js";
import { displayWidth, fitContent } from "./fit.js";
import { jsonTable } from "./json.js";
import { contentFits, namesFit, sentences } from "./lines.js";
import { nextStep } from "./next.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, plural } from "./text.js";
import { countText, shareText, sizeText } from "./units.js";

const [RETAINED, SHARE, COUNT] = [10, 7, 11];

export function treeText({ groups, size }: Tree, path: string, terminal: Terminal): string {
  const { bold, dim } = terminal.colors;
  const [first] = groups;
  if (!first) return "Nothing retains as much.";
  const title = bold(
    `${"RETAINED".padStart(RETAINED)}${"SHARE".padStart(SHARE)}${"COUNT".padStart(COUNT)}  WHAT`,
  );
  const about =
    "Each line is what the line above it keeps alive alone: it would be freed with that. Objects of one type that are held in the same way are one line.";
  return [
    title,
    ...groups.flatMap((group) => lines(group, "", "", size, terminal)),
    "",
    sentences(about, terminal, dim),
    nextStep(terminal, "tree", path, addressText(first.example.address)),
  ].join("\n");
}

function lines(group: TreeGroup, start: string, stem: string, size: bigint, terminal: Terminal): string[] {
  const { bold } = terminal.colors;
  const figures = `${bold(sizeText(group.retained).padStart(RETAINED))}${shareText(group.retained, size).padStart(SHARE)}${countText(group.count).padStart(COUNT)}  ${start}`;
  const room = terminal.width - RETAINED - SHARE - COUNT - 2 - displayWidth(start);
  const { hidden, below } = group;
  const rest = hidden.groups > 0n ? 1 : 0;
  return [
    figures + groupText(group, room, terminal),
    ...below.flatMap((child, i) => {
      const [branch, next] = i === below.length - 1 + rest ? ["└─ ", "   "] : ["├─ ", "│  "];
      return lines(child, stem + branch, stem + next, size, terminal);
    }),
    ...((hidden.groups > 0n && below.length > 0) || (hidden.groups === 0n && hidden.retained >= group.size)
      ? [restLine(hidden, `${stem}└─ `, terminal)]
      : []),
  ];
}

function restLine({ groups, retained }: TreeGroup["hidden"], start: string, terminal: Terminal): string {
  const { dim } = terminal.colors;
  const before = " ".repeat(SHARE + COUNT + 2) + start;
  const what = groups > 0n ? `in ${plural(groups, "smaller group")}` : "further down (--depth)";
  const room = terminal.width - RETAINED - displayWidth(before);
  const shown = terminal.cuts === "everything" ? fitContent(what, room) : what;
  return dim(sizeText(retained).padStart(RETAINED)) + before + dim(shown);
}

/** Of less room than this, an address would leave too little for the names. */
const ROOM_FOR_ADDRESS = 40;

/** How it is held, its type, and of one object the address and the content, each as far as there is room. */
function groupText(group: TreeGroup, room: number, terminal: Terminal): string {
  const { typeName, count, example } = group;
  const isNarrow = terminal.cuts === "everything";
  const isOne = count === 1n && (!isNarrow || room >= ROOM_FOR_ADDRESS);
  const address = isOne ? `  ${addressText(example.address)}` : "";
  const space = room - displayWidth(address);
  const part = group.part === null ? "" : escapeControls(group.part);
  const left = space - 2 - displayWidth(part);
  const type = namesFit(
    escapeControls(typeName),
    part ? Math.max(left, Math.floor(space / 2) - 1) : space,
    terminal,
  );
  const before = part && `${namesFit(part, space - 2 - displayWidth(type), terminal)}  `;
  const own = `${before}${type}${address}`;
  if (isNarrow && displayWidth(own) > room) return fitContent(own, room);
  const content = isOne ? gistText(example) : "";
  const rest = room - displayWidth(own) - 2;
  const shown = content && (rest >= 4 || !isNarrow) ? `  ${contentFits(content, rest, terminal)}` : "";
  return `${before}${terminal.colors.cyan(type)}${address}${shown}`;
}

export function treeJson({ groups, size }: Tree): object {
  return { size, ...groupsJson(groups) };
}

function groupsJson(groups: TreeGroup[]): object {
  return jsonTable(groups, {
    part: ({ part }) => part,
    type: ({ typeName }) => typeName,
    count: ({ count }) => count,
    size: (group) => group.size,
    retained: ({ retained }) => retained,
    address: ({ example }) => addressText(example.address),
    content: ({ example }) => example.content,
    gist: ({ example }) => example.gist,
    hidden: ({ hidden }) => hidden.groups,
    hidden_retained: ({ hidden }) => hidden.retained,
    below: ({ below }) => groupsJson(below),
  });
}
