import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

export interface Terminal {
  /** Characters in a line. */
  width: number;
  colors: Colors;
}

/** What may be written to a stream: colours only on a terminal, and never with NO_COLOR. */
export function terminal(stream: NodeJS.WriteStream, env = process.env): Terminal {
  const coloured = Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== "dumb";
  return { width: (stream.isTTY && stream.columns) || 100, colors: pc.createColors(coloured) };
}
