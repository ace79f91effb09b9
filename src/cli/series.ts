// Takes dumps of a process while it grows.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Check } from "../analysis/fail-on.js";
import { isDue, LATEST, superfluous } from "../capture/schedule.js";
import { readTypesFiles } from "../capture/types-files.js";
import {
  residentBytes,
  successorOf,
  ticksNow,
  type WatchedProcess,
  watchedProcess,
} from "../capture/watched-process.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { makePrivateFolder } from "../files.js";
import type { ContentLevel, Mode } from "../model/dump.js";
import { removeIndex } from "../store/location.js";
import { MAX_HEAPS } from "../store/open.js";
import { progress } from "../view/progress.js";
import { durationText, signedSizeText, sizeText } from "../view/units.js";
import { metCheck } from "./leaks-report.js";
import { note } from "./output.js";
import { untilSignal } from "./signals.js";
import { takeDump } from "./take-dump.js";

export interface Catch {
  pid: number;
  /** Made if it is not there. */
  folder: string;
  /** Distance of two dumps of a process that grows, in milliseconds. */
  every: number;
  /** Of dumps that are taken; without `until` the end. */
  count: number;
  /** Dumps are taken until one of these is met. */
  until: Check[];
  mode: Mode;
  content: ContentLevel;
}

export interface Caught {
  /** Of the process that was watched last, the first one first. */
  dumps: string[];
  /** Why it ended, if not since all dumps were taken. */
  reason: string | undefined;
}

const KEPT = 3;
const PERIOD_MS = 1000;

interface Taken {
  file: string;
  resident: number;
  at: number;
}

/** Ends at a signal, too, with what was taken; throws if not even one dump was. */
export async function catchLeak(options: Catch): Promise<Caught> {
  const first = watchedProcess(options.pid);
  if (!first) throw new HeapdumpError(ExitCode.CannotAttach, `there is no process ${options.pid}`);
  await makePrivateFolder(options.folder);
  return untilSignal((signal) => new Series(options, first, signal).run());
}

class Series {
  private taken: Taken[] = [];
  private number = 0;
  /** When the process was alive, in clock ticks. */
  private aliveAt = ticksNow();
  /** Whether a dump was taken: then one that fails is tried again. */
  private hasBegun = false;
  private readonly bar = progress("");
  private readonly types = readTypesFiles([]);

  constructor(
    private readonly options: Catch,
    private process: WatchedProcess,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<Caught> {
    const { count, until } = this.options;
    let reason: string | undefined;
    try {
      await this.take();
      while (reason === undefined && (until.length > 0 || this.number < count)) {
        reason = await this.untilDue();
        if (reason === undefined) reason = await this.next();
      }
    } catch (error) {
      if (!this.signal.aborted || this.taken.length === 0) throw error;
      reason = "interrupted";
    } finally {
      this.bar.stop();
    }
    return { dumps: this.taken.map(({ file }) => file), reason };
  }

  /** Undefined, or why there is nothing to wait for. */
  private async untilDue(): Promise<string | undefined> {
    const { every } = this.options;
    for (;;) {
      await wait(Math.min(PERIOD_MS, every / 10), undefined, { signal: this.signal });
      const now = ticksNow();
      const resident = residentBytes(this.process);
      if (resident === undefined) return this.followed();
      this.aliveAt = now;
      const last = this.taken.at(-1);
      if (!last) return undefined;
      const elapsed = Date.now() - last.at;
      if (isDue({ elapsed, resident, before: last.resident }, every)) return undefined;
      this.bar.phase(this.waitText(resident, last));
      this.bar.update(Math.min(1, elapsed / every));
    }
  }

  private nextText(): string {
    const { every } = this.options;
    const [usual, latest] = [every, every * LATEST].map((time) => durationText(time / 3_600_000));
    return `the next in ${usual} if it grows, in ${latest} at the latest`;
  }

  private waitText(resident: number, last: Taken): string {
    const grew = signedSizeText(BigInt(resident - last.resident));
    return `Process ${this.process.pid}: ${sizeText(BigInt(resident))} resident, ${grew} since dump ${this.number}`;
  }

  /** The process has ended: another one may have taken its place, or does so soon. */
  private async followed(): Promise<string | undefined> {
    const { pid } = this.process;
    const patience = Math.max(this.options.every, LEAST_TO_RESTART_MS);
    const deadline = Date.now() + patience;
    const time = durationText(patience / 3_600_000);
    note(`process ${pid} has ended; waiting for one with the same command, for ${time}`);
    while (Date.now() < deadline) {
      const next = successorOf(this.process, this.aliveAt);
      if (next) {
        note(`process ${next.pid} has the same command: its dumps begin anew`);
        this.process = next;
        this.aliveAt = ticksNow();
        this.taken = [];
        this.number = 0;
        return undefined;
      }
      await wait(PERIOD_MS, undefined, { signal: this.signal });
    }
    return `process ${pid} has ended, and none with its command began`;
  }

  private async next(): Promise<string | undefined> {
    try {
      await this.take();
    } catch (error) {
      if (this.signal.aborted || !(error instanceof HeapdumpError) || !this.hasBegun) throw error;
      // Such as memory that is short for a while, or a process that has only just begun.
      note(error.message);
      const last = this.taken.at(-1);
      if (last) last.at = Date.now();
      else await wait(PERIOD_MS, undefined, { signal: this.signal });
      return undefined;
    }
    const { until } = this.options;
    if (until.length === 0 || this.taken.length < 2) return undefined;
    return metCheck(
      this.taken.map(({ file }) => file),
      until,
    );
  }

  private async take(): Promise<void> {
    const { folder, mode, content, until, count } = this.options;
    const { pid } = this.process;
    const resident = residentBytes(this.process) ?? 0;
    const file = join(folder, `${new Date().toISOString().replace(/[-:.Z]/g, "")}.${pid}.bin`);
    await takeDump({ pid, file, mode, content, types: this.types, signal: this.signal });
    this.taken.push({ file, resident, at: Date.now() });
    this.hasBegun = true;
    this.number++;
    const of = until.length > 0 ? "" : ` of ${count}`;
    const more = until.length > 0 || this.number < count ? `; ${this.nextText()}` : "";
    note(`dump ${this.number}${of}: ${sizeText(BigInt(resident))} resident, ${file}${more}`);
    const kept = until.length > 0 ? KEPT : Math.min(Math.max(KEPT, count), MAX_HEAPS);
    const drop = superfluous(this.taken, kept);
    for (const { file } of drop) {
      rmSync(file, { force: true });
      removeIndex(file);
    }
    this.taken = this.taken.filter((dump) => !drop.includes(dump));
  }
}

/** A supervisor may wait before it begins a process again. */
const LEAST_TO_RESTART_MS = 60_000;
