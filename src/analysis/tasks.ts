// What the tasks of asyncio and trio wait for.

import { tracingOf } from "../model/tracing.js";
import type { Heap } from "../store/heap.js";
import { isIncomplete } from "./incomplete.js";

export interface Task {
  object: bigint;
  address: bigint;
  name: string | null;
  /** pending, running, done, failed or cancelled; null if not known. */
  state: string | null;
  /** The functions in which it waits, from the outside in. */
  chain: string[];
  /** Where it waits: the innermost of them. */
  function: string | null;
  file: string | null;
  line: bigint | null;
  waitsFor: string | null;
  setBy: string | null;
  created: { file: string; line: bigint | null; function: string | null } | null;
  /** Bytes. */
  retained: bigint;
  group: bigint;
}

/** Tasks with the same state, chain, line, wait and place of creation. */
export interface TaskGroup {
  count: bigint;
  /** Bytes that would be freed with all of them. */
  retained: bigint;
  /** The one that retains most. */
  example: Task;
  /** Null if they differ in that, or if it is not known. */
  setBy: string | null;
}

export interface Tasks {
  /** Those that retain most first. */
  groups: TaskGroup[];
  tasks: Task[];
  total: { tasks: number; groups: number };
  /** Whether the dump can have allocation sites, which tell where tasks were created. */
  isTraced: boolean;
  /** Whether the dump is not complete: tasks may be among what it has lost. */
  incomplete: boolean;
}

interface Row {
  object: bigint;
  name: string | null;
  state: string | null;
  chain: string | null;
  function: string | null;
  file: string | null;
  line: bigint | null;
  waits_for: string | null;
  set_by: string | null;
  created_file: string | null;
  created_line: bigint | null;
  creator: string | null;
  task_group: bigint;
  address: bigint;
  retained: bigint;
}

const TASK = `SELECT t.*, o.address, o.retained FROM {heap}.task t JOIN {heap}.object o ON o.id = t.object`;

export function findTasks(heap: Heap, limit: number): Tasks {
  const groups = heap.all<{
    id: bigint;
    count: bigint;
    retained: bigint;
    example: bigint;
    set_by: string | null;
  }>("SELECT * FROM {heap}.task_group ORDER BY id");
  const tasks = heap.all<Row>(`${TASK} ORDER BY o.retained DESC, t.object`).map(taskOf);
  const byObject = new Map(tasks.map((task) => [task.object, task]));
  const meta = heap.meta();
  return {
    groups: groups.slice(0, limit).map(({ count, retained, example, set_by }) => ({
      count,
      retained,
      example: byObject.get(example) as Task,
      setBy: set_by,
    })),
    tasks: tasks.slice(0, limit),
    total: { tasks: tasks.length, groups: groups.length },
    isTraced: tracingOf((key) => meta.get(key))?.state === "on",
    incomplete: isIncomplete(heap),
  };
}

function taskOf(row: Row): Task {
  const { object, address, name, state, line, file, retained } = row;
  return {
    object,
    address,
    name,
    state,
    chain: row.chain?.split(" › ") ?? [],
    function: row.function,
    file,
    line,
    waitsFor: row.waits_for,
    setBy: row.set_by,
    created:
      row.created_file === null
        ? null
        : { file: row.created_file, line: row.created_line, function: row.creator },
    retained,
    group: row.task_group,
  };
}
