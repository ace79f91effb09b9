#include "walk/contents.h"

#include "walk/arrays.h"
#include "walk/dicts.h"
#include "walk/frames.h"

struct characters {
  hd_address data;
  uint64_t length;
  uint32_t width;  // bytes of a character
  uint32_t ascii;
};

static struct characters characters_of(const struct hd_layout* layout, hd_address str) {
  const uint32_t state = hd_half(str + layout->str_state);
  struct characters read = {0, hd_word(str + layout->str_length), state >> layout->str_kind_shift & 7,
                            state >> layout->str_ascii_shift & 1};
  if (!(state >> layout->str_compact_shift & 1)) {
    read.data = hd_word(str + layout->str_data);
  } else {
    read.data = str + (read.ascii ? layout->str_ascii_size : layout->str_compact_size);
  }
  if (!read.data || read.length >> 47 || (read.width != 1 && read.width != 2 && read.width != 4)) {
    read.length = 0;
  }
  return read;
}

static uint32_t character(const struct characters* from, uint64_t i) {
  if (from->width == 1) return hd_byte(from->data + i);
  return from->width == 2 ? hd_quarter(from->data + 2 * i) : hd_half(from->data + 4 * i);
}

static void put_hex(struct hd_text* text, uint32_t value, uint32_t digits) {
  while (digits--) hd_text_put(text, (uint8_t) "0123456789abcdef"[value >> 4 * digits & 15]);
}

// False if it does not fit.
static int put_character(struct hd_text* text, uint32_t c) {
  if (c >= 0xd800 && c < 0xe000) {  // as the error handler `backslashreplace` does
    hd_text_put_string(text, "\\u");
    put_hex(text, c, 4);
    return !text->cut;
  }
  const uint32_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  if (text->limit - text->length < length) {
    text->cut = 1;
    return 0;
  }
  uint8_t* const at = text->bytes + text->length;
  text->length += length;
  if (length == 1) {
    at[0] = (uint8_t)c;
    return 1;
  }
  at[0] = (uint8_t)((0xf00 >> length & 0xff) | c >> 6 * (length - 1));
  for (uint32_t i = 1; i < length; i++) at[i] = (uint8_t)(0x80 | (c >> 6 * (length - 1 - i) & 63));
  return 1;
}

int hd_is_str(struct hd_walker* w, hd_address object) { return hd_is_a(w, object, HD_STR_SUBCLASS); }

void hd_put_str(struct hd_walker* w, struct hd_text* text, hd_address str) {
  const struct characters from = characters_of(w->layout, str);
  for (uint64_t i = 0; i < from.length; i++) {
    if (!put_character(text, character(&from, i))) return;
  }
}

int hd_str_is(struct hd_walker* w, hd_address object, const char* name) {
  if (!hd_is_str(w, object)) return 0;
  const struct characters from = characters_of(w->layout, object);
  if (!from.ascii) return 0;
  for (uint64_t i = 0; i < from.length; i++) {
    if (!name[i] || hd_byte(from.data + i) != (uint8_t)name[i]) return 0;
  }
  return !name[from.length];
}

int hd_could_be_identifier(struct hd_walker* w, hd_address str) {
  const struct characters from = characters_of(w->layout, str);
  for (uint64_t i = 0; i < from.length; i++) {
    const uint32_t c = character(&from, i);
    const int is_letter = (c | 32) - 'a' < 26 || c == '_' || c >= 0x80;
    if (!is_letter && (i == 0 || c - '0' >= 10)) return 0;
  }
  return 1;
}

struct integer {
  hd_address digits;
  uint64_t count;
  int negative;
};

static struct integer integer_of(const struct hd_layout* layout, hd_address number) {
  struct integer read = {number + layout->int_digits, 0, 0};
  if (layout->int_tag == HD_ABSENT) {
    const int64_t size = (int64_t)hd_size_field(number);
    read.negative = size < 0;
    read.count = (uint64_t)(size < 0 ? -size : size);
  } else {
    const uint64_t tag = hd_word(number + layout->int_tag);
    read.negative = (tag & 3) == 2;
    read.count = tag >> 3;
  }
  return read;
}

int hd_int_value(struct hd_walker* w, hd_address object, uint64_t* value) {
  if (!hd_is_a(w, object, HD_INT_SUBCLASS)) return 0;
  const struct integer read = integer_of(w->layout, object);
  // A thread's identity is a pointer: 47 bits.
  if (read.negative || read.count > 2) return 0;
  *value = 0;
  for (uint64_t i = 0; i < read.count; i++) *value |= (uint64_t)hd_half(read.digits + 4 * i) << 30 * i;
  return 1;
}

static void put_quoted(struct hd_walker* w, struct hd_text* text, hd_address at, uint64_t size) {
  if (size > (uint64_t)w->content_limit + 1) size = (uint64_t)w->content_limit + 1;
  const uint8_t* const bytes = hd_bytes(at, size);
  uint8_t quote = '\'';
  for (uint64_t i = 0; i < size; i++) {
    if (bytes[i] == '\'') quote = '"';
  }
  for (uint64_t i = 0; i < size && quote == '"'; i++) {
    if (bytes[i] == '"') quote = '\'';
  }
  hd_text_put(text, 'b');
  hd_text_put(text, quote);
  uint64_t plain = 0;  // where the bytes begin that stand for themselves
  for (uint64_t i = 0; i < size && !text->cut; i++) {
    const uint8_t byte = bytes[i];
    if (byte >= ' ' && byte < 0x7f && byte != quote && byte != '\\') continue;
    hd_text_put_bytes(text, bytes + plain, (uint32_t)(i - plain));
    plain = i + 1;
    if (byte == quote || byte == '\\') {
      hd_text_put(text, '\\');
      hd_text_put(text, byte);
    } else if (byte == '\t') {
      hd_text_put_string(text, "\\t");
    } else if (byte == '\n') {
      hd_text_put_string(text, "\\n");
    } else if (byte == '\r') {
      hd_text_put_string(text, "\\r");
    } else {
      hd_text_put_string(text, "\\x");
      put_hex(text, byte, 2);
    }
  }
  if (plain < size) hd_text_put_bytes(text, bytes + plain, (uint32_t)(size - plain));
  hd_text_put(text, quote);
}

static hd_address type_module(struct hd_walker* w, hd_address type) {
  const hd_address found = hd_dict_get(w, hd_word(type + w->layout->type_dict), "__module__");
  return hd_is_str(w, found) ? found : 0;
}

// tp_name of a type that C code defines is `module.name`.
static const char* last_dot(const char* name) {
  const char* found = 0;
  for (const char* at = name; *at && at - name < 1000; at++) {
    if (*at == '.') found = at;
  }
  return found;
}

void hd_put_type_module(struct hd_walker* w, struct hd_text* text, hd_address type) {
  if (hd_word(type + w->layout->type_flags) & HD_HEAP_TYPE) {
    const hd_address module = type_module(w, type);
    if (module) hd_put_str(w, text, module);
    return;
  }
  const char* const name = hd_string(hd_word(type + w->layout->type_name));
  const char* const dot = last_dot(name);
  if (!dot) {
    hd_text_put_string(text, "builtins");
  } else {
    for (const char* at = name; at < dot; at++) hd_text_put(text, (uint8_t)*at);
  }
}

void hd_put_type_name(struct hd_walker* w, struct hd_text* text, hd_address type) {
  if (hd_word(type + w->layout->type_flags) & HD_HEAP_TYPE) {
    const hd_address name = hd_word(type + w->heap_type_qualname);
    if (hd_is_str(w, name)) {
      hd_put_str(w, text, name);
      return;
    }
  }
  const char* const name = hd_string(hd_word(type + w->layout->type_name));
  const char* const dot = hd_word(type + w->layout->type_flags) & HD_HEAP_TYPE ? 0 : last_dot(name);
  hd_text_put_string(text, dot ? dot + 1 : name);
}

void hd_put_type_label(struct hd_walker* w, struct hd_text* text, hd_address type) {
  static const char kBuiltins[] = "builtins";
  uint8_t bytes[256];
  struct hd_text module = {bytes, 0, sizeof bytes, 0};
  hd_put_type_module(w, &module, type);
  int builtin = module.length == sizeof kBuiltins - 1;
  for (uint32_t i = 0; builtin && i < module.length; i++) builtin = bytes[i] == (uint8_t)kBuiltins[i];
  if (module.length > 0 && !builtin) {
    hd_put_type_module(w, text, type);
    if (text->cut) return;
    hd_text_put(text, '.');
  }
  hd_put_type_name(w, text, type);
}

static void put_str_or(struct hd_walker* w, struct hd_text* text, hd_address object) {
  if (hd_is_str(w, object)) {
    hd_put_str(w, text, object);
  } else {
    hd_text_put(text, '?');
  }
}

// `name file:line`
static void put_code(struct hd_walker* w, struct hd_text* text, hd_address name, hd_address code) {
  if (!hd_is_address(code) || hd_type_of(code) != w->walk->types.code) return;
  put_str_or(w, text, name ? name : hd_word(code + w->layout->code_name));
  if (text->cut) return;
  hd_text_put(text, ' ');
  put_str_or(w, text, hd_word(code + w->layout->code_file));
  if (text->cut) return;
  hd_text_put(text, ':');
  hd_text_put_decimal(text, (uint32_t)hd_int(code + w->layout->code_first_line));
}

static void put_content(struct hd_walker* w, struct hd_text* text, hd_address object) {
  const struct hd_layout* const layout = w->layout;
  switch (w->type->content) {
    case HD_CONTENT_STR:
      return hd_put_str(w, text, object);
    case HD_CONTENT_BYTES:
      return put_quoted(w, text, object + layout->bytes_value, hd_size_field(object));
    case HD_CONTENT_BYTEARRAY:
      hd_text_put_string(text, "bytearray(");
      put_quoted(w, text, hd_word(object + layout->bytearray_start), hd_size_field(object));
      return hd_text_put(text, ')');
    case HD_CONTENT_BOOL: {
      const struct integer read = integer_of(layout, object);
      return hd_text_put_string(text, read.count ? "True" : "False");
    }
    case HD_CONTENT_NONE_OBJECT:
      return hd_text_put_string(text, "None");
    case HD_CONTENT_TYPE:
      return hd_put_type_label(w, text, object);
    case HD_CONTENT_MODULE:
      return put_str_or(w, text, hd_dict_get(w, hd_word(object + layout->module_dict), "__name__"));
    case HD_CONTENT_CODE:
      return put_code(w, text, 0, object);
    case HD_CONTENT_FUNCTION:
      return put_code(w, text, hd_word(object + w->function_qualname), hd_word(object + w->function_code));
    case HD_CONTENT_GENERATOR:
      return put_code(w, text, hd_word(object + w->generator_qualname), hd_generator_code(w, object));
    case HD_CONTENT_ARRAY:
      return hd_put_array(w, text, object);
    case HD_CONTENT_FRAME:
      return put_code(w, text, 0, hd_frame_code(w, object));
    default:
      return;
  }
}

static uint8_t* put_word(uint8_t* at, uint64_t word) {
  *(uint64_t*)at = word;
  return at + 8;
}

// enum hd_number of protocol.h says how.
static uint8_t* write_integer(struct hd_walker* w, uint8_t* at, struct integer number) {
  // A digit of 30 bits has 7.5 hexadecimal ones, and the first may be less than one.
  const uint64_t shown = w->content_limit / 7 + 3;
  while (number.count > 0 && hd_half(number.digits + 4 * (number.count - 1)) == 0) number.count--;
  uint64_t sent = number.count;
  if (sent > HD_MAX_DECIMAL_DIGITS && sent > shown) {
    sent = shown > HD_MAX_DECIMAL_DIGITS ? shown : HD_MAX_DECIMAL_DIGITS;
  }
  const int partial = sent < number.count;
  at = hd_varint(at, number.count << 2 | (uint64_t)partial << 1 | (uint64_t)number.negative);
  if (partial) at = hd_varint(at, sent);
  for (uint64_t i = number.count - sent; i < number.count; i++, at += 4)
    *(uint32_t*)at = hd_half(number.digits + 4 * i);
  return at;
}

int hd_names_code(const struct hd_type_info* type) {
  switch (type->content) {
    case HD_CONTENT_TYPE:
    case HD_CONTENT_MODULE:
    case HD_CONTENT_CODE:
    case HD_CONTENT_FUNCTION:
    case HD_CONTENT_GENERATOR:
    case HD_CONTENT_FRAME:
      return 1;
    default:
      return 0;
  }
}

// `NAME FILE:LINE` tells where to look only if it is whole.
static uint32_t content_limit(const struct hd_walker* w) {
  const int is_longer = hd_names_code(w->type) && w->content_limit < HD_NAMING_CONTENT;
  return is_longer ? HD_NAMING_CONTENT : w->content_limit;
}

uint8_t* hd_write_content(struct hd_walker* w, hd_address object, uint8_t* at, uint32_t* flags) {
  switch (w->type->content) {
    case HD_CONTENT_INT: {
      const struct integer number = integer_of(w->layout, object);
      if (number.count >> 40) break;  // half-updated
      *flags |= HD_NUMBER_INTEGER;
      return write_integer(w, at, number);
    }
    case HD_CONTENT_FLOAT:
      *flags |= HD_NUMBER_FLOAT;
      return put_word(at, hd_word(object + w->layout->float_value));
    case HD_CONTENT_COMPLEX:
      *flags |= HD_NUMBER_COMPLEX;
      at = put_word(at, hd_word(object + 16));
      return put_word(at, hd_word(object + 24));
    default:
      break;
  }
  const int is_text = w->type->content == HD_CONTENT_STR;
  *flags |= HD_HAS_CONTENT | (is_text ? HD_CONTENT_IS_TEXT : 0);
  if (is_text) {
    const struct characters from = characters_of(w->layout, object);
    if (from.ascii) {
      const int cut = from.length > w->content_limit;
      const uint32_t length = cut ? w->content_limit : (uint32_t)from.length;
      if (cut) *flags |= HD_CONTENT_CUT;
      at = hd_varint(at, length);
      hd_copy(at, hd_bytes(from.data, length), length);
      return at + length;
    }
  }
  // Bytes that the length takes at most.
  const uint32_t limit = content_limit(w), room = limit < 0x80 ? 1 : 4;
  struct hd_text text = {at + room, 0, limit, 0};
  put_content(w, &text, object);
  if (text.cut) *flags |= HD_CONTENT_CUT;
  at = hd_varint(at, text.length);
  if (at != text.bytes) memmove(at, text.bytes, text.length);
  return at + text.length;
}
