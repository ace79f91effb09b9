import type { Local, RunningFrame, RunningThread, Threads } from "../analysis/threads.js";
import { displayWidth } from "./fit.js";
import { jsonTable } from "./json.js";
import { contentFits, objectLine, placeFits, sentences } from "./lines.js";
import { nextStep } from "./next.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, plural } from "./text.js";
import { sizeText } from "./units.js";

const NOT_TOLD =
  "A dump of python mode does not tell what all threads run, nor what their locals are: use fork or stop.";
const FRAME = " ".repeat(2);
const LOCAL = " ".repeat(6);

export function threadsText({ threads, unknown }: Threads, path: string, terminal: Terminal): string {
  if (threads.length === 0) return unknown ? sentences(NOT_TOLD, terminal) : "The dump has no thread.";
  const largest = threads
    .flatMap(({ frames }) => frames.flatMap(({ locals }) => locals))
    .reduce<Local | undefined>(
      (most, local) => (most && most.retained >= local.retained ? most : local),
      undefined,
    );
  return [
    threads.map((thread) => threadText(thread, unknown !== null, terminal)).join("\n\n"),
    ...(unknown ? [sentences(NOT_TOLD, terminal, terminal.colors.dim)] : []),
    ...(largest ? [nextStep(terminal, "show", path, addressText(largest.object.address))] : []),
  ].join("\n\n");
}

function threadText(
  { id, name, frames, moreFrames }: RunningThread,
  isUnknown: boolean,
  terminal: Terminal,
): string {
  const { bold, dim } = terminal.colors;
  const number = `  ${id}`;
  const title = bold(
    contentFits(escapeControls(name ?? "(no name)"), terminal.width - number.length, terminal),
  );
  return [
    title + number,
    ...(frames.length === 0
      ? [FRAME + dim(isUnknown ? "what it runs is not known" : "runs no Python function")]
      : []),
    ...frames.flatMap((frame) => frameLines(frame, terminal)),
    ...(moreFrames > 0 ? [FRAME + dim(`… ${plural(BigInt(moreFrames), "more frame")} (--max-depth)`)] : []),
  ].join("\n");
}

function frameLines(frame: RunningFrame, terminal: Terminal): string[] {
  const { cyan, dim } = terminal.colors;
  const name = escapeControls(frame.function);
  const place = escapeControls(`${frame.file}:${frame.line}`);
  const room = terminal.width - FRAME.length;
  const shown = placeFits(name, room, terminal);
  const rest = room - displayWidth(shown) - 2;
  const lines =
    rest >= displayWidth(place) || terminal.cuts !== "everything"
      ? [`${FRAME}${cyan(shown)}  ${place}`]
      : [FRAME + cyan(shown), LOCAL + placeFits(place, terminal.width - LOCAL.length, terminal)];
  return [
    ...lines,
    ...frame.locals.map((local) => localLine(local, terminal)),
    ...(frame.moreLocals > 0
      ? [LOCAL + dim(`… ${plural(BigInt(frame.moreLocals), "more local")} (-n)`)]
      : []),
  ];
}

const SIZE = 10;
const MOST_OF_A_NAME = 24;

function localLine({ name, object, retained }: Local, terminal: Terminal): string {
  const shown = placeFits(escapeControls(name), MOST_OF_A_NAME, terminal);
  const start = `${LOCAL}${sizeText(retained).padStart(SIZE)}  ${shown}  `;
  return start + objectLine(object, terminal.width - displayWidth(start), terminal);
}

export function threadsJson({ threads, unknown }: Threads): object {
  return {
    locals_known: unknown === null,
    threads: threads.map(({ id, name, frames, moreFrames }) => ({
      id,
      name,
      frames: frames.map((frame) => ({
        function: frame.function,
        file: frame.file,
        line: frame.line,
        locals: jsonTable(frame.locals, {
          name: (local) => local.name,
          address: ({ object }) => addressText(object.address),
          type: ({ object }) => object.typeName,
          size: ({ object }) => object.size,
          retained: ({ retained }) => retained,
          content: ({ object }) => object.content,
          gist: ({ object }) => object.gist,
        }),
        more_locals: frame.moreLocals,
      })),
      more_frames: moreFrames,
    })),
  };
}
