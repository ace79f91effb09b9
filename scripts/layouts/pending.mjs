// The rows of native/python/layouts.h: what the safe-point call looks at.

const expressions = {
  runtime_head: "_PyRuntimeState.interpreters.head",
  runtime_main: "_PyRuntimeState.interpreters.main",
  interpreter_next: "PyInterpreterState.next",
  pending_in_runtime: "_PyRuntimeState.ceval.pending_mainthread | _PyRuntimeState.ceval.pending",
  pending_in_interpreter: "PyInterpreterState.ceval.pending",
  mutex: "struct _pending_calls.mutex",
  semaphore: "struct _pending_calls.lock",
  calls: "struct _pending_calls.calls",
  call_size: "sizeof struct _pending_calls.calls[0]",
  all_calls: "sizeof struct _pending_calls.calls",
  limit: "struct _pending_calls.max",
  first: "struct _pending_calls.first",
  last: "struct _pending_calls.next | struct _pending_calls.last",
  tracing: "PyThreadState.tracing",
};

/**
 * @param {import("./installation.mjs").Installation} installation
 * @returns {import("./rows.mjs").Release<unknown[]>}
 */
export function pendingLayout({ ask, constants, minor, micro }) {
  const found = ask(expressions);
  const data = [
    found.runtime_head,
    found.runtime_main,
    found.interpreter_next,
    found.pending_in_runtime === null,
    found.pending_in_runtime ?? found.pending_in_interpreter,
    found.mutex === null,
    found.mutex ?? found.semaphore,
    found.calls,
    found.call_size,
    Number(found.all_calls) / Number(found.call_size),
    found.first,
    found.last,
    found.limit ?? 0,
    constants.pending_limit ?? 0,
    // PyThreadState_EnterTracing is exported from 3.11 on.
    minor < 11 ? found.tracing : 0,
    // The present PyThreadState is a thread-local variable from 3.12 on.
    minor >= 12,
  ];
  return { minor, micro, data };
}

/** @param {import("./rows.mjs").Row<unknown[]>} row */
export function pendingRow({ minor, first, last, data }) {
  return `    {${[minor, first, last, ...data].join(", ")}},\n`;
}
