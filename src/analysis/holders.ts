// Who holds an object, as a person sees it: without types and weak references, and through an instance's `__dict__`.
import type { Heap, HeapObject, Reference } from "../store/heap.js";

export interface Hold {
  holder: bigint;
  held: bigint;
  kind: string;
  /** As Python writes it where it has one: a key with its quotes, an index, a name. */
  label: string | null;
}

/** No question looks at more references of one object than this. */
const MOST = 2000;
// Not by NOT IN, which SQLite would not push down: a type may have millions of instances.
const HOLDS = "kind <> 'type' AND kind <> 'weak'";

export interface Holds {
  holds: Hold[];
  /** References that were not looked at, since there are too many. */
  beyond: bigint;
}

export class HolderFinder {
  private owners = new Map<bigint, bigint | undefined>();

  constructor(private readonly heap: Heap) {}

  /** References to `id` by what holds it. */
  referrers(id: bigint): Holds {
    const references = this.references("target", id);
    const holds = references.map((reference) => {
      const owner = this.ownerOfDict(reference.source);
      return owner === undefined || owner === id ? hold(reference) : throughDict(owner, reference);
    });
    return { holds: this.heldBy(holds), beyond: this.beyond("target", id, references.length) };
  }

  /** References of `id` to what it holds. */
  referents(id: bigint): Holds {
    const references = this.references("source", id);
    const holds = references.flatMap((reference) => {
      if (this.ownerOfDict(reference.target) !== id) return [hold(reference)];
      const values = this.references("source", reference.target).filter(({ kind }) => kind === "value");
      return values.map((value) => throughDict(id, value));
    });
    return { holds, beyond: this.beyond("source", id, references.length) };
  }

  /** Whether an object refers to nothing but `held`, be it through its `__dict__`; keys of a dict do not count. */
  holdsNothingElse(holder: bigint, held: bigint): boolean {
    const others = this.heap.all<{ target: bigint }>(
      `SELECT target FROM {heap}.reference
        WHERE source = ? AND target <> ? AND ${HOLDS} AND kind <> 'key' LIMIT 2`,
      holder,
      held,
    );
    const [other] = others;
    if (!other) return true;
    return (
      others.length === 1 &&
      this.ownerOfDict(other.target) === holder &&
      this.holdsNothingElse(other.target, held)
    );
  }

  /** The one object whose `__dict__` this dict is; undefined where it is an ordinary dict or has other holders. */
  ownerOfDict(id: bigint): bigint | undefined {
    if (!this.owners.has(id)) this.owners.set(id, this.findOwner(id));
    return this.owners.get(id);
  }

  private findOwner(id: bigint): bigint | undefined {
    const { type }: HeapObject = this.heap.object(id);
    if (this.heap.typeName(type) !== "dict") return undefined;
    const owners = this.heap.all<{ source: bigint }>(
      `SELECT source FROM {heap}.reference WHERE target = ? AND label = '__dict__' AND ${HOLDS} LIMIT 2`,
      id,
    );
    const [owner] = owners;
    if (!owner || owners.length > 1) return undefined;
    // Every function of a module holds the module's dict too, which says nothing.
    const isOfModule = this.heap.rootsOf(owner.source).some(({ kind }) => kind === "module");
    return isOfModule || !this.hasSecondHolder(id) ? owner.source : undefined;
  }

  private hasSecondHolder(id: bigint): boolean {
    const holders = this.heap.all(`SELECT 1 FROM {heap}.reference WHERE target = ? AND ${HOLDS} LIMIT 2`, id);
    return holders.length > 1;
  }

  /** An interned string may be key and value of one dict: what counts is the value. */
  private heldBy(holds: Hold[]): Hold[] {
    const valued = new Set(holds.filter(({ kind }) => kind !== "key").map(({ holder }) => holder));
    return holds.filter(({ kind, holder }) => kind !== "key" || !valued.has(holder));
  }

  private references(end: "source" | "target", id: bigint): Reference[] {
    return this.heap.all(
      `SELECT source, target, kind, label FROM {heap}.reference WHERE ${end} = ? AND ${HOLDS} LIMIT ${MOST}`,
      id,
    );
  }

  private beyond(end: "source" | "target", id: bigint, seen: number): bigint {
    if (seen < MOST) return 0n;
    const row = this.heap.get<{ n: bigint }>(
      `SELECT count(*) AS n FROM {heap}.reference WHERE ${end} = ? AND ${HOLDS}`,
      id,
    );
    return (row?.n ?? 0n) - BigInt(seen);
  }
}

function hold({ source, target, kind, label }: Reference): Hold {
  return { holder: source, held: target, kind, label };
}

/** `owner.__dict__['name']` is `owner.name`. */
function throughDict(owner: bigint, { target, kind, label }: Reference): Hold {
  const name = kind === "value" ? label?.match(/^'([^\W\d]\w*)'$/u)?.[1] : undefined;
  if (name !== undefined) return { holder: owner, held: target, kind: "attribute", label: name };
  return { holder: owner, held: target, kind, label };
}
