#include "walk/greenlets.h"

#include "walk/contents.h"
#include "walk/fields.h"
#include "walk/frames.h"
#include "walk/output.h"
#include "walk/sizes.h"

enum {
  kMaxBases = 64,
  kMaxFrames = 1 << 20,
  // An object of greenlet 2 or 3 is a PyObject, three pointers, and the last is that to its C++ object.
  kMaxSizeWithPointer = 64,
  // No C++ object of greenlet's is smaller; the top frame is at 120 at most (greenlet 3 with Python 3.8).
  kImplementationSize = 144,
  // Numbers stand in it as well. No heap is below this.
  kMinHeapAddress = 1 << 20,
  // Frames farther out are references without a name.
  kMaxNamedDepth = 64,
};

uint32_t hd_greenlet_size(struct hd_walker* w, hd_address type) {
  for (int i = 0; i < kMaxBases && hd_is_address(type); i++) {
    if (hd_is_owner(w, type, "greenlet.greenlet", 0)) {
      return (uint32_t)hd_word(type + w->layout->type_basicsize);
    }
    type = hd_word(type + w->layout->type_base);
  }
  return 0;
}

void hd_note_running(struct hd_walker* w, hd_address frame) {
  if (w->running_count < HD_MAX_RUNNING) w->running[w->running_count++] = frame;
}

static int is_running(struct hd_walker* w, hd_address frame) {
  for (uint32_t i = 0; i < w->running_count; i++) {
    if (w->running[i] == frame) return 1;
  }
  return 0;
}

// Reading what may not be what it seems: a fault ends `body`, not the work on the object at hand.
static int reads(struct hd_walker* w, void (*body)(void*), void* argument) {
  const uint64_t outer = w->walk->recover_stack;
  const int failure = hd_guarded(&w->walk->recover_stack, body, argument);
  w->walk->recover_stack = outer;
  hd_set_phase(w, HD_WALK_READING);
  if (failure == HD_WALK_STOPPED) hd_stop(w, w->status);
  return !failure;
}

struct probe {
  struct hd_walker* w;
  hd_address at;
  hd_address found;
};

static int is_frame(struct hd_walker* w, hd_address object) {
  return object >= kMinHeapAddress && hd_is_address(object) && hd_type_of(object) == w->walk->types.frame &&
         hd_frame_code(w, object);
}

static void probe_frame(void* argument) {
  struct probe* const probe = argument;
  const hd_address object = hd_word(probe->at);
  if (is_frame(probe->w, object)) probe->found = object;
}

static hd_address frame_at_word(struct hd_walker* w, hd_address at) {
  struct probe probe = {w, at, 0};
  return reads(w, probe_frame, &probe) ? probe.found : 0;
}

static hd_address top_frame_of(struct hd_walker* w, hd_address greenlet) {
  const uint32_t own_size = w->type->greenlet_size;
  hd_address base = greenlet;
  uint32_t size = own_size, offset = 16;
  if (own_size <= kMaxSizeWithPointer) {
    base = hd_word(greenlet + own_size - 8);
    size = kImplementationSize;
    offset = 8;
    if (!hd_is_address(base)) return 0;
  }
  if (w->top_frame) return frame_at_word(w, base + w->top_frame);
  for (; offset + 8 <= size; offset += 8) {
    const hd_address frame = frame_at_word(w, base + offset);
    if (!frame) continue;
    w->top_frame = offset;
    return frame;
  }
  return 0;
}

// Greenlets since 3.0.2 take the interpreter's own frames, which lie on the C stack, out of a suspended
// stack; what comes after one that is still in it cannot be read.
static void follow_stack(void* argument) {
  struct probe* const probe = argument;
  struct hd_walker* const w = probe->w;
  const int has_iframes = w->layout->iframe_previous != HD_ABSENT;
  hd_address at = probe->at, mark = 0;
  if (has_iframes) at = hd_word(at + w->layout->frame_interpreter_frame);
  if (is_running(w, at)) return;
  for (uint32_t i = 0; i < kMaxFrames && hd_is_address(at); i++) {
    if (i % 1024 == 0) hd_step(w);
    if (!has_iframes && !is_frame(w, at)) return;
    const struct hd_frame frame = hd_frame_at(w, at);
    if (!frame.code || (frame.object && !is_frame(w, frame.object))) return;
    // The bottom one has its place in a stack that does not fit, too: it tells what the greenlet runs.
    w->stack[w->stack_depth < HD_MAX_STACK ? w->stack_depth++ : HD_MAX_STACK - 1] = frame;
    at = hd_outer_frame(w, at);
    // A circle comes back to a mark that is set ever more rarely.
    if (at && at == mark) {
      w->stack_depth = 0;
      return;
    }
    if ((i & (i + 1)) == 0) mark = at;
  }
}

void hd_read_stack(struct hd_walker* w, hd_address greenlet) {
  w->stack_depth = 0;
  struct probe top = {w, top_frame_of(w, greenlet), 0};
  if (top.at) reads(w, follow_stack, &top);
}

struct stack_reference {
  uint8_t kind;
  uint32_t depth;
  const char* field;  // 0: the frame itself
  hd_address local;   // the name, a str object; 0: it is a field
  uint64_t target;
};

typedef void (*reference_body)(struct hd_walker* w, void* argument, const struct stack_reference* reference);

// What a frame that no object was made for holds by itself.
static void for_each_held(struct hd_walker* w, uint32_t depth, reference_body body, void* argument) {
  const struct hd_layout* const layout = w->layout;
  static const char kFields[HD_IFRAME_WORDS][9] = {"f_code", "f_func", "f_locals", ""};
  const struct hd_locals locals = hd_iframe_locals(w, w->stack[depth].iframe);
  for (int i = 0; i < HD_IFRAME_WORDS - 1; i++) {
    const uint64_t word = hd_word(locals.iframe + hd_iframe_word(layout, i));
    body(w, argument, &(struct stack_reference){HD_REF_FIELD, depth, kFields[i], 0, hd_untag(layout, word)});
  }
  for (uint64_t i = 0; i < locals.count; i++) {
    const hd_address name = i < locals.named ? hd_local_name(w, locals.code, i) : 0;
    const uint8_t kind = name ? HD_REF_LOCAL : HD_REF_OTHER;
    const uint64_t held = hd_untag(layout, hd_word(locals.at + 8 * i));
    body(w, argument, &(struct stack_reference){kind, depth, 0, name, held});
  }
}

static void for_each_reference(struct hd_walker* w, reference_body body, void* argument) {
  for (uint32_t depth = 0; depth < w->stack_depth; depth++) {
    const struct hd_frame* const frame = &w->stack[depth];
    if (frame->object) {
      body(w, argument, &(struct stack_reference){HD_REF_FIELD, depth, 0, 0, frame->object});
    }
    const hd_address generator = hd_generator_of(w, frame);
    if (generator) {
      body(w, argument, &(struct stack_reference){HD_REF_FIELD, depth, "f_generator", 0, generator});
    } else if (!frame->object) {
      for_each_held(w, depth, body, argument);
    }
  }
}

struct gathered {
  uint64_t* out;
  uint64_t count;
};

static void gather(struct hd_walker* w, void* argument, const struct stack_reference* reference) {
  (void)w;
  struct gathered* const gathered = argument;
  if (gathered->out) gathered->out[gathered->count] = reference->target;
  gathered->count++;
}

uint64_t hd_stack_references(struct hd_walker* w, uint64_t* out) {
  struct gathered gathered = {out, 0};
  for_each_reference(w, gather, &gathered);
  return gathered.count;
}

struct names {
  struct hd_text* out;
  uint32_t start;
};

static void put_name(struct hd_walker* w, void* argument, const struct stack_reference* reference) {
  const struct names* const names = argument;
  struct hd_text* const out = names->out;
  uint8_t bytes[1024];
  struct hd_text name = {bytes, 0, sizeof bytes - 1, 0};
  const int has_room = out->length - names->start < HD_DEFINITION / 4;
  if (reference->kind != HD_REF_OTHER && reference->depth < kMaxNamedDepth && has_room) {
    hd_text_put_string(&name, "gr_frame");
    for (uint32_t i = 0; i < reference->depth; i++) hd_text_put_string(&name, ".f_back");
    if (reference->field || reference->local) hd_text_put(&name, '.');
    if (reference->field) hd_text_put_string(&name, reference->field);
    if (reference->local && hd_is_str(w, reference->local)) hd_put_str(w, &name, reference->local);
    if (name.cut) name.length = 0;
  }
  bytes[name.length] = 0;
  hd_text_put(out, name.length ? reference->kind : HD_REF_OTHER);
  hd_put_string(out, (const char*)bytes);
}

void hd_put_stack_names(struct hd_walker* w, struct hd_text* out) {
  struct names names = {out, out->length};
  for_each_reference(w, put_name, &names);
}

static void mix(struct hd_walker* w, void* argument, const struct stack_reference* reference) {
  (void)w;
  uint64_t* const key = argument;
  const uint64_t name = reference->local | (uint64_t)reference->field;
  *key = (*key ^ name ^ (uint64_t)reference->kind << 56 ^ (uint64_t)reference->depth << 40) *
         0x9E3779B97F4A7C15ull;
  *key ^= *key >> 29;
}

uint64_t hd_stack_key(struct hd_walker* w) {
  uint64_t key = 0;
  for_each_reference(w, mix, &key);
  return key | (uint64_t)1 << 63;
}

void hd_write_stack(struct hd_walker* w, hd_address greenlet) {
  for (uint32_t depth = 0; depth < w->stack_depth; depth++) {
    hd_write_frame(w, HD_GREENLET_FRAME, &w->stack[depth], greenlet, depth);
  }
  // The collector frees one that its type does not keep from it.
  if (!w->stack_depth || w->type->collected != 2 || hd_calls_is_gc(w, w->type, greenlet)) return;
  struct hd_text* const out = hd_begin_record(w, HD_ROOT);
  hd_put_varint(out, greenlet);
  hd_text_put(out, HD_ROOT_GREENLET);
  hd_put_name(w, out, hd_word(w->stack[w->stack_depth - 1].code + w->layout->code_name), "?");
  hd_end_record(w);
}
