#include "walk/threads.h"

#include "walk/contents.h"
#include "walk/dicts.h"
#include "walk/fields.h"
#include "walk/frames.h"
#include "walk/greenlets.h"
#include "walk/output.h"
#include "walk/roots.h"

enum { kMaxFrames = 1 << 20 };

// threading._active: the Thread objects by identity.
static hd_address thread_object(struct hd_walker* w, hd_address interpreter, uint64_t identity) {
  const hd_address modules = hd_word(interpreter + w->layout->interpreter_modules);
  const hd_address threading = hd_dict_get(w, modules, "threading");
  if (!threading || hd_type_of(threading) != w->walk->types.module) return 0;
  const hd_address active = hd_dict_get(w, hd_word(threading + w->layout->module_dict), "_active");
  return hd_dict_get_integer(w, active, identity);
}

static hd_address interpreter_of(struct hd_walker* w, hd_address thread) {
  const struct hd_layout* const layout = w->layout;
  hd_address interpreter = hd_word(w->walk->runtime + layout->runtime_interpreters);
  for (int i = 0; i < 4096 && hd_is_address(interpreter); i++) {
    hd_address at = hd_word(interpreter + layout->interpreter_threads);
    for (int k = 0; k < 1 << 16 && hd_is_address(at); k++) {
      if (at == thread) return interpreter;
      at = hd_word(at + layout->thread_next);
    }
    interpreter = hd_word(interpreter + layout->interpreter_next);
  }
  return 0;
}

static uint64_t native_id(struct hd_walker* w, hd_address thread, hd_address object) {
  const struct hd_layout* const layout = w->layout;
  if (layout->thread_native_id != HD_ABSENT) return hd_word(thread + layout->thread_native_id);
  uint64_t id;
  if (object && hd_int_value(w, hd_attribute(w, object, "_native_id"), &id)) return id;
  // The first one made is the last in the list: the main thread if `threading` knows of none.
  return hd_word(thread + layout->thread_next) ? 0 : (uint64_t)w->walk->pid;
}

static void put_function(struct hd_walker* w, struct hd_text* text, hd_address code) {
  const hd_address name = hd_word(code + w->layout->code_name);
  if (hd_is_str(w, name)) {
    hd_put_str(w, text, name);
  } else {
    hd_text_put(text, '?');
  }
}

// `local`: a str object, or 0.
static void write_frame_root(struct hd_walker* w, hd_address object, hd_address code, hd_address local) {
  uint8_t bytes[1024];
  struct hd_text name = {bytes, 0, sizeof bytes - 1, 0};
  put_function(w, &name, code);
  if (local && hd_is_str(w, local)) {
    hd_text_put_string(&name, ".f_locals['");
    hd_put_str(w, &name, local);
    hd_text_put_string(&name, "']");
  }
  bytes[name.length] = 0;
  hd_write_root(w, object, HD_ROOT_FRAME, (const char*)bytes);
}

// A frame that no object was made for holds what is in it by itself.
static void write_frame_without_object(struct hd_walker* w, const struct hd_locals* locals) {
  const struct hd_layout* const layout = w->layout;
  for (int i = 0; i < HD_IFRAME_WORDS; i++) {
    const hd_address held = hd_untag(layout, hd_word(locals->iframe + hd_iframe_word(layout, i)));
    if (held) write_frame_root(w, held, locals->code, 0);
  }
  for (uint64_t i = 0; i < locals->count; i++) {
    const hd_address held = hd_untag(layout, hd_word(locals->at + 8 * i));
    if (!held) continue;
    write_frame_root(w, held, locals->code, i < locals->named ? hd_local_name(w, locals->code, i) : 0);
  }
}

static void write_locals(struct hd_walker* w, const struct hd_frame* frame, uint64_t id, uint64_t depth) {
  const struct hd_locals locals =
      frame->iframe ? hd_iframe_locals(w, frame->iframe) : hd_frame_locals(w, frame->object);
  for (uint64_t i = 0; locals.code && i < locals.named && i < locals.count; i++) {
    const hd_address held = hd_untag(w->layout, hd_word(locals.at + 8 * i));
    if (!hd_is_address(held)) continue;
    struct hd_text* const out = hd_begin_record(w, HD_FRAME_LOCAL);
    hd_put_varint(out, held);
    hd_put_varint(out, id);
    hd_put_varint(out, depth);
    hd_put_name(w, out, hd_local_name(w, locals.code, i), "?");
    hd_end_record(w);
  }
}

static void write_frame(struct hd_walker* w, const struct hd_frame* frame, uint64_t id, uint64_t depth) {
  hd_write_frame(w, HD_FRAME, frame, id, depth);
  write_locals(w, frame, id, depth);
  if (frame->object) write_frame_root(w, frame->object, frame->code, 0);
  const hd_address generator = hd_generator_of(w, frame);
  if (generator) {
    write_frame_root(w, generator, frame->code, 0);
  } else if (!frame->object) {
    const struct hd_locals locals = hd_iframe_locals(w, frame->iframe);
    write_frame_without_object(w, &locals);
  }
}

static void write_frames(struct hd_walker* w, hd_address thread, uint64_t id) {
  const struct hd_layout* const layout = w->layout;
  hd_address holder = thread;
  if (layout->thread_cframe != HD_ABSENT) holder = hd_word(thread + layout->thread_cframe);
  if (!holder) return;
  hd_address at = hd_word(holder + layout->thread_frame);
  uint64_t depth = 0;
  for (int i = 0; i < kMaxFrames && hd_is_address(at); i++) {
    hd_step(w);
    const struct hd_frame frame = hd_frame_at(w, at);
    if (frame.code) {
      if (depth == 0) hd_note_running(w, at);
      write_frame(w, &frame, id, depth++);
    }
    at = hd_outer_frame(w, at);
  }
}

// `name`: a str object, or 0.
static void write_field(struct hd_walker* w, hd_address held, const char* field, hd_address name) {
  uint8_t bytes[1024];
  struct hd_text text = {bytes, 0, sizeof bytes - 1, 0};
  hd_text_put_string(&text, field);
  if (name && hd_is_str(w, name)) {
    hd_text_put_string(&text, " of ");
    hd_put_str(w, &text, name);
  }
  bytes[text.length] = 0;
  hd_write_root(w, held, HD_ROOT_THREAD, (const char*)bytes);
}

static void write_fields(struct hd_walker* w, hd_address thread, hd_address name) {
  const struct hd_field* const rows = (const struct hd_field*)w->walk->fields;
  for (uint64_t i = 0; i < w->walk->field_count; i++) {
    if (!hd_name_is(rows[i].owner, "@thread")) continue;
    const uint64_t held = hd_word(thread + rows[i].offset);
    if (hd_is_address(held)) write_field(w, held, rows[i].name, name);
  }
}

void hd_write_thread(struct hd_walker* w, uint64_t thread) {
  const uint64_t identity = hd_word(thread + w->layout->thread_identity);
  if (!identity) return;  // it is being started, or could not be
  const hd_address interpreter = interpreter_of(w, thread);
  const hd_address object = interpreter ? thread_object(w, interpreter, identity) : 0;
  const uint64_t id = native_id(w, thread, object);
  hd_address name = object ? hd_attribute(w, object, "_name") : 0;
  // Programs put what they like into it.
  if ((w->walk->only_names || !w->content_limit) && name && !hd_str_is(w, name, "MainThread")) name = 0;
  struct hd_text* out = hd_begin_record(w, HD_THREAD);
  hd_put_varint(out, id);
  hd_put_name(w, out, name, "");
  hd_end_record(w);
  if (object) {
    hd_mark(w, &w->marks, object);
    out = hd_begin_record(w, HD_ROOT);
    hd_put_varint(out, object);
    hd_text_put(out, HD_ROOT_THREAD);
    hd_put_name(w, out, name, "");
    hd_end_record(w);
  }
  write_fields(w, thread, name);
  write_frames(w, thread, id);
}
