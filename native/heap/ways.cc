#include "heap/ways.h"

#include <algorithm>
#include <charconv>

#include "heap/key_text.h"
#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/python_name.h"
#include "protocol.h"
#include "support/bits.h"

namespace heapdump {
namespace {

constexpr uint32_t kNoName = UINT32_MAX - 1;

// The number that an int is, if it may be the index of a sequence; else kNone.
uint32_t index_in(std::string_view digits) {
  uint32_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool is_plain = error == std::errc() && end == digits.data() + digits.size() &&
                        (digits[0] != '0' || digits.size() == 1);
  return is_plain && index < 1u << 30 ? index : kNone;
}

}  // namespace

Ways::Ways(const HeapIndex& heap, const DictOwners& owners)
    : heap_(heap),
      owners_(owners),
      keys_(names_.number(".keys()")),
      element_(names_.number("<element>")),
      unnamed_(names_.number("<unnamed>")),
      open_(names_.number("[…]")),
      of_field_(heap.fields().size()),
      contents_(heap),
      class_of_key_(heap.objects()) {}

uint32_t Ways::of(uint32_t source, uint64_t position) { return of(source, position, false); }

uint32_t Ways::of(uint32_t source, uint64_t position, bool is_plain) {
  const ShapeRow& shape = heap_.shape(source);
  if (position < shape.named) {
    const uint64_t row = shape.first_field + position;
    return row < of_field_.size() ? field(static_cast<uint32_t>(row)) : unnamed_;
  }
  if (shape.tail_count == 0) return unnamed_;
  const uint64_t beyond = position - shape.named;
  const uint8_t kind = shape.tail[beyond % shape.tail_count];
  switch (kind & ~HD_REF_INDEXED) {
    case HD_REF_KEY:
      return keys_;
    case HD_REF_VALUE:
      return value(source, position, is_plain);
    case HD_REF_ITEM:
      if ((kind & HD_REF_INDEXED) == 0) return element_;
      return kIndex | static_cast<uint32_t>(std::min<uint64_t>(beyond / shape.tail_count, kNumber));
    default:
      if ((kind & HD_REF_INDEXED) == 0) return unnamed_;
      return kIndex | static_cast<uint32_t>(std::min<uint64_t>(beyond / shape.tail_count, kNumber));
  }
}

uint32_t Ways::field(uint32_t row) {
  uint32_t& known = of_field_[row];
  if (known != 0) return known - 1;
  const FieldRow& field = heap_.fields()[row];
  const std::string label(heap_.text(field.label));
  const uint32_t way = label.empty()                ? unnamed_
                       : field.kind == HD_REF_LOCAL ? named(".f_locals[" + repr(label, false) + "]")
                                                    : named("." + label);
  known = way + 1;
  return way;
}

uint32_t Ways::value(uint32_t source, uint64_t position, bool is_plain) {
  if (position == 0 || heap_.kind(source, position - 1) != HD_REF_KEY) return unnamed_;
  const Range rows = heap_.positions(source);
  const uint32_t key = position <= rows.size() ? heap_.target(rows.begin + position - 1) : kNone;
  if (key == kNone) return unnamed_;
  const uint32_t number = key_class(key);
  if (number == kNone) return kObject | (key & kNumber);
  if (is_plain || owners_.of(source) == kNone) return kKey | number;
  const uint32_t way = attribute(number);
  return way == kNoName ? kKey | number : way;
}

uint32_t Ways::key_class(uint32_t key) {
  uint32_t& known = class_of_key_[key];
  if (known == 0) known = contents_.of(key) + 1;
  if (known != 0) return known - 1;
  return kNone;
}

uint32_t Ways::attribute(uint32_t number) {
  if (number >= attribute_.size()) attribute_.resize(contents_.count());
  if (attribute_[number] == 0) {
    const auto name = whole_str(heap_, contents_.example(number));
    attribute_[number] = (name && is_python_name(*name) ? named("." + std::string(*name)) : kNoName) + 1;
  }
  return attribute_[number] - 1;
}

std::string Ways::name(uint32_t way) const {
  const uint32_t number = way & kNumber;
  switch (way & kTags) {
    case kNamed:
      return names_.name(number);
    case kIndex:
      return "[" + std::to_string(number) + "]";
    default: {
      const auto [text, is_python] =
          key_text(heap_, (way & kTags) == kKey ? contents_.example(number) : number);
      return is_python ? "[" + text + "]" : "[<" + text + ">]";
    }
  }
}

void Ways::count_users() {
  counted_ = true;
  std::vector<uint32_t> of_length;
  Bits seen(heap_.objects());
  for (uint32_t id = 0; id < heap_.objects(); ++id) {
    const ShapeRow& shape = heap_.shape(id);
    if (shape.tail_count == 0) continue;
    const Range rows = heap_.positions(id);
    if (rows.size() <= shape.named) continue;
    if ((shape.tail[0] & HD_REF_INDEXED) != 0) {
      const uint64_t length = std::min<uint64_t>((rows.size() - shape.named) / shape.tail_count, kNumber);
      if (length >= of_length.size()) of_length.resize(length + 1);
      of_length[length]++;
    } else if (shape.tail[0] == HD_REF_KEY) {
      const bool has_attributes = owners_.of(id) != kNone;
      for (uint64_t row = rows.begin + shape.named; row < rows.end; row += shape.tail_count) {
        const uint32_t key = heap_.target(row);
        if (key == kNone) continue;
        const uint32_t number = key_class(key);
        if (number == kNone) {
          if (!seen.add(key)) users_of_object_[key] = 2;
        } else if (!has_attributes || attribute(number) == kNoName) {
          if (number >= users_.size()) users_.resize(std::max<size_t>(number + 1, users_.size() * 2));
          users_[number]++;
        }
      }
    }
  }
  longer_.resize(of_length.size());
  uint32_t longer = 0;
  for (size_t length = of_length.size(); length-- > 0;) {
    longer_[length] = longer;
    longer += of_length[length];
  }
}

uint32_t Ways::holders_of_index(uint32_t index) const { return index < longer_.size() ? longer_[index] : 0; }

uint32_t Ways::shown(uint32_t way) {
  if ((way & kTags) == kNamed) return way;
  if (!counted_) count_users();
  const uint32_t number = way & kNumber;
  switch (way & kTags) {
    case kIndex: {
      const uint32_t users = holders_of_index(number);
      const uint32_t as_key = users < 2 ? contents_.find(std::to_string(number)) : kNone;
      return users + (as_key == kNone || as_key >= users_.size() ? 0 : users_[as_key]) > 1 ? way : open_;
    }
    case kKey: {
      // An int is the same way as an index.
      const Content key = heap_.content(contents_.example(number)).value_or(Content{});
      const uint32_t index = key.is_text || key.cut ? kNone : index_in(key.bytes);
      const uint32_t users =
          (number < users_.size() ? users_[number] : 0) + (index == kNone ? 0 : holders_of_index(index));
      return users < 2 ? open_ : index == kNone ? way : kIndex | index;
    }
    default:
      return users_of_object_.contains(number) ? way : open_;
  }
}

}  // namespace heapdump
