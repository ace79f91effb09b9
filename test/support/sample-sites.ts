// Where the sessions of a sample heap were allocated.
import { Records } from "./dump-file.js";
import type { Thing } from "./python-heap.js";

export const TRACED = { tracemalloc: "3", tracemalloc_bytes: "2048" };

/** Sessions from `first` on, as tracemalloc would have seen them; the last of them comes another way. */
export function sessionSites(sessions: Thing[], first: number): Records {
  const records = new Records().source(0, "/srv/shop/service.py").source(1, "/srv/shop/models.py");
  records
    .function(0, "serve", 20, [[20, 34]])
    .function(0, "Cache.put", 40, [
      [40, 42],
      [44, 45],
    ])
    .function(1, "Session.__init__", 8, [[8, 11]]);
  records.site(
    0,
    [
      [0, 41],
      [0, 27],
    ],
    5,
  );
  records.site(1, [[0, 41]]).site(2, [
    [1, 10],
    [0, 41],
    [0, 27],
  ]);
  const seen = sessions.slice(first);
  if (seen.length === 0) return records;
  records.allocated(seen.map(({ address }, i) => [address, i === seen.length - 1 ? 1 : 0]));
  return records.allocated(seen.map((session) => [bodyOf(session).address, 2]));
}

/** The last value of its attributes. */
function bodyOf(session: Thing): Thing {
  const attributes = session.references[0] as Thing;
  return attributes.references.at(-1) as Thing;
}
