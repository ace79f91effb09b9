// Runs the tool within the test's own process, on a screen of a given width or into a pipe.
import { run } from "../../src/cli/main.js";

export interface Screen {
  /** Undefined: standard output and standard error are pipes. */
  columns?: number | undefined;
  env?: NodeJS.ProcessEnv;
}

export interface Seen {
  status: number;
  stdout: string;
  stderr: string;
}

const LOCALE = ["LC_ALL", "LC_CTYPE", "LANG", "COLUMNS", "NO_COLOR", "TERM", "FORCE_COLOR"];

export async function onScreen(args: string[], { columns, env = {} }: Screen): Promise<Seen> {
  const seen = { stdout: "", stderr: "" };
  const restore = [
    replace(process.stdout, columns, (text) => {
      seen.stdout += text;
    }),
    replace(process.stderr, columns, (text) => {
      seen.stderr += text;
    }),
    ...LOCALE.map((name) => setEnv(name, undefined)),
    ...Object.entries({ TERM: "xterm", ...env }).map(([name, value]) => setEnv(name, value)),
  ];
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await run(args);
    return { status: Number(process.exitCode), ...seen };
  } finally {
    process.exitCode = before;
    for (const undo of restore.reverse()) undo();
  }
}

function replace(stream: NodeJS.WriteStream, columns: number | undefined, tell: (text: string) => void) {
  const replaced = {
    isTTY: { value: columns !== undefined },
    columns: { value: columns },
    cursorTo: { value: () => true },
    clearLine: { value: () => true },
    moveCursor: { value: () => true },
    write: {
      value: (text: string | Uint8Array) => {
        tell(String(text));
        return true;
      },
    },
  };
  const names = Object.keys(replaced);
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(stream, name)] as const);
  for (const [name, { value }] of Object.entries(replaced)) {
    Object.defineProperty(stream, name, { value, configurable: true, writable: true });
  }
  stream.setMaxListeners(0);
  const listeners = stream.listeners("error");
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(stream, name, descriptor);
      else Reflect.deleteProperty(stream, name);
    }
    for (const own of stream.listeners("error")) {
      if (!listeners.includes(own)) stream.off("error", own as () => void);
    }
  };
}

function setEnv(name: string, value: string | undefined): () => void {
  const before = process.env[name];
  const set = (to: string | undefined) => {
    if (to === undefined) delete process.env[name];
    else process.env[name] = to;
  };
  set(value);
  return () => set(before);
}
