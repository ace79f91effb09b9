import type { MemoryShortage } from "../../model/memory.js";
import { HeadroomGauge } from "./headroom.js";
import { reserveOf } from "./plan.js";

const PERIOD_MS = 10;

/** Looks after the memory that a snapshot shares with its target, and says once when too little is left. */
export class MemoryWatchdog {
  private readonly timer: NodeJS.Timeout;
  private looked = Number.NEGATIVE_INFINITY;
  private found: MemoryShortage | undefined;
  private readonly oomGroup: string | undefined;

  constructor(
    pid: number,
    private readonly onShortage: (shortage: MemoryShortage) => void,
    private readonly gauge: Pick<HeadroomGauge, "headroom" | "oomGroup"> = new HeadroomGauge(pid),
  ) {
    this.oomGroup = gauge.oomGroup;
    this.timer = setInterval(() => this.look(), PERIOD_MS);
    this.look();
  }

  /** Why the snapshot is to be given up; undefined while there is memory. */
  get shortage(): MemoryShortage | undefined {
    return this.found;
  }

  /** Looks unless it just did. An event loop that is busy with events lets a timer wait: each event looks, too. */
  look(): void {
    const now = performance.now();
    if (this.found !== undefined || now - this.looked < PERIOD_MS / 2) return;
    this.looked = now;
    const headroom = this.gauge.headroom();
    if (!headroom || headroom.bytes >= reserveOf(headroom.limit, this.oomGroup)) return;
    this.stop();
    this.found = { kind: "given-up", left: headroom.bytes, limit: headroom.limit };
    this.onShortage(this.found);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
