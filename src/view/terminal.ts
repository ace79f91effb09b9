import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

export interface Terminal {
  /** Columns of a line: sentences are wrapped to them. */
  width: number;
  /**
   * What is cut if it does not fit: everything on a terminal; contents of objects in a pipe, where paths, names and
   * places stay whole; nothing with --wide.
   */
  cuts: "everything" | "contents" | "nothing";
  colors: Colors;
}

const WIDTH_OF_A_PIPE = 100;
const MIN_WIDTH = 40;

let wide = false;

/** --wide, which holds for all that a command prints. */
export function setWide(on: boolean): void {
  wide = on;
}

/** What may be written to a stream: colours only on a terminal, and never with NO_COLOR. COLUMNS is the width. */
export function terminal(stream: NodeJS.WriteStream, env = process.env): Terminal {
  const coloured = Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== "dumb";
  const columns = Number(env.COLUMNS) || (stream.isTTY && stream.columns) || 0;
  return {
    width: Math.max(columns || WIDTH_OF_A_PIPE, MIN_WIDTH),
    cuts: wide ? "nothing" : columns ? "everything" : "contents",
    colors: pc.createColors(coloured),
  };
}
