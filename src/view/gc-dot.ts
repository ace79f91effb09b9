import type { Drawing, DrawnNode } from "../analysis/gc-graph.js";
import { quoted } from "./dot.js";
import { columnsOf, drawingTitle, listTitle, look, omittedText, typeText } from "./gc-style.js";
import { escapeControls } from "./text.js";

/** All graphs in one picture, each in a frame with a frame for each list of the collector. */
export function collectionsDot(drawings: Drawing[], title: string): string {
  const caption = [title, omittedText(drawings)].filter(Boolean).map(escapeControls).join("\n");
  return `${[
    `digraph ${quoted(escapeControls(title))} {`,
    `  graph [rankdir=TB, fontname="Helvetica", fontsize=12, labelloc=t, label=${quoted(caption)}]`,
    '  node [style=filled, fontname="Helvetica", fontsize=10]',
    '  edge [fontname="Courier", fontsize=9, color="#5f6368", arrowsize=0.7]',
    ...drawings.flatMap(drawingLines),
    "}",
  ].join("\n")}\n`;
}

function drawingLines(drawing: Drawing, graph: number): string[] {
  const { lists, nodes, edges } = drawing;
  return [
    `  subgraph cluster_${graph} {`,
    `    graph [style=solid, color="#5f6368", label=${quoted(escapeControls(drawingTitle(drawing)))}]`,
    ...lists.flatMap((list, i) => {
      const members = nodes.flatMap((node, place) => (node.list === list.name ? [{ node, place }] : []));
      const label = quoted(escapeControls(listTitle(list, members.length)));
      return [
        `    subgraph cluster_${graph}_${i} {`,
        `      graph [style=dashed, color="#9e9e9e", label=${label}]`,
        ...members.map(({ node, place }) => nodeLine(node, `n${graph}_${place}`)),
        // Graphviz draws no frame around nothing.
        ...(members.length > 0 ? [] : [`      e${graph}_${i} [style=invis]`]),
        "    }",
      ];
    }),
    ...edges.map(({ source, target, count }) => {
      const times = count > 1 ? ` [label="${count}×"]` : "";
      return `    n${graph}_${source} -> n${graph}_${target}${times}`;
    }),
    "  }",
  ];
}

function nodeLine(node: DrawnNode, name: string): string {
  const { fill, line, text, shape, dashed } = look(node);
  const label = [typeText(node), node.address].filter(Boolean).map(escapeControls).join("\n");
  const told = columnsOf(node).map(([column, value]) => escapeControls(`${column}: ${value}`));
  const attributes = [
    `label=${quoted(label)}`,
    `tooltip=${quoted(told.join("\n"))}`,
    `shape=${shape}`,
    `fillcolor="${fill}"`,
    `color="${line}"`,
    `fontcolor="${text}"`,
    ...(dashed ? ['style="filled,dashed"'] : []),
  ];
  return `      ${name} [${attributes.join(", ")}]`;
}
