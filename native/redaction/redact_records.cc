#include "redaction/redact_records.h"

#include <string_view>

#include "protocol.h"
#include "python/heap_fields.h"
#include "support/cursor.h"

namespace heapdump {
namespace {

// Instead of a path, as native/capture/memory_survey.cc writes it.
constexpr std::string_view kSomeFile = "/…";
constexpr std::string_view kMainThread = "MainThread";
// Between the field of a thread's state and the thread's name.
constexpr std::string_view kOf = " of ";

// Copies records, but for what goes. What a record consists of is said in docs/dump-format.md; all of a
// record is read before any of it is written.
class Redactor {
 public:
  Redactor(std::span<const uint8_t> payload, const Redaction& redaction, std::vector<uint8_t>& out)
      : in_(payload.data(), payload.data() + payload.size()), redaction_(redaction), out_(out) {}

  void run() {
    while (!in_.done()) {
      begin_ = in_.at();
      record(in_.varint());
    }
  }

 private:
  void record(uint64_t kind) {
    switch (kind) {
      case HD_OBJECTS:
        return objects();
      case HD_ROOT: {
        varints(1);
        const uint8_t root = in_.u8();
        const uint8_t* const name = in_.at();
        const std::string_view text = in_.string();
        return root == HD_ROOT_THREAD ? copy_with(name, without_name(text)) : copy();
      }
      case HD_THREAD: {
        varints(1);
        const uint8_t* const name = in_.at();
        const std::string_view text = in_.string();
        return copy_with(name, is_given(text) ? "" : text);
      }
      case HD_MAPPING: {
        varints(2);
        in_.u8();
        const uint8_t* const path = in_.at();
        const std::string_view text = in_.string();
        copy_with(path, redaction_.keeps_path(text) ? text : kSomeFile);
        begin_ = in_.at();
        varints(4);
        return copy();
      }
      case HD_TYPE:
        varints(2);
        strings(2);
        return copy();
      case HD_SHAPE:
        varints(2);
        for (uint64_t left = in_.varint(); left > 0; --left) {
          in_.u8();
          strings(1);
        }
        in_.skip(in_.varint());
        return copy();
      case HD_MODULE:
        varints(1);
        strings(2);
        return copy();
      case HD_FRAME:
      case HD_GREENLET_FRAME:
        varints(3);
        strings(2);
        varints(1);
        return copy();
      case HD_POOL:
        varints(6);
        return copy();
      case HD_MALLOC:
        in_.u8();
        varints(4);
        strings(1);
        return copy();
      case HD_CHUNKS:
        in_.u8();
        varints(4);
        return copy();
      case HD_SYMBOL:
      case HD_SOURCE:
        varints(1);
        strings(1);
        return copy();
      case HD_FRAME_LOCAL:
        varints(3);
        strings(1);
        return copy();
      case HD_TYPE_MEMORY:
        varints(4);
        return copy();
      case HD_POSSIBLE_HOLDER:
        varints(3);
        return copy();
      case HD_FUNCTION:
        varints(1);
        strings(1);
        varints(1);
        varints(in_.varint(), 2);
        return copy();
      case HD_SITE:
        varints(2);
        varints(in_.varint(), 2);
        return copy();
      case HD_ALLOCATED:
        varints(in_.varint(), 2);
        return copy();
      case HD_SUSPENDED:
        varints(in_.varint(), 3);
        return copy();
      case HD_FINALIZER:
        varints(1);
        in_.u8();
        return copy();
      case HD_FINALIZED:
        varints(in_.varint());
        return copy();
      case HD_UNREPORTED:
        varints(1);
        in_.u8();
        varints(in_.varint());
        return copy();
      case HD_REFERENCES:
        varints(2);
        varints(in_.varint());
        return copy();
      default:
        throw Malformed("a record of unknown kind");
    }
  }

  void objects() {
    const uint64_t count = in_.varint();
    objects_.clear();
    uint64_t whole = 0;
    try {
      for (; whole < count; ++whole) object();
    } catch (const Malformed&) {
      put_objects(whole);
      throw;
    }
    put_objects(count);
  }

  void object() {
    const uint8_t* const begin = in_.at();
    varints(1);
    previous_ += static_cast<uint64_t>(in_.zigzag()) * 8;
    varints(2);
    const uint8_t* const flags_at = in_.at();
    const uint8_t flags = in_.u8();
    if (flags & HD_HAS_CONTENT) strings(1);
    const uint8_t* references_at = in_.at();
    varints(in_.varint());
    if (!(flags & HD_HAS_CONTENT) || !redaction_.removes_content(previous_)) {
      objects_.insert(objects_.end(), begin, in_.at());
      return;
    }
    objects_.insert(objects_.end(), begin, flags_at);
    objects_.push_back(flags & ~(HD_HAS_CONTENT | HD_CONTENT_CUT | HD_CONTENT_IS_TEXT));
    objects_.insert(objects_.end(), references_at, in_.at());
  }

  void put_objects(uint64_t count) {
    if (count == 0) return;
    put_varint(HD_OBJECTS);
    put_varint(count);
    out_.insert(out_.end(), objects_.begin(), objects_.end());
  }

  // Of a thread that the program gave a name; CPython's own is no secret.
  bool is_given(std::string_view name) const {
    return redaction_.removes_given_names() && name != kMainThread;
  }

  // Of a root that is a thread, or a field of a thread's state.
  std::string_view without_name(std::string_view root) const {
    const std::string_view field = root.substr(0, root.find(kOf));
    if (!is_thread_field(field)) return is_given(root) ? "" : root;
    const bool has_name = field.size() < root.size();
    return has_name && is_given(root.substr(field.size() + kOf.size())) ? field : root;
  }

  void varints(uint64_t count, uint64_t each = 1) {
    if (count > in_.left()) throw Malformed("more than there are bytes");
    for (uint64_t left = count * each; left > 0; --left) in_.varint();
  }
  void strings(int count) {
    while (count-- > 0) in_.string();
  }

  // The record as it is.
  void copy() { out_.insert(out_.end(), begin_, in_.at()); }
  // The record, up to its string at `at`, with another one.
  void copy_with(const uint8_t* at, std::string_view text) {
    out_.insert(out_.end(), begin_, at);
    put_varint(text.size());
    out_.insert(out_.end(), text.begin(), text.end());
  }
  void put_varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<uint8_t>(value) | 0x80);
    out_.push_back(static_cast<uint8_t>(value));
  }

  Cursor in_;
  const Redaction& redaction_;
  std::vector<uint8_t>& out_;
  const uint8_t* begin_ = nullptr;  // of the record
  uint64_t previous_ = 0;           // address of the object before
  std::vector<uint8_t> objects_;    // of the record at hand
};

}  // namespace

bool redact_records(std::span<const uint8_t> payload, const Redaction& redaction, std::vector<uint8_t>& out) {
  try {
    Redactor(payload, redaction, out).run();
    return true;
  } catch (const Malformed&) {
    return false;
  }
}

}  // namespace heapdump
