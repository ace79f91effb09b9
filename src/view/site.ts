import type { Allocation, Site, SiteFrame } from "../analysis/site.js";
import { escapeControls, plural } from "./text.js";
import { countText } from "./units.js";

/** Callers that a sentence names. */
const CALLERS = 3;

/** A line a frame; what is left out is counted. */
export function siteLines({ frames, total }: Site, most: number): string[] {
  const shown = frames
    .slice(0, most)
    .map(({ name }, i) => `${i ? "called from " : ""}${escapeControls(name)}`);
  const kept = BigInt(frames.length - shown.length);
  const lost = total - BigInt(frames.length);
  return [
    ...shown,
    ...(kept > 0n ? [`… ${plural(kept, "more frame")} (table site_frame)`] : []),
    ...(lost > 0n ? [`… ${plural(lost, "more frame")}, not kept by the trace`] : []),
  ];
}

/** Where they were allocated, and how many of them; null if there is nothing to say. */
export function allocationWords(
  { objects, traced, site, atLine, atSite }: Allocation,
  areNew: boolean,
): string | null {
  if (objects === 0n) return null;
  const kind = areNew ? "new " : "";
  const all = objects === 1n ? `the one ${kind}object` : `the ${countText(objects)} ${kind}objects`;
  if (!site)
    return `Where ${objects === 1n ? "it was" : "they were"} allocated is not known: tracing has not seen ${all}.`;
  const place = placeText(site, atSite < atLine);
  if (objects === 1n) return `It was allocated at ${place}.`;
  if (atLine === objects) return `All ${countText(objects)} ${kind}objects were allocated at ${place}.`;
  const were = (count: bigint) => `${countText(count)} ${count === 1n ? "was" : "were"}`;
  if (traced === objects) return `Of ${all} ${were(atLine)} allocated at ${place}.`;
  if (traced === atLine) return `Of ${all} ${were(traced)} traced, allocated at ${place}.`;
  return `Of ${all} ${were(traced)} traced: ${were(atLine)} allocated at ${place}.`;
}

/** A file of the interpreter's own library. */
const OF_PYTHON = /\/lib(64)?\/python[\d.]+\/(?!(site|dist)-packages\/)|^<frozen /;

/** Without the callers that every stack of the program ends with, such as those of an event loop. */
function withoutOuterLibrary(frames: SiteFrame[]): SiteFrame[] {
  const last = frames.findLastIndex(({ file }) => !OF_PYTHON.test(file));
  return frames.slice(0, Math.max(last, 0) + 1);
}

/** A file of an installed library. */
const OF_LIBRARY = /\/(site|dist)-packages\//;

/** The program's own line first, if a library allocated for it. */
function placeText({ frames }: Site, varies: boolean): string {
  const kept = withoutOuterLibrary(frames);
  const own = kept.findIndex(({ file }) => !OF_PYTHON.test(file) && !OF_LIBRARY.test(file));
  const names = kept.map(({ name }) => escapeControls(name));
  // Which line of the program it was for is sure only if all have that stack.
  const start = varies ? 0 : Math.max(own, 0);
  const from = names
    .slice(start + 1, start + 1 + CALLERS)
    .map((name, i) => `${i === 0 && varies ? "mostly " : ""}called from ${name}`);
  const through = start > 0 ? [`through ${names[0]}`] : [];
  return [names[start], ...through, ...from].join(", ");
}

export function siteJson(site: Site | null): object | null {
  return (
    site && {
      frames: site.frames.map(({ file, line, function: name }) => ({ file, line, function: name })),
      total_frames: site.total,
    }
  );
}
