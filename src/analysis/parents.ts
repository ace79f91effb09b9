import type { Heap, HeapObject, Root } from "../store/heap.js";
import { type Hold, HolderFinder } from "./holders.js";

export interface Parent extends Above {
  object: HeapObject;
  typeName: string;
  hold: Hold;
  roots: Root[];
  /** It stands further down on the same branch (circular), or elsewhere in the tree, and is not gone into again. */
  again: "circular" | "elsewhere" | null;
}

export interface Above {
  parents: Parent[];
  /** Holders that are left out. */
  more: bigint;
}

export interface ParentLimits {
  maxDepth: number;
  maxBreadth: number;
}

/** The tree of what holds an object, and what holds that, up to roots or `maxDepth` steps. */
export function parentsOf(heap: Heap, id: bigint, limits: ParentLimits): Above {
  return new ParentSearch(heap, limits).above(id, new Set([id]));
}

class ParentSearch {
  private finder: HolderFinder;
  private seen = new Set<bigint>();

  constructor(
    private readonly heap: Heap,
    private readonly limits: ParentLimits,
  ) {
    this.finder = new HolderFinder(heap);
  }

  above(id: bigint, branch: Set<bigint>): Above {
    const { holds, beyond } = this.finder.referrers(id);
    const unique = [...new Map(holds.map((hold) => [hold.holder, hold])).values()];
    const room = branch.size > this.limits.maxDepth ? 0 : this.limits.maxBreadth;
    const shown = unique.slice(0, room);
    return {
      parents: shown.map((hold) => this.parent(hold, branch)),
      more: BigInt(unique.length - shown.length) + beyond,
    };
  }

  private parent(hold: Hold, branch: Set<bigint>): Parent {
    const object = this.heap.object(hold.holder);
    const roots = this.heap.rootsOf(object.id);
    const again = branch.has(object.id) ? "circular" : this.seen.has(object.id) ? "elsewhere" : null;
    const isRoot = roots.some(({ kind }) => kind !== "c");
    if (!isRoot) this.seen.add(object.id);
    const ends = again !== null || isRoot;
    const above = ends ? { parents: [], more: 0n } : this.above(object.id, new Set([...branch, object.id]));
    return { object, typeName: this.heap.typeName(object.type), hold, roots, again, ...above };
  }
}
