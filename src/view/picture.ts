import { escapeControls } from "./text.js";

/** Drawn by a Graphviz in WebAssembly, so that none need be on the machine. */
export async function svgText(dot: string): Promise<string> {
  // Loaded when it is needed: it is large.
  const { instance } = await import("@viz-js/viz");
  return (await instance()).renderString(dot, { format: "svg" });
}

/** One page with the picture in it, to move about and to enlarge; it loads nothing. */
export async function htmlText(dot: string, title: string): Promise<string> {
  const svg = await svgText(dot);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${xml(title)}</title>
<style>
  html, body { margin: 0; height: 100%; overflow: hidden; font: 14px system-ui, sans-serif; }
  #stage { height: 100%; cursor: grab; touch-action: none; }
  #stage svg { transform-origin: 0 0; user-select: text; }
  #help { position: fixed; right: 1em; bottom: 1em; color: #5f6368; background: #fffc; padding: 0.3em 0.6em; }
</style>
<div id="stage">${svg.slice(svg.indexOf("<svg"))}</div>
<div id="help">wheel: zoom · drag: move · double click: as at first</div>
<script>
  const stage = document.getElementById("stage");
  const svg = stage.querySelector("svg");
  let x = 0, y = 0, scale = 1;
  const show = () => { svg.style.transform = \`translate(\${x}px, \${y}px) scale(\${scale})\`; };
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 500);
    x = event.clientX - (event.clientX - x) * factor;
    y = event.clientY - (event.clientY - y) * factor;
    scale *= factor;
    show();
  }, { passive: false });
  stage.addEventListener("pointermove", (event) => {
    if (event.buttons !== 1) return;
    x += event.movementX;
    y += event.movementY;
    show();
  });
  stage.addEventListener("dblclick", () => { x = y = 0; scale = 1; show(); });
</script>
</html>
`;
}

function xml(text: string): string {
  return escapeControls(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
