// The page of collections: a list of graphs, the one that was chosen, and what is known of an object in it.

export const STYLE = `\
  html, body { margin: 0; height: 100%; font: 14px system-ui, sans-serif; }
  main { display: grid; grid-template-columns: 20em 1fr 22em; height: 100%; }
  nav, aside { overflow: auto; padding: 1em; background: #f8f9fa; overflow-wrap: anywhere; }
  h1 { font-size: 1.1em; margin-top: 0; } h2 { font-size: 1em; }
  ol, ul { list-style: none; padding: 0; }
  #graphs button { font: inherit; text-align: left; width: 100%; border: 0; background: none; padding: 0.2em; cursor: pointer; }
  #graphs .phase button { padding-left: 1.5em; color: #5f6368; }
  #graphs [aria-current] { background: #d2e3fc; }
  #key i { display: inline-block; width: 1em; height: 1em; margin-right: 0.5em; border: 1px solid #5f6368; border-radius: 50%; vertical-align: middle; }
  #stage { min-width: 0; }
  dt { color: #5f6368; } dd { margin: 0 0 0.5em; font-family: ui-monospace, monospace; }
`;

/** All text is set as text, never as HTML. */
export const SCRIPT = `\
"use strict";
{
  const graphs = JSON.parse(document.getElementById("data").textContent);
  const list = document.getElementById("graphs");
  const panel = document.getElementById("panel");
  const STEP = { x: 150, y: 80 };
  const MOST_IN_A_ROW = 12;

  const style = [
    { selector: "node", style: {
      "label": "data(label)", "text-wrap": "wrap", "text-max-width": 140, "text-overflow-wrap": "anywhere", "text-valign": "bottom", "font-size": 9, "min-zoomed-font-size": 6,
      "width": 24, "height": 24, "shape": "data(shape)", "background-color": "data(fill)",
      "border-width": 1.5, "border-color": "data(line)", "border-style": "data(border)" } },
    { selector: "node:parent", style: {
      "label": "data(label)", "text-valign": "top", "font-size": 14, "shape": "round-rectangle",
      "background-color": "#f1f3f4", "border-color": "#9e9e9e", "border-style": "dashed", "padding": 20 } },
    { selector: "node.empty", style: {
      "width": 160, "shape": "round-rectangle", "text-valign": "center", "background-color": "#f1f3f4",
      "border-color": "#9e9e9e", "border-style": "dashed" } },
    { selector: "edge", style: {
      "label": "data(label)", "font-size": 9, "width": 1, "curve-style": "bezier", "line-color": "#9aa0a6",
      "target-arrow-shape": "triangle", "target-arrow-color": "#9aa0a6", "arrow-scale": 0.8 } },
    { selector: "node:selected", style: { "border-width": 4, "border-color": "#f9ab00" } },
    { selector: "edge:selected", style: { "line-color": "#f9ab00", "target-arrow-color": "#f9ab00" } },
  ];

  const elementsOf = (graph) => {
    const counts = graph.lists.map((_, i) => graph.nodes.filter((node) => node.list === i).length);
    const elements = graph.lists.map((name, i) => ({
      group: "nodes", classes: counts[i] ? "list" : "empty",
      data: { id: "l" + i, label: name, shape: "round-rectangle", fill: "#f1f3f4", line: "#9e9e9e", border: "dashed" },
    }));
    graph.nodes.forEach((node, i) => elements.push({
      group: "nodes",
      data: {
        id: "n" + i, parent: "l" + node.list, place: i, shape: node.shape, fill: node.fill, line: node.line,
        border: node.dashed ? "dashed" : "solid", label: node.columns[0][1] + (node.type ? "\\n" + node.type : ""),
      },
    }));
    graph.edges.forEach(([source, target, count], i) => elements.push({
      group: "edges", data: { id: "e" + i, source: "n" + source, target: "n" + target, label: count > 1 ? count + "\\u00d7" : "" },
    }));
    return elements;
  };

  // What hangs together within a list: rows of objects, each row what the one above refers to.
  const groupsOf = (graph, list) => {
    const members = graph.nodes.flatMap((node, i) => node.list === list ? [i] : []);
    const near = new Map(members.map((i) => [i, { to: [], all: [], into: 0 }]));
    for (const [source, target] of graph.edges) {
      if (source === target || !near.has(source) || !near.has(target)) continue;
      near.get(source).to.push(target);
      near.get(source).all.push(target);
      near.get(target).all.push(source);
      near.get(target).into++;
    }
    const reach = (from, next) => { const found = new Set(from); for (const i of found) for (const j of next(i)) found.add(j); return found; };
    const left = new Set(members);
    const groups = [];
    for (const first of members) {
      if (!left.has(first)) continue;
      const group = [...reach([first], (i) => near.get(i).all)].sort((a, b) => near.get(a).into - near.get(b).into || a - b);
      for (const i of group) left.delete(i);
      const level = new Map();
      for (const start of group) {
        if (level.has(start)) continue;
        level.set(start, 0);
        const queue = [start];
        for (const i of queue) for (const j of near.get(i).to) if (!level.has(j)) { level.set(j, level.get(i) + 1); queue.push(j); }
      }
      const rows = [];
      for (const i of group) (rows[level.get(i)] ??= []).push(i);
      groups.push(rows.flatMap((row) => {
        const parts = [];
        for (let i = 0; i < row.length; i += MOST_IN_A_ROW) parts.push(row.slice(i, i + MOST_IN_A_ROW));
        return parts;
      }));
    }
    return groups.sort((a, b) => b.length - a.length);
  };

  // Lists stand beside one another, and in each its groups, as text does in lines.
  const layoutOf = (graph) => {
    const positions = {};
    let left = 0;
    graph.lists.forEach((_, list) => {
      const groups = groupsOf(graph, list);
      const widthOf = (rows) => Math.max(...rows.map((row) => row.length));
      const area = groups.reduce((sum, rows) => sum + (widthOf(rows) + 0.5) * (rows.length + 0.5) * STEP.x * STEP.y, 0);
      const room = Math.max(1, Math.round(1.4 * Math.sqrt(area) / STEP.x));
      let x = 0, y = 0, height = 0, widest = 1;
      for (const rows of groups) {
        const width = widthOf(rows);
        if (x > 0 && x + width > room) { x = 0; y += height + 0.5; height = 0; }
        rows.forEach((row, line) => row.forEach((i, column) => {
          positions["n" + i] = { x: left + (x + column + (width - row.length) / 2) * STEP.x, y: (y + line) * STEP.y };
        }));
        x += width + 0.5;
        widest = Math.max(widest, x);
        height = Math.max(height, rows.length);
      }
      if (groups.length === 0) positions["l" + list] = { x: left, y: 0 };
      left += (widest + 0.7) * STEP.x;
    });
    return { name: "preset", positions: (node) => positions[node.id()], padding: 30 };
  };

  const cy = cytoscape({ container: document.getElementById("stage"), style, hideEdgesOnViewport: true });
  let shown;

  const show = (graph, button) => {
    shown = graph;
    for (const other of list.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    cy.elements().remove();
    cy.add(elementsOf(graph));
    cy.layout(layoutOf(graph)).run();
    if (cy.zoom() > 1.2) { cy.zoom(1.2); cy.center(); }
  };

  const tell = (columns) => {
    const terms = document.createElement("dl");
    for (const [name, value] of columns) {
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = name;
      text.textContent = value;
      terms.append(term, text);
    }
    panel.replaceChildren(terms);
  };

  cy.on("tap", "node", ({ target }) => {
    const node = shown.nodes[target.data("place")];
    if (!node) return;
    tell(node.columns);
    cy.elements().unselect();
    target.connectedEdges().select();
  });

  for (const graph of graphs) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = graph.title;
    button.addEventListener("click", () => show(graph, button));
    if (graph.isPhase) item.className = "phase";
    item.append(button);
    list.append(item);
  }
  // What was found unreachable says more than all that was looked at.
  const told = graphs.findIndex((graph) => graph.showsUnreachable);
  const first = list.querySelectorAll("button")[Math.max(told, 0)];
  if (first) first.click();
  document.body.dataset.ready = String(graphs.length);
}
`;
