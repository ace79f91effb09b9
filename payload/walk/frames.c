#include "walk/frames.h"

#include "walk/lines.h"
#include "walk/output.h"

// kInstruction: the bytes of one.
enum { kMaxLocals = 1 << 15, kInstruction = 2 };

hd_address hd_untag(const struct hd_layout* layout, uint64_t word) {
  if (layout->tag_int && (word & layout->tag_mask) == layout->tag_mask) return 0;
  word &= ~layout->tag_mask;
  return hd_is_address(word) ? word : 0;
}

int hd_is_code(struct hd_walker* w, hd_address object) {
  return hd_is_address(object) && hd_type_of(object) == w->walk->types.code;
}

static uint64_t tuple_size(struct hd_walker* w, hd_address tuple) {
  if (!hd_is_address(tuple) || hd_type_of(tuple) != w->walk->types.tuple) return 0;
  const uint64_t size = hd_size_field(tuple);
  return size < kMaxLocals ? size : 0;
}

static uint64_t local_count(struct hd_walker* w, hd_address code) {
  const struct hd_layout* const layout = w->layout;
  if (layout->code_locals_plus_count != HD_ABSENT) {
    const uint32_t count = hd_half(code + layout->code_locals_plus_count);
    return count < kMaxLocals ? count : 0;
  }
  return tuple_size(w, hd_word(code + layout->code_varnames)) +
         tuple_size(w, hd_word(code + layout->code_cellvars)) +
         tuple_size(w, hd_word(code + layout->code_freevars));
}

static hd_address item(struct hd_walker* w, hd_address tuple, uint64_t i) {
  return i < tuple_size(w, tuple) ? hd_word(tuple + w->layout->tuple_items + 8 * i) : 0;
}

hd_address hd_local_name(struct hd_walker* w, hd_address code, uint64_t i) {
  const struct hd_layout* const layout = w->layout;
  if (layout->code_locals_plus_names != HD_ABSENT) {
    return item(w, hd_word(code + layout->code_locals_plus_names), i);
  }
  const uint32_t fields[] = {layout->code_varnames, layout->code_cellvars, layout->code_freevars};
  for (int k = 0; k < 3; k++) {
    const hd_address names = hd_word(code + fields[k]);
    const uint64_t count = tuple_size(w, names);
    if (i < count) return item(w, names, i);
    i -= count;
  }
  return 0;
}

static hd_address iframe_code(struct hd_walker* w, hd_address iframe) {
  const hd_address code = hd_untag(w->layout, hd_word(iframe + w->layout->iframe_code));
  return hd_is_code(w, code) ? code : 0;
}

hd_address hd_frame_code(struct hd_walker* w, hd_address frame) {
  const struct hd_layout* const layout = w->layout;
  if (layout->frame_code != HD_ABSENT) {
    const hd_address code = hd_word(frame + layout->frame_code);
    return hd_is_code(w, code) ? code : 0;
  }
  const hd_address iframe = hd_word(frame + layout->frame_interpreter_frame);
  return iframe ? iframe_code(w, iframe) : 0;
}

hd_address hd_generator_code(struct hd_walker* w, hd_address generator) {
  const struct hd_layout* const layout = w->layout;
  if (layout->gen_iframe != HD_ABSENT) {
    const hd_address code = iframe_code(w, generator + layout->gen_iframe);
    if (code) return code;
  }
  if (w->generator_code == HD_ABSENT) return 0;
  const hd_address code = hd_word(generator + w->generator_code);
  return hd_is_code(w, code) ? code : 0;
}

struct hd_locals hd_iframe_locals(struct hd_walker* w, hd_address iframe) {
  const struct hd_layout* const layout = w->layout;
  struct hd_locals read = {iframe_code(w, iframe), iframe, iframe + layout->iframe_locals_plus, 0, 0, 0, 0};
  if (!read.code || hd_byte(iframe + layout->iframe_owner) >= layout->iframe_owner_c_stack_min) {
    read.code = 0;
    return read;
  }
  read.named = read.count = local_count(w, read.code);
  const uint64_t most = read.named + hd_half(read.code + layout->code_stack_size);
  uint64_t top = 0;
  if (layout->iframe_stack_top != HD_ABSENT) {
    const int32_t stack_top = hd_int(iframe + layout->iframe_stack_top);
    if (stack_top > 0) top = (uint64_t)stack_top;
  } else {
    const hd_address pointer = hd_word(iframe + layout->iframe_stack_pointer);
    if (pointer > read.at) top = (pointer - read.at) / 8;
  }
  if (top < read.named) read.unreported = HD_LOCALS_UNREPORTED;
  if (top > read.count && top <= most) read.count = top;
  return read;
}

static struct hd_locals old_frame_locals(struct hd_walker* w, hd_address frame) {
  const struct hd_layout* const layout = w->layout;
  struct hd_locals read = {hd_frame_code(w, frame), 0, frame + layout->frame_locals_plus, 0, 0, 0, 0};
  if (!read.code) return read;
  read.named = read.count = local_count(w, read.code);
  const uint64_t most = hd_half(read.code + layout->code_stack_size);
  const hd_address stack = hd_word(frame + layout->frame_value_stack);
  if (stack != read.at + 8 * read.named) return read;
  uint64_t depth = 0;
  if (layout->frame_stack_depth != HD_ABSENT) {
    const int32_t found = hd_int(frame + layout->frame_stack_depth);
    if (found > 0) depth = (uint64_t)found;
  } else {
    const hd_address top = hd_word(frame + layout->frame_stack_top);
    if (top > stack) depth = (top - stack) / 8;
  }
  if (depth <= most) read.count += depth;
  return read;
}

struct hd_locals hd_frame_locals(struct hd_walker* w, hd_address frame) {
  const struct hd_layout* const layout = w->layout;
  if (layout->frame_interpreter_frame == HD_ABSENT) return old_frame_locals(w, frame);
  const struct hd_locals none = {0, 0, 0, 0, 0, 0, 0};
  const hd_address iframe = hd_word(frame + layout->frame_interpreter_frame);
  // A generator's frame is shown with the generator.
  if (!hd_is_address(iframe) || hd_byte(iframe + layout->iframe_owner) == layout->iframe_owner_generator) {
    return none;
  }
  struct hd_locals read = hd_iframe_locals(w, iframe);
  const int is_own = iframe - frame < hd_word(hd_type_of(frame) + layout->type_basicsize);
  if (!is_own) read.unreported = HD_FRAME_UNREPORTED;
  return read;
}

struct hd_locals hd_generator_locals(struct hd_walker* w, hd_address generator) {
  const struct hd_layout* const layout = w->layout;
  const struct hd_locals none = {0, 0, 0, 0, 0, 0, 0};
  if (layout->gen_iframe == HD_ABSENT) return none;
  const hd_address iframe = generator + layout->gen_iframe;
  const int8_t state = (int8_t)hd_byte(generator + layout->gen_frame_state);
  if (state < layout->gen_state_cleared) return hd_iframe_locals(w, iframe);
  // One that has ended keeps its code, which stands in the frame if the generator has no field for it.
  const hd_address code = w->generator_code == HD_ABSENT ? iframe_code(w, iframe) : 0;
  return code ? (struct hd_locals){code, iframe, 0, local_count(w, code), 0, 0, 0} : none;
}

uint64_t hd_frame_size(struct hd_walker* w, const struct hd_type_info* type, hd_address frame) {
  const struct hd_layout* const layout = w->layout;
  const hd_address code = hd_frame_code(w, frame);
  if (!code) return type->basic_size;
  const uint64_t slots = local_count(w, code) + hd_half(code + layout->code_stack_size);
  if (layout->frame_interpreter_frame == HD_ABSENT) return layout->frame_locals_plus + 8 * slots;
  return type->basic_size + 8 * slots;
}

uint64_t hd_generator_size(struct hd_walker* w, hd_address generator) {
  const struct hd_layout* const layout = w->layout;
  const hd_address code = hd_generator_code(w, generator);
  const uint64_t slots = code ? local_count(w, code) + hd_half(code + layout->code_stack_size) : 0;
  return layout->gen_iframe + layout->iframe_locals_plus + 8 * slots;
}

static int is_bytes(struct hd_walker* w, hd_address object) {
  return hd_is_address(object) && hd_type_of(object) == w->walk->types.bytes;
}

static int32_t line_of(struct hd_walker* w, hd_address code, uint64_t instruction_offset) {
  const struct hd_layout* const layout = w->layout;
  const int32_t first = hd_int(code + layout->code_first_line);
  const hd_address table = hd_word(code + layout->code_line_table);
  if (!is_bytes(w, table)) return 0;
  return hd_line_of(layout->code_line_format, hd_bytes(table + layout->bytes_value, hd_size_field(table)),
                    hd_size_field(table), first, instruction_offset);
}

struct hd_frame hd_frame_at(struct hd_walker* w, hd_address at) {
  const struct hd_layout* const layout = w->layout;
  if (layout->iframe_previous == HD_ABSENT) return (struct hd_frame){at, 0, hd_frame_code(w, at)};
  struct hd_frame frame = {0, at, hd_iframe_locals(w, at).code};
  if (!frame.code) return frame;
  const hd_address object = hd_word(at + layout->iframe_object);
  if (hd_is_address(object)) frame.object = object;
  return frame;
}

hd_address hd_outer_frame(struct hd_walker* w, hd_address at) {
  const struct hd_layout* const layout = w->layout;
  return hd_word(at + (layout->iframe_previous == HD_ABSENT ? layout->frame_back : layout->iframe_previous));
}

hd_address hd_generator_of(struct hd_walker* w, const struct hd_frame* frame) {
  const struct hd_layout* const layout = w->layout;
  if (!frame->iframe) return 0;
  if (hd_byte(frame->iframe + layout->iframe_owner) != layout->iframe_owner_generator) return 0;
  return frame->iframe - layout->gen_iframe;
}

int64_t hd_instruction_of(struct hd_walker* w, const struct hd_frame* frame) {
  const struct hd_layout* const layout = w->layout;
  if (frame->iframe) {
    return (int64_t)(hd_word(frame->iframe + layout->iframe_instruction) - frame->code - layout->code_size);
  }
  return (int64_t)hd_int(frame->object + layout->frame_last_instruction) * layout->frame_instruction_size;
}

hd_address hd_instruction_at(struct hd_walker* w, hd_address code, int64_t instruction) {
  const struct hd_layout* const layout = w->layout;
  if (instruction < 0 || instruction % kInstruction) return 0;
  if (layout->code_instructions == HD_ABSENT) {
    const uint64_t units = hd_size_field(code);
    return (uint64_t)instruction / kInstruction < units ? code + layout->code_size + (uint64_t)instruction
                                                        : 0;
  }
  const hd_address bytes = hd_word(code + layout->code_instructions);
  if (!is_bytes(w, bytes) || (uint64_t)instruction >= hd_size_field(bytes)) return 0;
  return bytes + layout->bytes_value + (uint64_t)instruction;
}

int32_t hd_frame_line(struct hd_walker* w, const struct hd_frame* frame) {
  const int64_t instruction = hd_instruction_of(w, frame);
  int32_t line = 0;
  if (instruction < 0 && instruction >= -kInstruction) {
    line = hd_int(frame->code + w->layout->code_first_line);
  } else if (hd_instruction_at(w, frame->code, instruction)) {
    line = line_of(w, frame->code, (uint64_t)instruction);
  }
  return line > 0 ? line : 0;
}

void hd_write_frame(struct hd_walker* w, uint64_t kind, const struct hd_frame* frame, uint64_t owner,
                    uint64_t depth) {
  const struct hd_layout* const layout = w->layout;
  struct hd_text* const out = hd_begin_record(w, kind);
  hd_put_varint(out, frame->object);
  hd_put_varint(out, owner);
  hd_put_varint(out, depth);
  hd_put_name(w, out, hd_word(frame->code + layout->code_name), "?");
  hd_put_name(w, out, hd_word(frame->code + layout->code_file), "?");
  hd_put_varint(out, (uint64_t)hd_frame_line(w, frame));
  hd_end_record(w);
}
