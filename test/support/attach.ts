// Runs the tool, most often `heapdump attach`, beside the test, which goes on talking to the target meanwhile.
import { spawn } from "node:child_process";
import { HEAPDUMP, type Outcome } from "./cli.js";

export interface Attaching {
  pid: number;
  done: Promise<Outcome & { signal: NodeJS.Signals | null }>;
}

export interface AttachOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** A command that runs the tool: `setpriv …`. */
  through?: string[];
}

export function startAttach(args: (string | number)[], options: AttachOptions): Attaching {
  return startTool(["attach", ...args], options);
}

export function startTool(args: (string | number)[], { cwd, env, through = [] }: AttachOptions): Attaching {
  const [command = "", ...rest] = [...through, process.execPath, HEAPDUMP, ...args.map(String)];
  const child = spawn(command, rest, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return {
    pid: child.pid ?? 0,
    done: new Promise((resolve) =>
      child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr })),
    ),
  };
}

export async function attach(args: (string | number)[], options: AttachOptions): Promise<Outcome> {
  return startAttach(args, options).done;
}
