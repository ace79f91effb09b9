// References as Python spells them.
import { escapeControls, shorten } from "./text.js";

export interface Spelled {
  kind: string;
  label: string | null;
}

const LONGEST_KEY = 40;

/** What stands behind the holder's name to reach what it holds: `['k']`, `[3]`, `.session`, `.f_locals['x']`. */
export function spelling({ kind, label }: Spelled): string {
  const name = label === null ? null : shorten(escapeControls(label), LONGEST_KEY);
  switch (kind) {
    case "value":
      return `[${name ?? "…"}]`;
    case "item":
      return name === null ? " ∋" : `[${name}]`;
    case "local":
      return name === null ? ".f_locals[…]" : `.f_locals['${name}']`;
    case "attribute":
    case "slot":
      return `.${name ?? "…"}`;
    case "cell":
      return `.${name ?? "cell_contents"}`;
    case "field":
      return name === null ? " →" : `.${name}`;
    case "key":
      return " (a key)";
    case "weak":
      return " (weakly)";
    default:
      return name ?? " →";
  }
}
