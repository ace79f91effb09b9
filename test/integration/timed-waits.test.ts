// A wait of C code with a time-out lasts as long with a dump in its midst as without, and does not see the stop.
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { newest } from "../support/interpreters.js";

const WAIT_S = 3;
/** What the kernel tells of a thread's last run (CONFIG_SCHED_DEBUG). */
const TELLS_SLEEP = existsSync("/proc/self/sched");

describe.each(["fork", "stop", "python"])("%s", (mode) => {
  test.for(["epoll_wait", "poll", "nanosleep", "nanosleep that tells the rest", "select", "sigtimedwait"])(
    "%s",
    async (call, { workspace, skip }) => {
      // There a script lets them end with EINTR.
      skip(mode === "python" && !TELLS_SLEEP && (call === "poll" || call === "nanosleep"));
      const target = await workspace.startTarget(newest.path, "waits.py");
      const waiting = target.ask(`wait ${call}`);
      await sleep(WAIT_S * 700);
      await workspace.attachQuietly(target.pid, mode, "h.bin");
      const { seconds, ...end } = (await waiting) as { seconds: number; result: number; errno: number };
      const timedOut =
        call === "sigtimedwait" ? { result: -1, errno: constants.errno.EAGAIN } : { result: 0, errno: 0 };
      expect(end).toEqual(timedOut);
      expect(seconds).toBeGreaterThan(WAIT_S - 0.1);
      // Begun again, it would take five.
      if (!["epoll_wait", "sigtimedwait"].includes(call) || TELLS_SLEEP)
        expect(seconds).toBeLessThan(WAIT_S * 1.5);
    },
  );
});
