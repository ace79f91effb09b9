// Frames, generators and code objects: whose locals have names.
#ifndef HEAPDUMP_WALK_FRAMES_H
#define HEAPDUMP_WALK_FRAMES_H

#include "walk/walker.h"

// The code object of a frame object or a generator; 0 if it has none.
hd_address hd_frame_code(struct hd_walker* w, hd_address frame);
hd_address hd_generator_code(struct hd_walker* w, hd_address generator);
uint64_t hd_frame_size(struct hd_walker* w, const struct hd_type_info* type, hd_address frame);
uint64_t hd_generator_size(struct hd_walker* w, hd_address generator);

// The locals that an object of w->type has, and what its evaluation stack holds.
struct hd_locals {
  hd_address code;
  hd_address iframe;  // 3.11: the _PyInterpreterFrame they are in; 0: none, or to 3.10
  hd_address at;      // 0: a generator that has ended, of whose frame only the code is left
  uint64_t named;
  uint64_t count;
  int awaits;  // the last one is what a generator that is suspended waits for: its gi_yieldfrom, cr_await
  // What tp_traverse does not report: the locals of a generator that runs; of a frame that a thread runs what
  // else its _PyInterpreterFrame holds, either.
  enum { HD_ALL_REPORTED, HD_LOCALS_UNREPORTED, HD_FRAME_UNREPORTED } unreported;
};
// What a _PyInterpreterFrame holds besides its locals: code, function, f_locals, frame object.
enum { HD_IFRAME_CODE, HD_IFRAME_WORDS = 4 };
static inline uint32_t hd_iframe_word(const struct hd_layout* layout, int i) {
  const uint32_t words[HD_IFRAME_WORDS] = {layout->iframe_code, layout->iframe_function,
                                           layout->iframe_locals, layout->iframe_object};
  return words[i];
}
struct hd_locals hd_frame_locals(struct hd_walker* w, hd_address frame);
struct hd_locals hd_iframe_locals(struct hd_walker* w, hd_address iframe);
struct hd_locals hd_generator_locals(struct hd_walker* w, hd_address generator);
// The frame at an address that a thread has as its innermost one, or that hd_outer_frame gave.
struct hd_frame hd_frame_at(struct hd_walker* w, hd_address at);
hd_address hd_outer_frame(struct hd_walker* w, hd_address at);
// The generator that has a frame in it; 0: none has, or to 3.10.
hd_address hd_generator_of(struct hd_walker* w, const struct hd_frame* frame);
// The distance of the instruction that a frame stands at from the first one of its code; below 0: it has not
// begun.
int64_t hd_instruction_of(struct hd_walker* w, const struct hd_frame* frame);
// Where the instruction of a code object with that distance stands; 0: it has none.
hd_address hd_instruction_at(struct hd_walker* w, hd_address code, int64_t instruction);
// The line of a frame, as f_lineno has it; 0: not known.
int32_t hd_frame_line(struct hd_walker* w, const struct hd_frame* frame);
// Writes a record of `kind`, HD_FRAME or HD_GREENLET_FRAME. `owner`: the thread's id, the greenlet.
void hd_write_frame(struct hd_walker* w, uint64_t kind, const struct hd_frame* frame, uint64_t owner,
                    uint64_t depth);
// The name of a local: a str object.
hd_address hd_local_name(struct hd_walker* w, hd_address code, uint64_t i);
// A word of a _PyInterpreterFrame as an address; 0 if it is none.
hd_address hd_untag(const struct hd_layout* layout, uint64_t word);
int hd_is_code(struct hd_walker* w, hd_address object);

#endif
