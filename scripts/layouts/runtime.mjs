// What a row of native/python/layouts.h says beside struct hd_layout: what the safe-point call looks at.

const expressions = {
  runtime_main: "_PyRuntimeState.interpreters.main",
  pending_in_runtime: "_PyRuntimeState.ceval.pending_mainthread | _PyRuntimeState.ceval.pending",
  pending_in_interpreter: "PyInterpreterState.ceval.pending",
  mutex: "struct _pending_calls.mutex",
  semaphore: "struct _pending_calls.lock",
  calls: "struct _pending_calls.calls",
  call_size: "sizeof struct _pending_calls.calls[0]",
  all_calls: "sizeof struct _pending_calls.calls",
  limit: "struct _pending_calls.max",
  finishing: "struct _pending_calls.finishing",
  first: "struct _pending_calls.first",
  last: "struct _pending_calls.next | struct _pending_calls.last",
  tracing: "PyThreadState.tracing",
};

/** @typedef {[string, number | boolean | null | number[]][]} Fields */

/**
 * @param {import("./installation.mjs").Installation} installation
 * @returns {{fields: Fields, pendingCalls: Fields}} of struct CPythonLayout, and of its PendingCalls
 */
export function runtimeLayout({ ask, askOther, constants, minor }) {
  const found = ask(expressions);
  const other = askOther(expressions);
  const at = found.pending_in_runtime ?? found.pending_in_interpreter ?? 0;
  const otherAt = other.pending_in_runtime ?? other.pending_in_interpreter ?? 0;
  /** @type {Fields} */
  const fields = [
    ["runtime_main", found.runtime_main ?? null],
    // PyThreadState_EnterTracing is exported from 3.11 on.
    ["thread_tracing", minor < 11 ? (found.tracing ?? null) : 0],
    ["thread_state_is_thread_local", minor >= 12],
  ];
  /** @type {Fields} */
  const pendingCalls = [
    ["main_interpreter_only", minor >= 12],
    ["in_interpreter", found.pending_in_runtime === null],
    ["at", [at, otherAt === at ? 0 : otherAt]],
    ["lock_is_semaphore", found.mutex === null],
    ["lock", found.mutex ?? found.semaphore ?? null],
    ["calls", found.calls ?? null],
    ["call_size", found.call_size ?? null],
    ["capacity", Number(found.all_calls) / Number(found.call_size)],
    ["first", found.first ?? null],
    ["last", found.last ?? null],
    ["finishing", found.finishing ?? -1],
    ["limit", found.limit ?? 0],
    ["main_limit", constants.pending_limit ?? 0],
  ];
  return { fields, pendingCalls };
}
