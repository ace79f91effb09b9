// How an object is reached from a module, in Python's own spelling.
import { HolderFinder } from "../dist/analysis/holders.js";
import { spelling } from "../dist/view/spelling.js";

/**
 * @typedef {import("../dist/store/heap.js").Heap} Heap
 *
 * @typedef {object} Step
 * @property {bigint} object the id of the object that this step leads to
 * @property {string} text `sys.modules['app']`, `.CACHE`, `['k']`, `[3]`
 * @property {string} pattern the same without what differs from object to object: `[…]`
 */

/** Objects looked at for one path; what is held by a module at all is found long before. */
const MOST = 5000;

export class PathFinder {
  /** @param {Heap} heap */
  constructor(heap) {
    this.heap = heap;
    this.holders = new HolderFinder(heap);
  }

  /**
   * The shortest path from a module to an object, breadth first from the object.
   * @param {bigint} id
   * @returns {Step[] | undefined} undefined where no module leads to it
   */
  pathTo(id) {
    /** @type {Map<bigint, import("../dist/analysis/holders.js").Hold | undefined>} */
    const towards = new Map([[id, undefined]]);
    for (const object of towards.keys()) {
      const module = this.heap.rootsOf(object).find(({ kind }) => kind === "module");
      if (module) return this.#spell(object, module.name ?? "?", towards);
      if (towards.size > MOST) return undefined;
      for (const hold of this.holders.referrers(object).holds) {
        if (!towards.has(hold.holder)) towards.set(hold.holder, hold);
      }
    }
    return undefined;
  }

  /**
   * @param {bigint} object
   * @param {string} module
   * @param {Map<bigint, import("../dist/analysis/holders.js").Hold | undefined>} towards
   * @returns {Step[]}
   */
  #spell(object, module, towards) {
    const text = `sys.modules['${module}']`;
    const steps = [{ object, text, pattern: text }];
    for (let hold = towards.get(object); hold; hold = towards.get(hold.held)) {
      const text = spelling(hold);
      const pattern = hold.kind === "value" || hold.kind === "item" ? "[…]" : text;
      steps.push({ object: hold.held, text, pattern });
    }
    return steps;
  }
}
