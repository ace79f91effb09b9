// What a collection goes by, besides references and their counts: finalizers, and which references
// tp_traverse reports.
#ifndef HEAPDUMP_WALK_COLLECTED_H
#define HEAPDUMP_WALK_COLLECTED_H

#include "walk/walker.h"

// The record FINALIZER of a type that has one.
void hd_write_finalizer(struct hd_walker* w, hd_address type);

// Many objects are one record: it is written when there are so many, and by the other at the end.
void hd_note_finalized(struct hd_walker* w, hd_address object);
void hd_write_finalized(struct hd_walker* w, uint64_t unused);

// Whether objects whose tp_traverse the walker does not ask report their own type.
int hd_reports_type(struct hd_walker* w, const struct hd_type_info* type, hd_address c_base);
// Notes what a tp_traverse reported of a word that is not null, or of the type.
static inline void hd_note_report(uint8_t* reports, int reported) {
  *reports |= reported ? HD_REPORTED : HD_NOT_REPORTED;
}

// The record UNREPORTED of a shape of w->type, if it needs one. Those of its positions from `first` on to
// `end` are not reported either, nor what follows the named ones if `tail` is not 0.
void hd_write_unreported(struct hd_walker* w, uint32_t shape, int plain, uint32_t first, uint32_t end,
                         int tail);
// Those of all shapes that are of a type alone: what is reported is known when all its objects were asked.
void hd_write_all_unreported(struct hd_walker* w, uint64_t unused);

#endif
