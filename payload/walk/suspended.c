#include "walk/suspended.h"

#include "walk/frames.h"
#include "walk/output.h"

// Behind a `yield from` and an `await` stands a RESUME with such an argument (3.11, 3.12).
enum { kInstruction = 2, kArgument = 1, kResumeAfterYieldFrom = 2, kResumeKinds = 3 };

static hd_address last_value(struct hd_walker* w, const struct hd_locals* locals) {
  if (!locals->at || locals->count <= locals->named) return 0;
  const hd_address value = hd_untag(w->layout, hd_word(locals->at + 8 * (locals->count - 1)));
  return hd_is_address(value) ? value : 0;
}

static int stops_at_yield_from(struct hd_walker* w, int8_t state, const struct hd_frame* frame) {
  const struct hd_layout* const layout = w->layout;
  if (layout->gen_state_yield_from) return state == layout->gen_state_yield_from;
  const int64_t next = hd_instruction_of(w, frame) + kInstruction;
  const hd_address at = hd_instruction_at(w, frame->code, next);
  return at && (hd_byte(at + kArgument) & kResumeKinds) >= kResumeAfterYieldFrom;
}

static struct hd_suspension in_generator(struct hd_walker* w, hd_address generator) {
  const struct hd_layout* const layout = w->layout;
  const struct hd_suspension none = {0, 0, 0, 0};
  const int8_t state = (int8_t)hd_byte(generator + layout->gen_frame_state);
  if (state >= 0) return none;
  const struct hd_locals locals = hd_generator_locals(w, generator);
  if (!locals.code) return none;
  const struct hd_frame frame = {0, locals.iframe, locals.code};
  struct hd_suspension found = {1, state != layout->gen_state_created, hd_frame_line(w, &frame), 0};
  if (found.has_begun && stops_at_yield_from(w, state, &frame)) found.awaited = last_value(w, &locals);
  return found;
}

static int runs(const struct hd_layout* layout, hd_address frame) {
  if (layout->frame_stack_depth != HD_ABSENT) return hd_int(frame + layout->frame_stack_depth) < 0;
  return hd_word(frame + layout->frame_stack_top) == 0;
}

static struct hd_suspension in_frame(struct hd_walker* w, hd_address at) {
  const struct hd_layout* const layout = w->layout;
  const struct hd_suspension none = {0, 0, 0, 0};
  if (!hd_is_address(at) || hd_type_of(at) != w->walk->types.frame || runs(layout, at)) return none;
  const struct hd_frame frame = {at, 0, hd_frame_code(w, at)};
  if (!frame.code) return none;
  const int64_t instruction = hd_instruction_of(w, &frame);
  if (instruction < -kInstruction) return none;
  struct hd_suspension found = {1, instruction >= 0, hd_frame_line(w, &frame), 0};
  if (!found.has_begun) return found;
  const hd_address next = hd_instruction_at(w, frame.code, instruction + kInstruction);
  if (next && hd_byte(next) == layout->code_yield_from) {
    const struct hd_locals locals = hd_frame_locals(w, at);
    found.awaited = last_value(w, &locals);
  }
  return found;
}

struct hd_suspension hd_suspension_of(struct hd_walker* w, hd_address generator) {
  const struct hd_layout* const layout = w->layout;
  if (layout->gen_iframe != HD_ABSENT) return in_generator(w, generator);
  return in_frame(w, hd_word(generator + layout->gen_frame));
}

void hd_note_suspension(struct hd_walker* w, hd_address generator, const struct hd_suspension* suspension) {
  if (!suspension->is_known) return;
  if (w->suspended_count == HD_MAX_SUSPENDED) hd_write_suspensions(w, 0);
  w->suspended[w->suspended_count++] =
      (struct hd_suspended){generator, suspension->awaited,
                            (uint64_t)suspension->line << 1 | (uint64_t)(suspension->has_begun != 0)};
}

void hd_write_suspensions(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  const uint32_t count = w->suspended_count;
  w->suspended_count = 0;
  if (!count) return;
  struct hd_text* const out = hd_begin_record(w, HD_SUSPENDED);
  hd_put_varint(out, count);
  hd_address previous = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct hd_suspended* const suspended = &w->suspended[i];
    hd_put_distance(out, suspended->object, previous);
    hd_put_varint(out, suspended->line_and_begun);
    hd_put_distance(out, suspended->awaited ? suspended->awaited : suspended->object, suspended->object);
    previous = suspended->object;
  }
  hd_end_record(w);
}
