// The rows of native/python/layouts.h: all that is known of a CPython version.
import { heapLayout } from "./heap.mjs";
import { runtimeLayout } from "./runtime.mjs";

/** @typedef {number | boolean | null} Value null stands for HD_ABSENT */
/** @typedef {ReturnType<typeof heapLayout> & ReturnType<typeof runtimeLayout>} Layout */

/**
 * @param {import("./installation.mjs").Installation} installation
 * @param {{name: string, length: number | undefined}[]} fields of struct hd_layout
 * @returns {import("./rows.mjs").Release<Layout>}
 */
export function layout(installation, fields) {
  const { minor, micro } = installation;
  return { minor, micro, data: { ...runtimeLayout(installation), ...heapLayout(installation, fields) } };
}

/** @param {import("./rows.mjs").Row<Layout>} row */
export function layoutRow({ minor, first, last, data }) {
  /** @type {(value: Value | Value[]) => string} */
  const text = (value) =>
    Array.isArray(value) ? `{${value.map(text).join(", ")}}` : String(value ?? "HD_ABSENT");
  /** @type {(entry: [string, Value | Value[]]) => string} */
  const field = ([name, value]) => `.${name} = ${text(value)}`;
  return `    {
        .minor = ${minor},
        .first_micro = ${first},
        .last_micro = ${last},
${data.fields.map((entry) => `        ${field(entry)},\n`).join("")}        .pending_calls = {${data.pendingCalls.map(field).join(", ")}},
        .basic_sizes = {${data.basicSizes.map(field).join(", ")}},
        .debug_offsets = {${data.debugOffsets.map((entry) => `\n            ${entry},`).join("")}},
        .heap =
            {
${data.heap.map((entry) => `                ${field(entry)},\n`).join("")}            },
    },
`;
}
