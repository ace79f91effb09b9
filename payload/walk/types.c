#include "walk/types.h"

#include "walk/arrays.h"
#include "walk/collected.h"
#include "walk/contents.h"
#include "walk/dicts.h"
#include "walk/fields.h"
#include "walk/greenlets.h"
#include "walk/owned.h"
#include "walk/sizes.h"
#include "walk/walker.h"

static struct hd_type_slot* slot_of(struct hd_type_table* table, hd_address type) {
  uint32_t i = hd_hash(type, table->capacity);
  while (table->slots[i].address && table->slots[i].address != type) i = (i + 1) & (table->capacity - 1);
  return &table->slots[i];
}

static void grow(struct hd_walker* w, struct hd_type_table* table) {
  const struct hd_type_table old = *table;
  struct hd_type_table larger = {0, old.capacity ? 2 * old.capacity : 4096, old.count};
  larger.slots = hd_allocate(w, larger.capacity * sizeof *larger.slots);
  for (uint32_t i = 0; i < old.capacity; i++) {
    if (old.slots[i].address) *slot_of(&larger, old.slots[i].address) = old.slots[i];
  }
  *table = larger;
}

static struct hd_type_info* keep(struct hd_walker* w, const struct hd_type_info* info) {
  struct hd_type_table* const table = &w->types;
  if (2 * (table->count + 1) > table->capacity) grow(w, table);
  struct hd_type_info* const kept = hd_allocate(w, sizeof *kept);
  *kept = *info;
  struct hd_type_slot* const slot = slot_of(table, info->address);
  if (!slot->address) table->count++;
  *slot = (struct hd_type_slot){info->address, kept};
  return kept;
}

static int is_type(struct hd_walker* w, hd_address type) {
  const struct hd_layout* const layout = w->layout;
  if (!hd_is_address(type)) return 0;
  const hd_address meta = hd_type_of(type);
  if (!hd_is_address(meta)) return 0;
  if (meta != w->walk->types.type && !(hd_word(meta + layout->type_flags) & HD_TYPE_SUBCLASS)) return 0;
  const uint64_t basic_size = hd_word(type + layout->type_basicsize);
  const uint64_t item_size = hd_word(type + layout->type_itemsize);
  const hd_address name = hd_word(type + layout->type_name);
  return basic_size >= 16 && basic_size < 1 << 24 && item_size < 1 << 20 && name > 4096 && !(name >> 47) &&
         hd_byte(name) != 0;
}

static hd_address base_of(struct hd_walker* w, hd_address type) {
  const hd_address base = hd_word(type + w->layout->type_base);
  return hd_is_address(base) ? base : 0;
}

static hd_address traverse_of(struct hd_walker* w, hd_address type) {
  return hd_word(type + w->layout->type_traverse);
}

static int is_array_type(struct hd_walker* w, hd_address type) {
  for (int i = 0; type && i < 64; i++, type = base_of(w, type)) {
    if (hd_is_owner(w, type, "numpy.ndarray", 0)) return 1;
  }
  return 0;
}

// A structure sequence (sys.version_info) says in its type how many items it has; its tp_traverse would look
// that up as only a thread with a thread state can.
static uint32_t count_fields(struct hd_walker* w, const struct hd_type_info* info) {
  uint64_t count;
  if (!(info->flags & HD_TUPLE_SUBCLASS) || info->address == w->walk->types.tuple) return 0;
  const hd_address dict = hd_type_dict(w, info->address);
  if (!hd_dict_get(w, dict, "n_unnamed_fields")) return 0;
  if (!hd_int_value(w, hd_dict_get(w, dict, "n_fields"), &count)) return 0;
  return count < 1 << 12 ? (uint32_t)count : 0;
}

static enum hd_form form_of(struct hd_walker* w, const struct hd_type_info* info, hd_address base) {
  const struct hd_types* const known = &w->walk->types;
  const hd_address type = info->address;
  if (info->flags & HD_TYPE_SUBCLASS) return HD_FORM_TYPE;
  if (type == known->code) return HD_FORM_CODE;
  if (type == known->frame) return HD_FORM_FRAME;
  if (type == known->generator || type == known->coroutine || type == known->async_generator) {
    return HD_FORM_GENERATOR;
  }
  const hd_address traverse = base ? traverse_of(w, base) : 0;
  if (!(info->flags & HD_HAVE_GC) || !traverse) {
    return is_array_type(w, type) ? HD_FORM_ARRAY : HD_FORM_WORDS;
  }
  if (known->ordered_dict && traverse == traverse_of(w, known->ordered_dict)) return HD_FORM_ORDERED;
  if (info->flags & HD_DICT_SUBCLASS) return HD_FORM_DICT;
  if (traverse == traverse_of(w, known->list)) return HD_FORM_LIST;
  if (traverse == traverse_of(w, known->tuple)) return HD_FORM_TUPLE;
  if (traverse == traverse_of(w, known->set)) return HD_FORM_SET;
  if (info->field_count) return HD_FORM_TUPLE;
  return HD_FORM_TRAVERSE;
}

// Dicts and types of C code's own may hold more than those that they are made from.
static int needs_traverse(struct hd_walker* w, const struct hd_type_info* info) {
  const struct hd_types* const known = &w->walk->types;
  if (info->form == HD_FORM_DICT) return info->traverse != traverse_of(w, known->dict);
  if (info->form == HD_FORM_TYPE) return info->traverse != traverse_of(w, known->type);
  return info->form == HD_FORM_TRAVERSE;
}

static enum hd_attributes attributes_of(struct hd_walker* w, const struct hd_type_info* info,
                                        hd_address base) {
  const struct hd_layout* const layout = w->layout;
  if (info->flags & layout->flag_managed_dict) {
    return layout->managed_tagged   ? HD_ATTRIBUTES_TAGGED
           : layout->managed_values ? HD_ATTRIBUTES_POINTERS
                                    : HD_ATTRIBUTES_INLINE;
  }
  if (!info->dict_offset || info->form == HD_FORM_TYPE) return HD_ATTRIBUTES_NONE;
  if (base == info->address ||
      (base && (int64_t)hd_word(base + layout->type_dictoffset) == info->dict_offset)) {
    return HD_ATTRIBUTES_NONE;
  }
  return HD_ATTRIBUTES_DICT;
}

static enum hd_content content_of(struct hd_walker* w, const struct hd_type_info* info) {
  const struct hd_types* const known = &w->walk->types;
  const hd_address type = info->address;
  if (info->form == HD_FORM_TYPE) return HD_CONTENT_TYPE;
  if (info->form == HD_FORM_CODE) return HD_CONTENT_CODE;
  if (info->form == HD_FORM_FRAME) return HD_CONTENT_FRAME;
  if (info->form == HD_FORM_ARRAY) return HD_CONTENT_ARRAY;
  if (info->form == HD_FORM_GENERATOR) {
    return w->generator_qualname == HD_ABSENT ? HD_CONTENT_ABSENT : HD_CONTENT_GENERATOR;
  }
  if (type == known->str) return HD_CONTENT_STR;
  if (type == known->integer) return HD_CONTENT_INT;
  if (type == known->floating) return HD_CONTENT_FLOAT;
  if (type == known->boolean) return HD_CONTENT_BOOL;
  if (type == known->bytes) return HD_CONTENT_BYTES;
  if (type == known->bytearray) return HD_CONTENT_BYTEARRAY;
  if (type == known->module) return HD_CONTENT_MODULE;
  if (type == known->function && w->function_code != HD_ABSENT && w->function_qualname != HD_ABSENT) {
    return HD_CONTENT_FUNCTION;
  }
  if (info->flags & HD_HEAP_TYPE) return HD_CONTENT_ABSENT;
  if (hd_is_owner(w, type, "NoneType", 0)) return HD_CONTENT_NONE_OBJECT;
  return hd_is_owner(w, type, "complex", 0) ? HD_CONTENT_COMPLEX : HD_CONTENT_ABSENT;
}

static enum hd_size_rule rule_of(struct hd_walker* w, hd_address owner) {
  const struct hd_types* const known = &w->walk->types;
  if (owner == known->object) return HD_SIZE_OBJECT;
  if (owner == known->str) return HD_SIZE_STR;
  if (owner == known->integer) return HD_SIZE_INT;
  if (owner == known->dict) return HD_SIZE_DICT;
  if (owner == known->ordered_dict) return HD_SIZE_ORDERED_DICT;
  if (owner == known->list) return HD_SIZE_LIST;
  if (owner == known->set || owner == known->frozenset) return HD_SIZE_SET;
  if (owner == known->type) return HD_SIZE_TYPE;
  if (owner == known->code) return HD_SIZE_CODE;
  if (owner == known->bytearray) return HD_SIZE_BYTEARRAY;
  if (owner == known->frame) return HD_SIZE_FRAME;
  if (owner == known->generator || owner == known->coroutine || owner == known->async_generator) {
    return HD_SIZE_GENERATOR;
  }
  if (hd_is_owner(w, owner, "numpy.ndarray", 0)) return HD_SIZE_ARRAY;
  return HD_SIZE_OBJECT;
}

// The rule of the first class in the MRO whose __sizeof__ is C code: one written in Python is never run.
static void find_size_rule(struct hd_walker* w, struct hd_type_info* info) {
  info->size_rule = HD_SIZE_OBJECT;
  info->sizeof_owner = w->walk->types.object;
  const hd_address mro = hd_word(info->address + w->layout->type_mro);
  if (!hd_is_a(w, mro, HD_TUPLE_SUBCLASS)) return;
  const uint64_t count = hd_size_field(mro);
  for (uint64_t i = 0; i < count && i < 4096; i++) {
    const hd_address owner = hd_word(mro + w->layout->tuple_items + 8 * i);
    if (!hd_is_a(w, owner, HD_TYPE_SUBCLASS)) continue;
    const hd_address found = hd_dict_get(w, hd_type_dict(w, owner), "__sizeof__");
    if (!found || !hd_is_owner(w, hd_type_of(found), "method_descriptor", 0)) continue;
    info->size_rule = rule_of(w, owner);
    info->sizeof_owner = owner;
    return;
  }
}

static void find_sizes(struct hd_walker* w, struct hd_type_info* info) {
  const struct hd_layout* const layout = w->layout;
  info->basic_size = (uint32_t)hd_word(info->address + layout->type_basicsize);
  info->item_size = (uint32_t)hd_word(info->address + layout->type_itemsize);
  info->header_size = (info->flags & HD_HAVE_GC ? 16 : 0) + (info->flags & layout->flag_preheader ? 16 : 0);
  find_size_rule(w, info);
  if (info->declaration && info->size_rule == HD_SIZE_OBJECT) info->size_rule = HD_SIZE_DECLARED;
  if (info->size_rule != HD_SIZE_OBJECT || info->item_size || info->collected == 2) return;
  info->size_rule = HD_SIZE_FIXED;
  info->fixed_size = info->basic_size + info->header_size;
  if (info->flags & layout->flag_inline_values) {
    info->fixed_size += (uint32_t)hd_inline_values_size(info);
  }
}

static void find_words(struct hd_walker* w, struct hd_type_info* info, hd_address base) {
  struct hd_words words;
  words.count = 0;
  if (info->form == HD_FORM_TYPE) {
    hd_add_structure(w, &words, "@type");
    info->slot_count = words.count;
    hd_add_structure(w, &words, "@heaptype");
  } else {
    for (hd_address at = info->address; at && at != base; at = base_of(w, at)) {
      hd_add_members(w, &words, at, HD_REF_SLOT);
    }
    info->slot_count = words.count;
    if (info->form == HD_FORM_CODE) hd_add_structure(w, &words, "@code");
    if (info->form == HD_FORM_FRAME) hd_add_structure(w, &words, "@frame");
    if (info->form == HD_FORM_GENERATOR) {
      // Those of coroutines and asynchronous generators have names of their own.
      hd_add_rows(w, &words, info->address, 1);
      hd_add_structure(w, &words, "@generator");
    }
    if (info->form == HD_FORM_ARRAY) {
      hd_add_word(&words, HD_ARRAY_DTYPE, HD_REF_FIELD, 0, 1, "dtype");
      hd_add_word(&words, HD_ARRAY_BASE, HD_REF_FIELD, 0, 1, "base");
    }
    const int direct = info->form != HD_FORM_TRAVERSE;
    hd_address at = base;
    for (int i = 0; at && i < 64; i++, at = base_of(w, at)) {
      hd_add_rows(w, &words, at, direct);
      hd_add_members(w, &words, at, HD_REF_FIELD);
    }
    const int64_t offset = base ? (int64_t)hd_word(base + w->layout->type_dictoffset) : 0;
    if (offset >= 16 && !(info->flags & w->layout->flag_managed_dict)) {
      hd_add_word(&words, (uint32_t)offset, HD_REF_FIELD, 0, 1, "__dict__");
    }
  }
  info->word_count = words.count;
  info->words = hd_allocate(w, words.count * sizeof *words.list);
  for (uint32_t i = 0; i < words.count; i++) info->words[i] = words.list[i];
}

static uint8_t tail_of(struct hd_walker* w, const struct hd_type_info* info) {
  switch (info->form) {
    case HD_FORM_LIST:
    case HD_FORM_TUPLE:
    case HD_FORM_ARRAY:
      return HD_REF_ITEM | HD_REF_INDEXED;
    case HD_FORM_SET:
      return HD_REF_ITEM;
    case HD_FORM_TRAVERSE:
      if (info->flags & (HD_TUPLE_SUBCLASS | HD_LIST_SUBCLASS) ||
          hd_is_owner(w, info->address, "collections.deque", 0)) {
        return HD_REF_ITEM | HD_REF_INDEXED;
      }
      return HD_REF_OTHER;
    default:
      return HD_REF_OTHER;
  }
}

static struct hd_type_info* examine(struct hd_walker* w, hd_address type) {
  const struct hd_layout* const layout = w->layout;
  struct hd_type_info info;
  memset(&info, 0, sizeof info);
  info.address = type;
  w->examined = type;
  if (!is_type(w, type)) {
    w->examined = 0;
    return keep(w, &info);
  }
  info.flags = hd_word(type + layout->type_flags);
  info.is_gc = hd_word(type + layout->type_is_gc);
  info.collected = !(info.flags & HD_HAVE_GC) ? 0 : info.is_gc ? 2 : 1;
  info.dict_offset = (int64_t)hd_word(type + layout->type_dictoffset);
  hd_address base = type;
  if (info.flags & HD_HAVE_GC && w->subtype_traverse) {
    for (int i = 0; base && traverse_of(w, base) == w->subtype_traverse && i < 4096; i++) {
      base = base_of(w, base);
    }
  }
  info.traverse = base ? traverse_of(w, base) : 0;
  info.field_count = count_fields(w, &info);
  info.form = form_of(w, &info, base);
  if (!HD_IS_COPY || !needs_traverse(w, &info)) info.traverse = 0;
  if (info.form == HD_FORM_TRAVERSE) info.greenlet_size = hd_greenlet_size(w, base);
  info.attributes = attributes_of(w, &info, base);
  info.has_inline_values = (info.flags & layout->flag_inline_values) != 0;
  if (info.flags & layout->flag_managed_dict && info.flags & HD_HEAP_TYPE) {
    info.keys = hd_word(type + layout->heap_type_cached_keys);
    if (info.keys) {
      info.value_count = (uint32_t)hd_read_keys(layout, info.keys).count;
      info.value_room = hd_word(info.keys + layout->keys_usable) + hd_word(info.keys + layout->keys_entries);
    }
  }
  info.content = content_of(w, &info);
  info.singleton = info.content == HD_CONTENT_BOOL || info.content == HD_CONTENT_NONE_OBJECT ||
                   (!(info.flags & HD_HEAP_TYPE) && hd_is_owner(w, type, "ellipsis", 0));
  info.tail = tail_of(w, &info);
  find_words(w, &info, base);
  info.declaration = hd_declaration_of(w, type);
  if (info.form == HD_FORM_WORDS || info.form == HD_FORM_TRAVERSE) hd_count_declared_references(w, &info);
  find_sizes(w, &info);
  if (hd_reports_type(w, &info, base)) info.type_reports = HD_REPORTED;
  info.c_base = base;
  info.c_size = base ? (uint32_t)hd_word(base + layout->type_basicsize) : 0;
  info.has_unknown_words = (uint8_t)hd_has_unknown_words(w, &info);
  const int is_declared = info.size_rule == HD_SIZE_DECLARED || info.size_rule == HD_SIZE_ORDERED_DICT;
  info.counts_memory = HD_IS_COPY && (info.has_unknown_words || info.size_rule == HD_SIZE_ARRAY ||
                                      (is_declared && info.declaration));
  struct hd_type_info* const kept = keep(w, &info);
  w->examined = 0;
  hd_mark(w, &w->marks, type);
  return kept;
}

struct hd_type_info* hd_type_info_for(struct hd_walker* w, hd_address type) {
  struct hd_type_info* const known = slot_of(&w->types, type)->info;
  return known ? known : examine(w, type);
}

const struct hd_type_info* hd_known_type_info(struct hd_walker* w, hd_address type) {
  return slot_of(&w->types, type)->info;
}

void hd_forget_type(struct hd_walker* w, hd_address type) { slot_of(&w->types, type)->info = 0; }

void hd_types_start(struct hd_walker* w) { grow(w, &w->types); }

void hd_reject_type(struct hd_walker* w) {
  if (!w->examined) return;
  struct hd_type_info info;
  memset(&info, 0, sizeof info);
  info.address = w->examined;
  w->examined = 0;
  keep(w, &info);
}
