// Where names are all that is kept of contents: which strs are names, the keys of the dicts of modules,
// classes and instances. That is known when all dicts have been walked, so strs are written last.
#ifndef HEAPDUMP_WALK_NAMES_H
#define HEAPDUMP_WALK_NAMES_H

#include "walk/walker.h"

// The keys of a namespace are names, if they could be identifiers: others are data that was stored there.
void hd_add_names(struct hd_walker* w, hd_address dict);
void hd_add_name(struct hd_walker* w, hd_address str);
// Those of the dict of the object at hand, if it stands in a word of its own.
void hd_add_names_of(struct hd_walker* w, hd_address object);
// Whether the content of the object at hand is kept.
int hd_shows_content(struct hd_walker* w, hd_address object);
// Puts a str aside until hd_write_strs; 0 if that is done already.
int hd_put_aside(struct hd_walker* w, hd_address str);
// What was put aside. It goes on where it failed.
void hd_write_strs(struct hd_walker* w, uint64_t unused);

#endif
