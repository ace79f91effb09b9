#include "heap/content_classes.h"

#include <functional>

#include "heap/label.h"

namespace heapdump {
namespace {

uint64_t hash_of(const Content& content) {
  return std::hash<std::string_view>()(content.bytes) + content.is_text + 2 * content.cut;
}

}  // namespace

bool ContentClasses::is_like(uint32_t number, const Content& content) const {
  const std::optional<Content> known = heap_.content(examples_[number]);
  return known && known->bytes == content.bytes && known->is_text == content.is_text &&
         known->cut == content.cut;
}

uint32_t ContentClasses::of(uint32_t id) {
  const std::optional<Content> content = heap_.content(id);
  if (!content) return kNone;
  const uint64_t hash = hash_of(*content);
  const uint32_t known = numbers_.find(hash, [&](uint32_t number) { return is_like(number, *content); });
  if (known != kNone) return known;
  examples_.push_back(id);
  return numbers_.add(hash);
}

uint32_t ContentClasses::find(std::string_view bytes) const {
  const Content content{bytes, false, false};
  return numbers_.find(hash_of(content), [&](uint32_t number) { return is_like(number, content); });
}

std::string format_content(const Content& content) {
  if (content.is_text) return repr(content.bytes, content.cut);
  return std::string(content.bytes) + (content.cut ? "…" : "");
}

}  // namespace heapdump
