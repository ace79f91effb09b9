import { ExitCode, HeapdumpError } from "../errors.js";

/** Linux include/linux/threads.h, PID_MAX_LIMIT. */
const LARGEST_PID = 1 << 22;

/** The kernel's calls take no larger number. */
export function requirePid(pid: number): void {
  if (pid > LARGEST_PID) throw new HeapdumpError(ExitCode.CannotAttach, `there is no process ${pid}`);
}
