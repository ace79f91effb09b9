import type { Heap, HeapObject, Root } from "../store/heap.js";
import { type Hold, type Holds, holdersOf } from "./holds.js";

export interface Parent extends Above {
  object: HeapObject;
  hold: Hold;
  roots: Root[];
  /** It stands further down on the same branch (circular), or nearer in the tree, and is not gone into again. */
  again: "circular" | "nearer" | null;
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

/** A place in the tree whose holders are still to be added. */
interface Growing {
  above: Above;
  id: bigint;
  depth: number;
  below: Growing | undefined;
}

/** Objects looked at to find out which holders lead to a root. */
const MOST_SURVEYED = 400;

/** The tree of what holds an object, and what holds that, up to roots or `maxDepth` steps. */
export function parentsOf(heap: Heap, id: bigint, limits: ParentLimits): Above {
  return new ParentSearch(heap, limits).tree(id);
}

class ParentSearch {
  private found = new Map<bigint, Holds>();
  private seen = new Set<bigint>();
  private toRoot = new Map<bigint, number>();
  private roots = new Map<bigint, Root[]>();

  constructor(
    private readonly heap: Heap,
    private readonly limits: ParentLimits,
  ) {}

  /** Level by level, so that an object with several places in the tree is gone into at its nearest. */
  tree(id: bigint): Above {
    this.survey(id);
    const first: Growing = { above: { parents: [], more: 0n }, id, depth: 0, below: undefined };
    const queue = [first];
    for (const place of queue) queue.push(...this.grow(place));
    return first.above;
  }

  /** Adds the holders of an object; gives the places that are to be gone into. */
  private grow(place: Growing): Growing[] {
    const { holds, beyond } = this.holders(place.id);
    const steps = ({ holder }: Hold) => this.toRoot.get(holder) ?? Number.POSITIVE_INFINITY;
    const nearestFirst = [...holds].sort((a, b) => (steps(a) === steps(b) ? 0 : steps(a) - steps(b)));
    const room = place.depth < this.limits.maxDepth ? this.limits.maxBreadth : 0;
    const shown = nearestFirst.slice(0, room);
    place.above.more = BigInt(holds.length - shown.length) + beyond;
    const objects = this.heap.objects(shown.map(({ holder }) => holder));
    return shown.flatMap((hold) => {
      const parent = this.parent(objects(hold.holder), hold, place);
      place.above.parents.push(parent);
      if (parent.again || this.isRoot(hold.holder)) return [];
      this.seen.add(hold.holder);
      return [{ above: parent, id: hold.holder, depth: place.depth + 1, below: place }];
    });
  }

  private parent(object: HeapObject, hold: Hold, place: Growing): Parent {
    let below: Growing | undefined = place;
    while (below && below.id !== object.id) below = below.below;
    return {
      object,
      hold,
      roots: this.roots.get(object.id) ?? [],
      again: below ? "circular" : this.seen.has(object.id) ? "nearer" : null,
      parents: [],
      more: 0n,
    };
  }

  /** Counts, for what is near the object, the steps to a root, so that branches which reach one come first. */
  private survey(id: bigint): void {
    const held = new Map<bigint, bigint[]>([[id, []]]);
    const roots: bigint[] = [];
    this.learnRoots([id]);
    let surveyed = 0;
    for (const object of held.keys()) {
      if (this.isRoot(object)) roots.push(object);
      else if (surveyed++ < MOST_SURVEYED) {
        for (const { holder } of this.holders(object).holds) {
          held.set(holder, [...(held.get(holder) ?? []), object]);
        }
      }
    }
    for (const root of roots) this.toRoot.set(root, 0);
    for (const [object, steps] of this.toRoot) {
      for (const below of held.get(object) ?? []) {
        if (!this.toRoot.has(below)) this.toRoot.set(below, steps + 1);
      }
    }
  }

  /** One way of each holder. */
  private holders(id: bigint): Holds {
    let found = this.found.get(id);
    if (!found) {
      const { holds, beyond } = holdersOf(this.heap, id);
      found = { holds: [...new Map(holds.map((hold) => [hold.holder, hold])).values()], beyond };
      this.found.set(id, found);
      this.learnRoots(found.holds.map(({ holder }) => holder));
    }
    return found;
  }

  private learnRoots(ids: bigint[]): void {
    const roots = this.heap.roots(ids);
    for (const id of ids) this.roots.set(id, roots(id));
  }

  private isRoot(id: bigint): boolean {
    // An object that C holds may have holders in Python as well, and these say more.
    return (this.roots.get(id) ?? []).some(({ kind }) => kind !== "c");
  }
}
