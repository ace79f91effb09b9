// A picture that fills the window, to move about and to enlarge.

export const STYLE = `\
  html, body { margin: 0; height: 100%; overflow: hidden; font: 14px system-ui, sans-serif; }
  #stage { height: 100%; cursor: grab; touch-action: none; }
  #stage svg { transform-origin: 0 0; user-select: text; }
  #help { position: fixed; right: 1em; bottom: 1em; color: #5f6368; background: #fffc; padding: 0.3em 0.6em; }
`;

/** For an SVG in an element with the id `stage`. */
export const SCRIPT = `\
  const stage = document.getElementById("stage");
  const svg = stage.querySelector("svg");
  let x = 0, y = 0, scale = 1;
  const show = () => { svg.style.transform = "translate(" + x + "px, " + y + "px) scale(" + scale + ")"; };
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
`;
