#include "heap/key_text.h"

#include "heap/category.h"
#include "heap/gist.h"
#include "heap/runs.h"

namespace heapdump {

ObjectText key_text(const HeapIndex& heap, uint32_t id) {
  ObjectText text = object_text(heap, id);
  if (text.is_python || heap.content(id) || text.text != heap.type_name(id)) return text;
  const uint32_t code = code_of(heap, id);
  const std::string more = code != kNone ? qualified_name(heap, code) : first_attribute(heap, id);
  if (!more.empty()) (text.text += ' ') += more;
  return text;
}

}  // namespace heapdump
