// What the patterns of native/analysis/patterns.cc mean: why such objects stay, and what is usually done about it.

export interface LeakPattern {
  why: string;
  mend: string;
  /** The command that shows more, where `show` of an object does not. */
  next?: "tasks" | "threads" | "held-by-c" | "tree" | "garbage";
}

export const LEAK_PATTERNS: Record<string, LeakPattern> = {
  garbage: {
    why: "They are in circles, or held by such, which the collector has not freed.",
    mend: "break the circle where the object ends, or make one of its references a weakref.ref; gc.collect() frees what is there",
    next: "garbage",
  },
  "held by C": {
    why: "They have more references than were found: C code holds them, or has leaked references to them.",
    mend: "close or clear what holds them in the extension; if it is nothing, it leaks, which its makers should know",
    next: "held-by-c",
  },
  "gc.garbage": {
    why: "gc.garbage keeps what the collector finds while gc.DEBUG_SAVEALL is set, and what it must not free.",
    mend: "gc.set_debug(0), and gc.garbage.clear()",
    next: "garbage",
  },
  finalizer: {
    why: "weakref.finalize keeps its function and the arguments until the object dies; if one of these refers to the object, it never does.",
    mend: "give the finalizer what it needs, and no reference to the object itself",
  },
  "unbounded cache": {
    why: "functools.lru_cache without a maxsize keeps the arguments and the result of every call, of a method self, too.",
    mend: "give it a maxsize; for a method, keep the results in the object (functools.cached_property)",
  },
  "full cache": {
    why: "functools.lru_cache keeps the arguments and the results of calls until maxsize of them are there: it is full, and grows no more but by larger ones.",
    mend: "nothing, if that much is meant; else lower its maxsize, or give it small arguments",
  },
  "bounded cache": {
    why: "functools.lru_cache keeps the arguments and the results of calls, of a method self, too, until maxsize of them are there.",
    mend: "lower its maxsize, or give it small arguments; for a method, keep the results in the object",
  },
  traceback: {
    why: "An exception that is kept holds its traceback, that the frames it went through, and these all their local variables.",
    mend: "keep its text (traceback.format_exc()), or let go of the frames: error.with_traceback(None), traceback.clear_frames()",
  },
  task: {
    why: "They were started and have not ended: each keeps its local variables while it waits.",
    mend: "see what they wait for; give that wait a timeout (asyncio.wait_for), or cancel them where their work ends",
    next: "tasks",
  },
  "ended task": {
    why: "They have ended, and something keeps each of them, with its result or its exception.",
    mend: "drop a task once its result is taken, as add_done_callback(TASKS.discard) does",
    next: "tasks",
  },
  timer: {
    why: "The event loop holds what it is to call until the time has come, and for a while what was cancelled.",
    mend: "cancel timers that are not needed any more, and do not hold more than they need in what they call",
  },
  greenlet: {
    why: "They were started and have not ended: each keeps its stack, with all local variables, while it waits.",
    mend: "see where they wait; give that wait a timeout (gevent.Timeout), or kill them where their work ends",
    next: "threads",
  },
  generator: {
    why: "They were begun, and wait to be read on: each keeps its local variables.",
    mend: "close them (contextlib.closing), or read them to their end",
  },
  "thread-local": {
    why: "Each thread keeps its own as long as the thread lives, which in a pool is long.",
    mend: "clear it where a piece of work ends",
  },
  "context variable": {
    why: "A context keeps the value until the variable gets another one, and each task has a copy of the context it was started in.",
    mend: "reset it with its token where the work ends, and keep what is in it small",
  },
  queue: {
    why: "They are put in, and not taken out as fast.",
    mend: "see whether those who take them out still run, and give the queue a maxsize",
    next: "threads",
  },
  "weak key": {
    why: "An entry goes when its key goes; a value that refers to its own key, perhaps through others, keeps it for ever.",
    mend: "let the value refer to its key weakly, or not at all",
  },
  logger: {
    why: "logging keeps each logger that was ever asked for by its name, with its handlers.",
    mend: "name loggers after modules; what changes (a request, a user) belongs into the message, or a LoggerAdapter",
  },
  thread: {
    why: "Thread objects are kept, whether or not they still run.",
    mend: "drop them once they have ended, or use a pool",
    next: "threads",
  },
  callback: {
    why: "They are registered to be called, and not unregistered; each keeps what it is bound to.",
    mend: "unregister them where their object ends, or register them weakly (weakref.WeakMethod)",
  },
  class: {
    why: "Classes are made while the program runs, and something keeps each of them, with its attributes and functions.",
    mend: "make each class once, and keep it in a table to be found again",
  },
  module: {
    why: "Modules are loaded while the program runs, and sys.modules keeps each of them.",
    mend: "load each once, under one name, or take it out of sys.modules",
  },
  view: {
    why: "Each is a view of something larger, which stays whole as long as one view of it does.",
    mend: "copy the part that is to be kept: bytes(view), array.copy()",
  },
  chain: {
    why: "Each holds the next: as long as the first is held, all are.",
    mend: "cut the chain where what is behind is not needed any more",
  },
  "local variable": {
    why: "A local variable of a function that still runs holds them.",
    mend: "let go of them in the function's loop (del, clear()), or leave the function",
    next: "threads",
  },
  attributes: {
    why: "They are set as attributes of a module or of a class, which stays.",
    mend: "keep them in an object that goes",
  },
  mapping: {
    why: "Entries are put in, and not taken out as fast: a cache without a bound (or that is not full yet), or a register from which nothing is taken out.",
    mend: "bound it (functools.lru_cache, cachetools), take entries out where what they are for ends, or hold them weakly (weakref.WeakValueDictionary)",
  },
  sequence: {
    why: "They are added, and not taken out as fast.",
    mend: "take out what is done with, or bound it: collections.deque(maxlen=…)",
  },
  object: {
    why: "It grew where it is.",
    mend: "see what is in it, and let go of what is done with",
    next: "tree",
  },
};
