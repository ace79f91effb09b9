import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Drawing } from "../../analysis/gc-graph.js";
import { columnsOf, entryTitle, KEY, listTitle, look, omittedText, typeText } from "../gc-style.js";
import { escapeControls, plural } from "../text.js";
import { escapeHtml } from "./escape.js";
import { SCRIPT, STYLE } from "./gc-page-script.js";
import { dataBlock, pageHtml } from "./page.js";

/** One page with all graphs, of which it shows one at a time, drawn by Cytoscape.js. */
export function collectionsHtml(drawings: Drawing[], title: string): string {
  const library = createRequire(import.meta.url).resolve("cytoscape/dist/cytoscape.min.js");
  const omitted = omittedText(drawings);
  return pageHtml({
    title,
    style: STYLE,
    scripts: [readFileSync(library, "utf8"), SCRIPT],
    body: `<main>
<nav><h1>${escapeHtml(title)}</h1>
<ol id="graphs"></ol>
${omitted && `<p>${escapeHtml(omitted)}</p>`}
<h2>Colours</h2>
<ul id="key">${KEY.map(([text, fill]) => `<li><i style="background: ${fill}"></i>${escapeHtml(text)}`).join("\n")}</ul>
<p>Ellipse: native. Hexagon: managed. A frame: a list of the collector. In a phase the count is what is left of it.</p>
</nav>
<div id="stage"></div>
<aside id="panel"><p>Click on an object.</p></aside>
</main>
${dataBlock("data", drawings.map(graphData))}`,
  });
}

function graphData(drawing: Drawing): object {
  const { lists, nodes, edges } = drawing;
  const title = `${entryTitle(drawing)} (${plural(nodes.length, "object")})`;
  return {
    title: escapeControls(title),
    isPhase: drawing.phase !== undefined,
    showsUnreachable: nodes.some(({ state }) => state.nr === true),
    lists: lists.map((list) => {
      const shown = nodes.filter((node) => node.list === list.name).length;
      return escapeControls(listTitle(list, shown));
    }),
    nodes: nodes.map((node) => ({
      list: lists.findIndex(({ name }) => name === node.list),
      type: escapeControls(typeText(node)),
      columns: columnsOf(node).map((column) => column.map(escapeControls)),
      ...look(node),
    })),
    edges: edges.map(({ source, target, count }) => [source, target, count]),
  };
}
