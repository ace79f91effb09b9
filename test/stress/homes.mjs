// The states and homes that `npm run stress` attaches in: what runs (test/targets/heartbeat.py, homes.py), where, and
// what a dump is refused for there.

/**
 * @typedef {object} Home
 * @property {string} name
 * @property {string} state of heartbeat.py
 * @property {number} [threads] further ones that compute
 * @property {string[]} [through] a command that runs the target
 * @property {boolean} [steady] it maps and unmaps nothing: its whole map must be as before
 * @property {boolean} [unmeasured] its turns wait for others that wait for a processor: they do not tell a freeze
 * @property {"stopped" | "stops"} [signals] what the harness sends: one SIGSTOP, or SIGSTOP and SIGCONT all the time
 * @property {number} [room] a cgroup with this much memory left, MiB; the dump is planned, as the command does
 * @property {boolean} [embedded] in a program of C's that is linked with libpython
 * @property {boolean} [ends] by itself, at a random time of the attach
 * @property {Partial<Record<string, RegExp>>} [refused] by mode, what a refusal may say
 */

const ALONE = ["unshare", "--pid", "--fork", "--mount-proc"];
const OTHER_USER = ["unshare", "--user", "--map-root-user", "--pid", "--fork"];
const SHORT_OF_MEMORY = /needs .* and .* in reserve|given up|memory/;

/** @type {Home[]} */
export const HOMES = [
  ...["loop", "malloc", "objects", "collect"].flatMap((state) => [
    { name: state, state },
    { name: `${state}, three threads`, state, threads: 2 },
  ]),
  { name: "sleep", state: "sleep", steady: true },
  { name: "lock, two threads", state: "lock", threads: 1 },
  { name: "condition", state: "condition", steady: true },
  { name: "epoll and select, two threads", state: "poll", threads: 1 },
  { name: "read of a pipe", state: "pipe", unmeasured: true },
  { name: "children, wait4", state: "children", unmeasured: true },
  { name: "threads that come and go", state: "coming_threads", unmeasured: true },
  { name: "a thread in vfork", state: "hanging_thread", steady: true },
  {
    name: "the main thread in vfork",
    state: "hanging_main_thread",
    steady: true,
    refused: { python: /did not stop in time/ },
  },
  {
    name: "stopped by SIGSTOP",
    state: "work",
    signals: "stopped",
    refused: { python: /is stopped \(SIGSTOP\)/ },
  },
  {
    name: "SIGSTOP and SIGCONT",
    state: "work",
    signals: "stops",
    unmeasured: true,
    refused: { python: /is stopped \(SIGSTOP\)/ },
  },
  { name: "signals and handlers", state: "signals" },
  { name: "all memory locked", state: "locked_memory", steady: true },
  {
    name: "20 MiB below the limit of memory",
    state: "rewriting",
    room: 20,
    refused: { fork: SHORT_OF_MEMORY, stop: SHORT_OF_MEMORY, python: SHORT_OF_MEMORY },
  },
  {
    name: "60 MiB below the limit of memory",
    state: "rewriting",
    room: 60,
    refused: { fork: SHORT_OF_MEMORY, python: SHORT_OF_MEMORY },
  },
  { name: "pid 1 of a pid namespace", state: "childless", through: ALONE },
  { name: "a user namespace", state: "work", through: OTHER_USER },
  { name: "another user", state: "other_user", steady: true },
  { name: "child subreaper", state: "subreaper" },
  { name: "forks, executes, waits for any", state: "forking", unmeasured: true },
  { name: "SIGCHLD ignored, forks", state: "ignored_children", unmeasured: true },
  { name: "small stacks, deep calls", state: "small_stacks" },
  { name: "embedded", state: "loop", embedded: true },
  {
    name: "four interpreters",
    state: "many_interpreters",
    unmeasured: true,
    refused: { python: /has several interpreters/ },
  },
  { name: "asyncio server, five clients", state: "server" },
  { name: "5,000 descriptors", state: "descriptors", steady: true },
  {
    name: "no more descriptors (NOFILE)",
    state: "no_more_descriptors",
    steady: true,
    refused: { python: /Too many open files/ },
  },
  {
    name: "no more processes (NPROC)",
    state: "no_more_processes",
    steady: true,
    refused: { fork: /ulimit -u|pids\.max/, stop: /ulimit -u|pids\.max/ },
  },
  {
    name: "no more memory (AS)",
    state: "no_more_memory",
    steady: true,
    refused: { fork: /no memory for the walker/, stop: /memory/, python: /memory/i },
  },
  { name: "starved of a processor", state: "starved" },
  {
    name: "ends by itself",
    state: "ending",
    ends: true,
    refused: Object.fromEntries(
      ["fork", "stop", "python"].map((mode) => [mode, /has ended|no process|keeps running|is a zombie/]),
    ),
  },
];
