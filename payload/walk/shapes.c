#include "walk/shapes.h"

#include "walk/collected.h"
#include "walk/contents.h"
#include "walk/dicts.h"
#include "walk/frames.h"
#include "walk/greenlets.h"
#include "walk/output.h"
#include "walk/owned.h"

static void describe_type(struct hd_walker* w, struct hd_type_info* type) {
  if (type->described) return;
  uint8_t module_bytes[1024], name_bytes[1024];
  struct hd_text module = {module_bytes, 0, sizeof module_bytes, 0},
                 name = {name_bytes, 0, sizeof name_bytes, 0};
  hd_put_type_module(w, &module, type->address);
  hd_put_type_name(w, &name, type->address);
  struct hd_text* const out = hd_begin_record(w, HD_TYPE);
  hd_put_varint(out, type->address);
  hd_put_varint(out, type->flags);
  hd_put_varint(out, module.length);
  for (uint32_t i = 0; i < module.length; i++) hd_text_put(out, module_bytes[i]);
  hd_put_varint(out, name.length);
  for (uint32_t i = 0; i < name.length; i++) hd_text_put(out, name_bytes[i]);
  hd_end_record(w);
  hd_write_finalizer(w, type->address);
  type->described = 1;
}

static void put_words(struct hd_text* out, const struct hd_type_info* type, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) {
    hd_text_put(out, type->words[i].kind);
    hd_put_string(out, type->words[i].name);
  }
}

static void put_entries(struct hd_text* out, uint8_t key, uint8_t value) {
  hd_put_varint(out, 2);
  hd_text_put(out, key);
  hd_text_put(out, value);
}

static void put_tail(struct hd_text* out, const struct hd_type_info* type) {
  switch (type->form) {
    case HD_FORM_WORDS:
    case HD_FORM_CODE:
      return hd_put_varint(out, 0);
    case HD_FORM_DICT:
      return put_entries(out, HD_REF_KEY, HD_REF_VALUE);
    case HD_FORM_ORDERED:
      hd_put_varint(out, 3);
      hd_text_put(out, HD_REF_KEY);
      hd_text_put(out, HD_REF_VALUE);
      hd_text_put(out, HD_REF_OTHER);
      return;
    default:
      hd_put_varint(out, 1);
      hd_text_put(out, type->tail);
  }
}

static void put_nameless(struct hd_text* out, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    hd_text_put(out, HD_REF_OTHER);
    hd_put_string(out, "");
  }
}

// Slots, values, __dict__, words of the C types among the bases, and `more`: those of w->stack, or without a
// name.
static uint32_t write_shape(struct hd_walker* w, int plain, uint64_t more, int of_stack) {
  struct hd_type_info* const type = w->type;
  describe_type(w, type);
  const uint32_t values = plain || type->form == HD_FORM_TYPE ? 0 : type->value_count;
  const uint32_t words = plain && type->form == HD_FORM_TYPE ? type->slot_count : type->word_count;
  struct hd_text* const out = hd_begin_record(w, HD_SHAPE);
  hd_put_varint(out, w->shape_count + 1);
  hd_put_varint(out, type->address);
  hd_put_varint(out, hd_named_references(type, plain) + more);
  put_words(out, type, 0, type->slot_count);
  if (values) {
    const struct hd_dict_keys keys = hd_read_keys(w->layout, type->keys);
    for (uint32_t i = 0; i < values; i++) {
      hd_text_put(out, HD_REF_ATTRIBUTE);
      hd_put_name(w, out, hd_key(&keys, i), "");
    }
  }
  if (type->attributes != HD_ATTRIBUTES_NONE) {
    hd_text_put(out, HD_REF_FIELD);
    hd_put_string(out, "__dict__");
  }
  put_words(out, type, type->slot_count, words);
  for (uint32_t i = 0; i < type->declared_references; i++) {
    hd_text_put(out, HD_REF_FIELD);
    hd_put_string(out, hd_declared_reference_name(w, type, i));
  }
  if (of_stack) {
    hd_put_stack_names(w, out);
  } else {
    put_nameless(out, more);
  }
  put_tail(out, type);
  hd_end_record(w);
  return ++w->shape_count;
}

uint32_t hd_shape(struct hd_walker* w, int plain) {
  uint32_t* const shape = plain ? &w->type->plain_shape : &w->type->shape;
  if (!*shape) *shape = write_shape(w, plain, 0, 0);
  return *shape;
}

static struct hd_shape_slot* slot_of(struct hd_shape_table* table, hd_address type, hd_address code) {
  uint32_t i = hd_hash(code ^ type >> 8, table->capacity);
  while (table->slots[i].shape && (table->slots[i].type != type || table->slots[i].code != code)) {
    i = (i + 1) & (table->capacity - 1);
  }
  return &table->slots[i];
}

static void grow(struct hd_walker* w, struct hd_shape_table* table) {
  const struct hd_shape_table old = *table;
  struct hd_shape_table larger = {0, old.capacity ? 2 * old.capacity : 1024, old.count};
  larger.slots = hd_allocate(w, larger.capacity * sizeof *larger.slots);
  for (uint32_t i = 0; i < old.capacity; i++) {
    const struct hd_shape_slot* const slot = &old.slots[i];
    if (slot->shape) *slot_of(&larger, slot->type, slot->code) = *slot;
  }
  *table = larger;
}

void hd_shapes_start(struct hd_walker* w) { grow(w, &w->shapes); }

static const char* awaited_name(struct hd_walker* w) {
  if (w->type->address == w->walk->types.coroutine) return "cr_await";
  return w->type->address == w->walk->types.async_generator ? "ag_await" : "gi_yieldfrom";
}

static void put_iframe_words(struct hd_walker* w, struct hd_text* out) {
  const struct hd_types* const known = &w->walk->types;
  const hd_address type = w->type->address;
  const char prefix[] = {type == known->coroutine         ? 'c'
                         : type == known->async_generator ? 'a'
                         : type == known->generator       ? 'g'
                                                          : 'f',
                         type == known->coroutine         ? 'r'
                         : type == known->async_generator ? 'g'
                         : type == known->generator       ? 'i'
                                                          : 0,
                         0};
  static const char kNames[HD_IFRAME_WORDS][8] = {"code", "func", "locals", "frame"};
  for (int i = 0; i < HD_IFRAME_WORDS; i++) {
    uint8_t bytes[16];
    struct hd_text name = {bytes, 0, sizeof bytes - 1, 0};
    // The function and the locals of a generator are those of its frame.
    const int of_frame = i == 1 || i == 2;
    hd_text_put_string(&name, of_frame ? "f" : prefix);
    hd_text_put(&name, '_');
    hd_text_put_string(&name, kNames[i]);
    bytes[name.length] = 0;
    hd_text_put(out, HD_REF_FIELD);
    hd_put_string(out, (const char*)bytes);
  }
}

static void keep(struct hd_walker* w, hd_address code, uint32_t shape) {
  *slot_of(&w->shapes, w->type->address, code) = (struct hd_shape_slot){w->type->address, code, shape};
  w->shapes.count++;
}

// The id of a shape that was written already; else 0, and there is room for it.
static uint32_t known_shape(struct hd_walker* w, hd_address code) {
  struct hd_shape_table* const table = &w->shapes;
  const uint32_t shape = slot_of(table, w->type->address, code)->shape;
  if (!shape && 2 * (table->count + 1) > table->capacity) grow(w, table);
  return shape;
}

uint32_t hd_dict_shape(struct hd_walker* w, uint64_t more) {
  // No code object has so low an address.
  uint32_t shape = known_shape(w, more);
  if (shape) return shape;
  keep(w, more, shape = write_shape(w, 0, more, 0));
  hd_write_unreported(w, shape, 0, 0, 0, 0);
  return shape;
}

uint32_t hd_stack_shape(struct hd_walker* w, int plain, uint64_t count) {
  const uint64_t key = hd_stack_key(w) ^ (uint64_t)plain;
  uint32_t shape = known_shape(w, key);
  if (shape) return shape;
  keep(w, key, shape = write_shape(w, plain, count, 1));
  const uint32_t named = hd_named_references(w->type, plain);
  hd_write_unreported(w, shape, plain, named, named + (uint32_t)count, 0);
  return shape;
}

// No code object has so low an address.
enum { kWeakDict = HD_MAX_MORE + 1, kEmbeddedDict };

uint32_t hd_embedded_dict_shape(struct hd_walker* w) {
  const uint32_t known = known_shape(w, kEmbeddedDict);
  if (known) return known;
  const uint32_t shape = write_shape(w, 0, 0, 0);
  keep(w, kEmbeddedDict, shape);
  hd_write_unreported(w, shape, 0, 0, 0, 1);
  return shape;
}

uint32_t hd_weak_dict_shape(struct hd_walker* w) {
  const uint32_t known = known_shape(w, kWeakDict);
  if (known) return known;
  describe_type(w, w->type);
  struct hd_text* const out = hd_begin_record(w, HD_SHAPE);
  hd_put_varint(out, w->shape_count + 1);
  hd_put_varint(out, w->type->address);
  hd_put_varint(out, 0);
  put_entries(out, HD_REF_WEAK, HD_REF_WEAK);
  hd_end_record(w);
  keep(w, kWeakDict, ++w->shape_count);
  return w->shape_count;
}

uint32_t hd_code_shape(struct hd_walker* w, const struct hd_locals* locals) {
  struct hd_type_info* const type = w->type;
  // No code object has such an address.
  const hd_address key = locals->code | (uint64_t)locals->awaits | (uint64_t)locals->unreported << 1;
  const uint32_t known = known_shape(w, key);
  if (known) return known;
  describe_type(w, type);
  struct hd_text* const out = hd_begin_record(w, HD_SHAPE);
  hd_put_varint(out, w->shape_count + 1);
  hd_put_varint(out, type->address);
  const uint32_t of_frame = type->word_count + (locals->iframe ? HD_IFRAME_WORDS : 0);
  const uint32_t named = of_frame + (uint32_t)locals->awaits + (uint32_t)locals->named;
  hd_put_varint(out, named);
  put_words(out, type, 0, type->word_count);
  if (locals->iframe) put_iframe_words(w, out);
  if (locals->awaits) {
    hd_text_put(out, HD_REF_FIELD);
    hd_put_string(out, awaited_name(w));
  }
  for (uint64_t i = 0; i < locals->named; i++) {
    hd_text_put(out, HD_REF_LOCAL);
    hd_put_name(w, out, hd_local_name(w, locals->code, i), "");
  }
  put_tail(out, type);
  hd_end_record(w);
  keep(w, key, ++w->shape_count);
  hd_write_unreported(w, w->shape_count, 0,
                      locals->unreported == HD_FRAME_UNREPORTED ? type->word_count : of_frame,
                      locals->unreported ? named : 0, locals->unreported != 0);
  return w->shape_count;
}
