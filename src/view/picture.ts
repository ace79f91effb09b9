import { pageHtml } from "./html/page.js";
import { SCRIPT, STYLE } from "./html/pan-and-zoom.js";

/** What Graphviz writes of a node or an edge: its name in the text, which browsers show as the tooltip. */
const NAMED = /<title>[^<]*<\/title>(?=\s*<g id="a_[^"]*"><a xlink:title="([^"]*)")/g;

/** Drawn by a Graphviz in WebAssembly, so that none need be on the machine. */
export async function svgText(dot: string): Promise<string> {
  // Loaded when it is needed: it is large.
  const { instance } = await import("@viz-js/viz");
  const svg = (await instance()).renderString(dot, { format: "svg" });
  return svg.replace(NAMED, (_, tooltip: string) => `<title>${tooltip}</title>`);
}

/** One page with the picture in it. */
export async function htmlText(dot: string, title: string): Promise<string> {
  const svg = await svgText(dot);
  return pageHtml({
    title,
    style: STYLE,
    scripts: [SCRIPT],
    body: `<div id="stage">${svg.slice(svg.indexOf("<svg"))}</div>
<div id="help">wheel: zoom · drag: move · double click: reset</div>`,
  });
}
