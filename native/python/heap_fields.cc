#include "python/heap_fields.h"

#include <algorithm>
#include <cstdlib>

#include "python/releases.h"

namespace heapdump {
namespace {

// These hold for the releases `first` to `last`, which are written as minor * 1000 + micro. A `count` other
// than 0 makes a field an array of as many references, named `name[0]` and so on.
struct FieldRow {
  int first;
  int last;
  int count;
  hd_field field;
};

constexpr FieldRow kFields[] = {
#include "python/heap_fields.inc"
};

// The ends of ranges are releases that were looked at.
int nearest_known(const CPythonLayout& layout, const std::string& version) {
  const Release release = parse_release(version);
  const int wanted = release.minor * 1000 + std::clamp(release.micro, layout.first_micro, layout.last_micro);
  int known = 0;
  for (const FieldRow& row : kFields) {
    for (const int end : {row.first, row.last}) {
      if (end / 1000 == release.minor && (known == 0 || abs(end - wanted) < abs(known - wanted))) known = end;
    }
  }
  return known;
}

}  // namespace

std::vector<hd_field> find_heap_fields(const CPythonLayout& layout, const std::string& version) {
  const int release = nearest_known(layout, version);
  std::vector<hd_field> fields;
  for (const FieldRow& row : kFields) {
    if (release < row.first || release > row.last) continue;
    for (int i = 0; i < row.count; ++i) {
      hd_field& field = fields.emplace_back(row.field);
      field.offset += i * 8;
      const std::string name = row.field.name + ("[" + std::to_string(i) + "]");
      field.name[name.copy(field.name, sizeof field.name - 1)] = '\0';
    }
    if (row.count == 0) fields.push_back(row.field);
  }
  return fields;
}

bool is_thread_field(std::string_view name) {
  return std::ranges::any_of(kFields, [&](const FieldRow& row) {
    return std::string_view(row.field.owner) == "@thread" && row.field.name == name;
  });
}

}  // namespace heapdump
