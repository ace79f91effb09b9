// A heap whose names, paths, places and contents are longer than any line, and not all of them ASCII.
import { PythonHeap, type Thing } from "./python-heap.js";

const PACKAGE = "zürich.verkehrsbetriebe.fahrplanauskunft.haltestellen.abfahrten";
export const LONG_TYPE = `${PACKAGE}.AußergewöhnlichLangerTypenname`;
const FOLDER = `/opt/venv/lib/python3.11/site-packages/${PACKAGE.replaceAll(".", "/")}`;
export const LONG_PATH_START = `sys.modules['${PACKAGE}']`;

export interface LongNames {
  heap: PythonHeap;
  deep: Thing;
  lost: Thing;
  local: Thing;
  text: Thing;
  typeCount: number;
}

export function longNames({ count = 3, later = false } = {}): LongNames {
  const heap = new PythonHeap();
  heap.type(LONG_TYPE);
  const text = heap.str("日本語の文字列 🐍 … × → \x1b[31m\u202e it's ".repeat(8));
  const record = (i: number) =>
    heap.slots(LONG_TYPE, {
      eine_eigenschaft_mit_sehr_langem_namen: heap.str(`größe-${i}-`.repeat(20)),
      inhalt: heap.bytes(20_000 + i),
    });
  const records = Array.from({ length: count }, (_, i) => record(i));
  const keyed = records.map((one, i): [Thing, Thing] => [
    heap.str(`Schlüssel.mit[Punkt]-${i}-`.repeat(3)),
    one,
  ]);
  let deep = heap.slots(LONG_TYPE, { eine_eigenschaft_mit_sehr_langem_namen: text });
  const bottom = deep;
  for (let depth = 0; depth < 12; depth++) {
    deep = heap.instance(LONG_TYPE, { [`nächstes_glied_der_kette_nummer_${depth}`]: deep });
  }
  const [lost, other] = ["a", "b"].map((name) => heap.slots(LONG_TYPE, { [name.repeat(50)]: null })) as [
    Thing,
    Thing,
  ];
  lost.references[0] = other;
  other.references[0] = lost;
  const local = heap.instance(LONG_TYPE, { puffer: heap.bytes(later ? 90_000 : 40_000) });
  heap.root(
    local,
    "frame",
    `${PACKAGE}.bediene.<locals>.anfrage.f_locals['die_lokale_veränderliche_der_anfrage']`,
  );
  heap.thread(7, "ein-faden-mit-sehr-langem-namen-".repeat(3));
  heap.frame(undefined, 7, 0, `${PACKAGE}.bediene.<locals>.anfrage`, `${FOLDER}/bedienung.py`, 1234);
  const code = heap.add("function", {}, [], 144n, {
    content: { text: `eine_funktion_mit_sehr_langem_namen ${FOLDER}/abfahrten.py:4711` },
  });
  const strings = Array.from({ length: 30 }, () =>
    heap.add("str", {}, [], 300n, { content: { text: "doppelt-ü-".repeat(25), isText: true } }),
  );
  heap.module(PACKAGE, `${FOLDER}/__init__.py`, {
    EIN_VERZEICHNIS_MIT_SEHR_LANGEM_NAMEN: heap.dict(keyed, { size: 90_000n }),
    die_kette: heap.set([deep]),
    code,
    doppelt: heap.list(strings),
  });
  const held = heap.slots(LONG_TYPE, { inhalt: heap.bytes(5000) });
  held.refcount = 3n;
  return { heap, deep: bottom, lost, local, text, typeCount: count };
}
