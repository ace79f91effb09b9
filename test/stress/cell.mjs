// One cell of the matrix: a target in its home, attached many times, and what became of it.
import { StressTarget } from "./target.mjs";
import { CommandTool, LoopTool } from "./tool.mjs";

/** A stop of a target's work that lasts longer than before by this, in milliseconds, is told as a freeze. */
const FREEZE_MS = 100;
/** Targets that are lost before a cell is given up. */
const MOST_KILLED = 3;

/**
 * @typedef {object} Cell
 * @property {string} python its path
 * @property {string[]} modes in turn
 * @property {import("./homes.mjs").Home} home
 * @property {number} attaches
 * @property {"none" | "random" | "faults"} [kill] the tool
 * @property {"none" | "random"} [stop] the tool, for two seconds
 * @property {number} [bareMs] how long the target is watched before
 */

/** A target that nothing attaches to: what stops the whole machine stops it, too. @type {StressTarget | undefined} */
let control;

export class Counts {
  attaches = 0;
  dumps = 0;
  /** For the reason that the home gives. */
  refused = 0;
  /** For another one. */
  failed = 0;
  /** Attaches in which the tool was killed on purpose. */
  interrupted = 0;
  /** Targets that ended, or that do nothing any more. */
  killed = 0;
  frozen = 0;
  wrong = 0;
  /** Attaches that the tool did not come back from. */
  hung = 0;
  left = 0;
  inconsistent = 0;
  /** @type {Record<string, number>} */
  routes = {};
  /** @type {number[]} the longest stop of each dump, as the tool says, milliseconds */
  pauses = [];
  /** The longest turn of the target's work, and the longest that one stood still, in milliseconds; bare: without attaches. */
  gap = 0;
  bareGap = 0;
  still = 0;
  bareStill = 0;
  /** @type {string[]} what is wrong, and the first refusal and failure, in words */
  notes = [];

  get harmed() {
    return this.killed + this.frozen + this.wrong + this.hung + this.left;
  }

  /** @param {string} kind @param {string} words */
  note(kind, words) {
    const text = `${kind}: ${words.replaceAll(/\s+/g, " ")}`;
    if (!this.notes.some((note) => note.startsWith(`${kind}: `))) this.notes.push(text);
  }
}

/** @param {Cell} cell @returns {Promise<Counts>} */
export async function attachOften({
  python,
  modes,
  home,
  attaches,
  kill = "none",
  stop = "none",
  bareMs = 1000,
}) {
  const counts = new Counts();
  const command = home.room !== undefined || kill !== "none" || stop !== "none";
  const tool = command ? new CommandTool({ kill, stop }) : new LoopTool();
  /** @type {StressTarget | undefined} */
  let target;
  try {
    while (counts.attaches < attaches && counts.killed < MOST_KILLED) {
      const mode = modes[counts.attaches % modes.length] ?? "";
      target ??= await started(python, home, modes, bareMs, counts);
      const lives = home.ends
        ? await attachAsItEnds(target, tool, mode, counts)
        : await attachOnce(target, tool, mode, counts);
      if (lives && counts.attaches < attaches && !home.ends) continue;
      if (lives && !home.ends) await goOn(target, counts);
      if (target.wrong) {
        counts.wrong++;
        counts.note("wrong", target.wrong);
      }
      await target.kill();
      target = undefined;
    }
  } finally {
    tool.end();
    await target?.kill();
  }
  return counts;
}

/** It runs until the function that this returns is called. @param {string} python */
export async function startControl(python) {
  control = new StressTarget(python, { name: "control", state: "sleep" });
  await control.ready(1000);
  return async () => {
    await control?.kill();
    control = undefined;
  };
}

/**
 * @param {string} python
 * @param {import("./homes.mjs").Home} home
 * @param {string[]} modes
 * @param {number} bareMs
 * @param {Counts} counts
 */
async function started(python, home, modes, bareMs, counts) {
  const target = new StressTarget(python, home);
  try {
    // The allocator may keep what a script took.
    const steady = home.steady === true && !modes.includes("python");
    await target.ready(home.ends ? 0 : bareMs, steady);
  } catch (error) {
    await target.kill();
    throw error;
  }
  counts.bareGap = Math.max(counts.bareGap, target.bare.gap);
  counts.bareStill = Math.max(counts.bareStill, target.bare.still);
  return target;
}

/**
 * @param {StressTarget} target
 * @param {LoopTool | CommandTool} tool
 * @param {string} mode
 * @param {Counts} counts
 * @returns {Promise<boolean>} whether the target lives
 */
async function attachOnce(target, tool, mode, counts) {
  const mark = target.mark();
  const controlMark = control?.mark() ?? 0;
  const attempt = await tool.attach(target.pid, mode);
  count(attempt, target.home.refused?.[mode], counts);
  if (!(await target.beats())) {
    counts.killed++;
    counts.note("killed", target.hasEnded ? `it ended: ${target.status}` : "it does nothing any more");
    return false;
  }
  const { still, gap } = target.since(mark);
  counts.still = Math.max(counts.still, still);
  counts.gap = Math.max(counts.gap, gap);
  // The mode `stop` stops the target for as long as it says.
  const meant = mode === "stop" ? (attempt.pauseMs ?? tool.usualPauseMs) : 0;
  await control?.beats();
  const everywhere = control ? Math.max(0, control.since(controlMark).still - control.bare.still) : 0;
  // Of what waits for others, as for a script, only the tool can tell; its account has the time for which threads get
  // no processor. Where other threads run, it tells of the one that does not.
  const { unmeasured, threads = 0 } = target.home;
  const turns = unmeasured || mode === "python" ? 0 : still - counts.bareStill;
  const told = turns === 0 || threads > 0 ? (attempt.pauseMs ?? 0) : 0;
  const seen = Math.max(turns, told);
  const stood = seen - meant - everywhere;
  if (stood > FREEZE_MS) {
    counts.frozen++;
    const says = attempt.pauseMs === undefined ? "" : `the tool says ${attempt.pauseMs.toFixed(0)} ms, `;
    counts.note("frozen", `${stood.toFixed(0)} ms (${says}${attempt.ended})`);
  }
  // What a killed tool has begun in a stopped process ends when the process goes on.
  if (!(target.isStopped && counts.interrupted > 0)) await look(target, attempt.ended, counts);
  return true;
}

/** @param {StressTarget} target @param {string} after @param {Counts} counts */
async function look(target, after, counts) {
  const left = await target.baseline?.left();
  if (!left) return;
  counts.left++;
  counts.note("left", `${left} (${after})`);
}

/**
 * It ends by itself meanwhile, and must do so with its own status.
 * @param {StressTarget} target
 * @param {LoopTool | CommandTool} tool
 * @param {string} mode
 * @param {Counts} counts
 */
async function attachAsItEnds(target, tool, mode, counts) {
  const timer = setTimeout(() => target.tellToEnd(), Math.random() * 40);
  count(await tool.attach(target.pid, mode), target.home.refused?.[mode], counts);
  clearTimeout(timer);
  target.tellToEnd();
  if ((await target.ended()) && target.status === 42) return true;
  counts.killed++;
  counts.note("killed", target.hasEnded ? `it ended: ${target.status} instead of 42` : "it does not end");
  return false;
}

/** After the last attach. @param {StressTarget} target @param {Counts} counts */
async function goOn(target, counts) {
  const { isStopped } = target;
  if (!(await target.resume())) {
    counts.killed++;
    counts.note("killed", "it does not go on");
  } else if (isStopped) await look(target, "continued", counts);
}

/** @param {import("./tool.mjs").Attempt} attempt @param {RegExp | undefined} expected @param {Counts} counts */
function count(attempt, expected, counts) {
  counts.attaches++;
  const { ended, message = "", route = "", exitCode } = attempt;
  if (ended === "hung") {
    counts.hung++;
    counts.note("hung", message);
  } else if (ended === "killed") counts.interrupted++;
  else if (ended === "refused") {
    const kind = expected?.test(message) ? "refused" : "failed";
    counts[kind]++;
    counts.note(kind, `${exitCode}: ${message}`);
  } else {
    counts.dumps++;
    counts.routes[route] = (counts.routes[route] ?? 0) + 1;
    if (!attempt.consistent) counts.inconsistent++;
    if (attempt.pauseMs !== undefined) counts.pauses.push(attempt.pauseMs);
    if (attempt.left?.length) counts.note("tool says left", attempt.left.join("; "));
  }
}
