#include "walk/owned.h"

#include "walk/contents.h"
#include "walk/memory.h"
#include "walk/output.h"
#include "walk/types.h"

enum {
  kMaxBases = 64,
  kMaxLinks = 1 << 20,
  // Of all objects together: in stop mode the process stands still meanwhile.
  kMaxAllLinks = 1 << 24,
};

// Beyond it is no number of bytes, and no address.
static const uint64_t kLimit = (uint64_t)1 << 47;

// By its tp_name, in which a class has no module, or by the name that is shown of a class.
static int tells_of(struct hd_walker* w, const struct hd_declaration* row, hd_address type,
                    const char* label) {
  if (row->basicsize && row->basicsize != hd_word(type + w->layout->type_basicsize)) return 0;
  return hd_name_is(hd_string(hd_word(type + w->layout->type_name)), row->owner) ||
         hd_name_is(label, row->owner);
}

struct hd_declaration* hd_declaration_of(struct hd_walker* w, hd_address type) {
  struct hd_declaration* const rows = (struct hd_declaration*)w->walk->declarations;
  for (int depth = 0; depth < kMaxBases && hd_is_address(type); depth++) {
    uint8_t bytes[128];
    struct hd_text label = {bytes, 0, sizeof bytes - 1, 0};
    if (hd_word(type + w->layout->type_flags) & HD_HEAP_TYPE) hd_put_type_label(w, &label, type);
    bytes[label.length] = 0;
    for (uint64_t i = 0; i < w->walk->declaration_count; i++) {
      if (tells_of(w, &rows[i], type, (const char*)bytes)) return &rows[i];
    }
    type = hd_word(type + w->layout->type_base);
  }
  return 0;
}

static const struct hd_declared* statement(struct hd_walker* w, const struct hd_declaration* of, uint32_t i) {
  return (const struct hd_declared*)w->walk->declared + of->first + i;
}

struct evaluation {
  struct hd_walker* w;
  hd_address object;
  uint64_t size;  // of the object itself
  uint64_t stack[HD_FORMULA_DEPTH];
  uint32_t depth;
  uint32_t skip;  // steps
};

static int is_inside(const struct evaluation* of, hd_address address) {
  return address - of->object < of->size;
}

static int load(const struct evaluation* of, hd_address at, uint32_t width, uint64_t* value) {
  const uint32_t bytes = width & ~(uint32_t)HD_SIGNED;
  if (!is_inside(of, at) || !is_inside(of, at + bytes - 1)) {
    const struct hd_memory_range* const range = hd_memory_at(of->w, at);
    if (!range || range->end - at < bytes) return 0;
  }
  switch (width) {
    case 1:
      *value = hd_byte(at);
      return 1;
    case 2:
      *value = hd_quarter(at);
      return 1;
    case 4:
      *value = hd_half(at);
      return 1;
    case 4 | HD_SIGNED:
      *value = (uint64_t)(int64_t)hd_int(at);
      return 1;
    default:
      *value = hd_word(at);
      return bytes == 8;
  }
}

static int may_go_on(const struct evaluation* of, uint64_t count) {
  return count < kMaxLinks && of->w->counted_links++ < kMaxAllLinks;
}

static int count_until_0(const struct evaluation* of, hd_address at, uint64_t stride, uint64_t* count) {
  for (*count = 0; may_go_on(of, *count); ++*count, at += stride) {
    uint64_t word;
    if (!load(of, at, 8, &word)) return 0;
    if (!word) return 1;
  }
  return 0;
}

static int count_links(const struct evaluation* of, hd_address at, uint64_t offset, uint64_t* count) {
  // A chain that comes back to where it was has no end (Brent's algorithm).
  hd_address seen = 0;
  for (*count = 0; at && !is_inside(of, at); ++*count) {
    if (at == seen || !may_go_on(of, *count)) return 0;
    if (!(*count & (*count - 1))) seen = at;
    if (!load(of, at + offset, 8, &at)) return 0;
  }
  return 1;
}

static int calculate(uint32_t op, int64_t left, int64_t right, int64_t* result) {
  switch (op) {
    case HD_ADD:
      return !__builtin_add_overflow(left, right, result);
    case HD_SUBTRACT:
      return !__builtin_sub_overflow(left, right, result);
    case HD_MULTIPLY:
      return !__builtin_mul_overflow(left, right, result);
    case HD_DIVIDE:
      if (right <= 0) return 0;
      *result = left / right;
      return 1;
    case HD_MAX:
      *result = left > right ? left : right;
      return 1;
    case HD_EQUAL:
      *result = left == right;
      return 1;
    case HD_LESS:
      *result = left < right;
      return 1;
    default:
      return 0;
  }
}

static int step(struct evaluation* of, const struct hd_formula_step* step) {
  uint64_t* const top = of->stack + of->depth - 1;
  switch (step->op) {
    case HD_NUMBER:
      of->stack[of->depth++] = step->value;
      return 1;
    case HD_SELF:
      of->stack[of->depth++] = of->object;
      return 1;
    case HD_LOAD:
      return load(of, *top, step->width, top);
    case HD_AND:
      of->skip = *top ? 0 : (uint32_t)step->value;
      of->depth -= *top != 0;
      return 1;
    case HD_NOT:
      *top = !*top;
      return 1;
    case HD_INSIDE:
      *top = is_inside(of, *top);
      return 1;
    case HD_UNTIL0:
      of->depth--;
      return count_until_0(of, top[-1], *top, top - 1);
    case HD_LINKS:
      of->depth--;
      return count_links(of, top[-1], *top, top - 1);
    default:
      of->depth--;
      return calculate(step->op, (int64_t)top[-1], (int64_t)*top, (int64_t*)top - 1);
  }
}

// The compiler of the formula saw to the depth of the stack.
static int evaluate(struct evaluation* of, struct hd_formula formula, uint64_t* value) {
  const struct hd_formula_step* const steps = (const struct hd_formula_step*)of->w->walk->formula_steps;
  of->depth = of->skip = 0;
  for (uint32_t i = 0; i < formula.count; i += of->skip + 1, of->skip = 0) {
    if (!step(of, &steps[formula.first + i])) return 0;
  }
  *value = of->stack[0];
  return 1;
}

// A block that is said to begin at an address lies in one run of memory, from there to its end.
static int is_in_memory(struct hd_walker* w, hd_address at, uint64_t size) {
  const struct hd_memory_range* const range = hd_memory_at(w, at);
  return range && size <= range->run_end - at;
}

static int add_owned(struct evaluation* of, const struct hd_declared* row, uint64_t* size) {
  uint64_t when = 1, at = 0, value;
  if (row->when.count && !evaluate(of, row->when, &when)) return 0;
  if (!when) return 1;
  if (!evaluate(of, row->value, &value) || value > kLimit) return 0;
  if (value && row->at.count) {
    if (!evaluate(of, row->at, &at) || !is_in_memory(of->w, at, value)) return 0;
    if (row->is_shared) {
      struct hd_numbers* const met = &of->w->shared_memory;
      if (hd_number_of(met, at) != HD_NO_NUMBER) return 1;
      if (!hd_make_room(of->w, met)) return 0;
      hd_add_number(met, at);
    }
  }
  *size += value;
  return 1;
}

static struct evaluation evaluation_of(struct hd_walker* w, const struct hd_type_info* type,
                                       hd_address object) {
  return (struct evaluation){w, object, type->basic_size, {0}, 0, 0};
}

static int holds(struct evaluation* of, const struct hd_declared* check) {
  uint64_t value;
  return evaluate(of, check->value, &value) && value;
}

// Of all of the process that is not of files.
static uint64_t memory_size(struct hd_walker* w) {
  const struct hd_memory_range* const ranges = (const struct hd_memory_range*)w->walk->memory;
  if (w->memory_total) return w->memory_total;
  for (uint64_t i = 0; i < w->walk->memory_count; i++) {
    if (ranges[i].kind != HD_MEMORY_FILE) w->memory_total += ranges[i].end - ranges[i].start;
  }
  return w->memory_total;
}

uint64_t hd_owned_size(struct hd_walker* w, const struct hd_type_info* type, hd_address object, int* known) {
  struct evaluation of = evaluation_of(w, type, object);
  uint64_t size = 0;
  *known = 0;
  for (uint32_t i = 0; i < type->declaration->count; i++) {
    const struct hd_declared* const row = statement(w, type->declaration, i);
    if (row->kind == HD_UNKNOWN) return 0;
    if (row->kind == HD_CHECK && !holds(&of, row)) return 0;
    if (row->kind == HD_OWNS && !add_owned(&of, row, &size)) return 0;
  }
  // More than all memory is a wrong declaration's.
  if (size > memory_size(w) - w->owned_total) return 0;
  w->owned_total += size;
  *known = 1;
  return size;
}

void hd_count_declared_references(struct hd_walker* w, struct hd_type_info* type) {
  for (uint32_t i = 0; type->declaration && i < type->declaration->count; i++) {
    type->declared_references += statement(w, type->declaration, i)->kind == HD_REFERENCE;
  }
}

const char* hd_declared_reference_name(struct hd_walker* w, const struct hd_type_info* type, uint32_t index) {
  for (uint32_t i = 0; i < type->declaration->count; i++) {
    const struct hd_declared* const row = statement(w, type->declaration, i);
    if (row->kind == HD_REFERENCE && index-- == 0) return row->name;
  }
  return "";
}

// Of a type that was met, or whose type was.
static int is_type(struct hd_walker* w, hd_address address) {
  const struct hd_type_info* const type = hd_known_type_info(w, address);
  if (type) return type->form != HD_FORM_INVALID;
  if (!hd_is_address(address) || !hd_memory_at(w, address) || !hd_memory_at(w, address + 8)) return 0;
  const struct hd_type_info* const meta = hd_known_type_info(w, hd_type_of(address));
  return meta && meta->form == HD_FORM_TYPE;
}

static int is_object(struct hd_walker* w, hd_address address) {
  if (!hd_is_address(address)) return 0;
  if (hd_is_found(&w->marks, address)) return 1;
  const struct hd_memory_range* const range = hd_memory_at(w, address);
  if (!range || range->end - address < 16) return 0;
  return hd_word(address) != 0 && is_type(w, hd_type_of(address));
}

uint64_t hd_add_declared_references(struct hd_walker* w, hd_address object, uint64_t n) {
  const struct hd_type_info* const type = w->type;
  struct evaluation of = evaluation_of(w, type, object);
  int believed = 1;
  for (uint32_t i = 0; i < type->declaration->count; i++) {
    const struct hd_declared* const row = statement(w, type->declaration, i);
    if (row->kind == HD_CHECK) believed = believed && holds(&of, row);
    if (row->kind != HD_REFERENCE) continue;
    uint64_t when = 1, target = 0;
    if (row->when.count && !evaluate(&of, row->when, &when)) when = 0;
    if (!believed || !when || !evaluate(&of, row->value, &target) || !is_object(w, target)) target = 0;
    w->references[n++] = target;
  }
  return n;
}

// Types of CPython itself own what their sizes and declarations say.
static int is_of_interpreter(struct hd_walker* w, hd_address type) {
  const struct hd_image_data* const data = (const struct hd_image_data*)w->walk->image_data;
  for (uint64_t i = 0; i < w->walk->image_data_count; i++) {
    const struct hd_range* const image = &data[i].image;
    if (w->walk->types.type - image->start < image->end - image->start)
      return type - image->start < image->end - image->start;
  }
  return 0;
}

int hd_has_unknown_words(struct hd_walker* w, const struct hd_type_info* type) {
  if (type->form != HD_FORM_WORDS && type->form != HD_FORM_TRAVERSE) return 0;
  if (type->declaration || type->content || !type->c_base) return 0;
  return type->c_size > 16 && !is_of_interpreter(w, type->c_base);
}

static void write_possible_holder(struct hd_walker* w, hd_address object, uint64_t offset, hd_address held) {
  struct hd_text* const out = hd_begin_record(w, HD_POSSIBLE_HOLDER);
  hd_put_varint(out, object);
  hd_put_varint(out, offset);
  hd_put_varint(out, held);
  hd_end_record(w);
}

static int is_named(const struct hd_type_info* type, uint64_t offset) {
  for (uint32_t i = 0; i < type->word_count; i++) {
    if (type->words[i].offset == offset) return 1;
  }
  return 0;
}

// Whether a word of an object leads to memory of C code. What tp_traverse reports, and what has a name, are
// references; other words with the address of an object may be.
static int has_memory(struct hd_walker* w, struct hd_type_info* type, hd_address object) {
  int found = 0;
  for (uint64_t offset = 16; offset + 8 <= type->c_size; offset += 8) {
    const uint64_t word = hd_word(object + offset);
    if (!hd_is_address(word) || word - object < type->c_size) continue;
    if (is_object(w, word)) {
      if (!type->collected && !is_named(type, offset)) write_possible_holder(w, object, offset, word);
      continue;
    }
    const struct hd_memory_range* const range = hd_memory_at(w, word);
    found |= range && range->kind != HD_MEMORY_FILE;
  }
  return found;
}

void hd_count_memory(struct hd_walker* w, struct hd_type_info* type, hd_address object) {
  if (type->declaration) {
    type->declaration->is_met = 1;
    type->declaration->holds |= (uint32_t)w->owned_known;
  }
  if (type->has_unknown_words) {
    type->unknown_memory += has_memory(w, type, object);
  } else if (w->owned_known) {
    type->known_memory++;
    type->owned_bytes += w->owned_bytes;
  } else {
    type->unknown_memory++;
  }
}

static void write_useless_declarations(struct hd_walker* w) {
  const struct hd_declaration* const rows = (const struct hd_declaration*)w->walk->declarations;
  uint8_t bytes[8192];
  struct hd_text text = {bytes, 0, sizeof bytes - 1, 0};
  for (uint64_t i = 0; i < w->walk->declaration_count; i++) {
    if (!rows[i].is_given || rows[i].holds) continue;
    if (text.length) hd_text_put_string(&text, "; ");
    hd_text_put_string(&text, rows[i].owner);
    hd_text_put_string(&text, rows[i].is_met ? ": it holds for no object" : ": no object has such a type");
  }
  if (!text.length) return;
  bytes[text.length] = 0;
  hd_put_meta(w, "types_useless", (const char*)bytes);
}

void hd_write_type_memory(struct hd_walker* w, uint64_t unused) {
  (void)unused;
  write_useless_declarations(w);
  for (uint32_t i = 0; i < w->types.capacity; i++) {
    const struct hd_type_info* const type = w->types.slots[i].info;
    if (!type || !(type->known_memory | type->unknown_memory)) continue;
    struct hd_text* const out = hd_begin_record(w, HD_TYPE_MEMORY);
    hd_put_varint(out, type->address);
    hd_put_varint(out, type->known_memory);
    hd_put_varint(out, type->owned_bytes);
    hd_put_varint(out, type->unknown_memory);
    hd_end_record(w);
  }
}
