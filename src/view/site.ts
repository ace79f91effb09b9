import type { Allocation, Site } from "../analysis/site.js";
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

function placeText({ frames }: Site, varies: boolean): string {
  const [innermost, ...callers] = frames.map(({ name }) => escapeControls(name));
  const from = callers
    .slice(0, CALLERS)
    .map((name, i) => `${i === 0 && varies ? "mostly " : ""}called from ${name}`);
  return [innermost, ...from].join(", ");
}

export function siteJson(site: Site | null): object | null {
  return (
    site && {
      frames: site.frames.map(({ file, line, function: name }) => ({ file, line, function: name })),
      total_frames: site.total,
    }
  );
}
