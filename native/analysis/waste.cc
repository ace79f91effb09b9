#include "analysis/waste.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "analysis/code_parts.h"
#include "analysis/equal_contents.h"
#include "analysis/sample.h"
#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/path_step.h"
#include "heap/root_path.h"
#include "heap/type_path.h"
#include "protocol.h"

namespace heapdump {
namespace {

const std::unordered_set<std::string_view> kTexts = {"str", "bytes"};
const std::unordered_set<std::string_view> kNumbers = {"int", "float", "complex"};
// By name, with the references that an entry is.
const std::unordered_map<std::string_view, uint64_t> kEntry = {{"list", 1},
                                                               {"set", 1},
                                                               {"dict", 2},
                                                               {"collections.deque", 1},
                                                               {"collections.defaultdict", 2},
                                                               {"collections.OrderedDict", 2}};

// A container is sparse if it takes so many times what others with as many entries take, and so many bytes
// more.
constexpr uint64_t kSparse = 3;
constexpr uint64_t kMinSparse = 512;

// Object header, collector header; Py_TPFLAGS_LONG_SUBCLASS … Py_TPFLAGS_TYPE_SUBCLASS.
constexpr uint64_t kPlainInstance = 16 + 16;
constexpr uint64_t kOfBuiltin = uint64_t{0xff} << 24;

class WasteFinder {
 public:
  WasteFinder(const HeapIndex& heap, const TypeRoles& roles, Owners& owners, bool all, const Bits* of)
      : heap_(heap), roles_(roles), owners_(owners), code_(heap, roles), all_(all), of_(of) {
    for (const TypeRow& type : heap.types()) {
      const auto at = kEntry.find(heap.text(type.name));
      entry_.push_back(at == kEntry.end() ? 0 : at->second);
    }
  }

  std::vector<Waste> find() {
    find_duplicates();
    find_containers();
    find_slots();
    std::ranges::stable_sort(found_, std::greater{}, &Waste::wasted);
    return std::move(found_);
  }

 private:
  void find_duplicates() {
    std::vector<bool> texts, both;
    for (const TypeRow& type : heap_.types()) {
      texts.push_back(kTexts.contains(heap_.text(type.name)));
      both.push_back(texts.back() || kNumbers.contains(heap_.text(type.name)));
    }
    const auto counts = [this](uint32_t id) { return !is_left_out(id); };
    for (const EqualContents& equal : find_equal_contents(heap_, both, kMinWaste, counts)) {
      const uint32_t type = heap_.type(equal.first);
      const uint64_t size = heap_.size(equal.first);
      found_.push_back({texts[type] ? WasteKind::kDuplicate : WasteKind::kBoxes,
                        type,
                        equal.first,
                        equal.count,
                        size * equal.count,
                        size * (equal.count - 1),
                        !heap_.content(equal.first)->cut,
                        owner_of_most(equal.sample),
                        {}});
    }
  }

  bool is_chosen(uint32_t id) const { return of_ == nullptr || (*of_)[id]; }
  bool is_left_out(uint32_t id) { return !is_chosen(id) || (!all_ && code_.is_part(id)); }

  std::string owner_of_most(const std::vector<uint32_t>& objects) {
    std::map<uint32_t, size_t> counts;
    for (const uint32_t id : objects) counts[owners_.of(id)]++;
    const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    return most == counts.end() || most->first == 0 || most->second * 2 <= objects.size()
               ? std::string()
               : owners_.name(most->first);
  }

  uint64_t entry_count(uint32_t id, uint32_t type) const { return heap_.positions(id).size() / entry_[type]; }

  // What a container of that type takes that holds so many: the least that one of the dump takes with as
  // many.
  using MinSizes = std::map<uint64_t, uint64_t>;
  std::unordered_map<uint32_t, MinSizes> min_sizes() const {
    std::unordered_map<uint32_t, MinSizes> sizes;
    for (uint32_t type = 0; type < entry_.size(); ++type) {
      if (entry_[type] == 0) continue;
      MinSizes& least = sizes[type];
      const Range ranks = heap_.instances(type);
      for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
        const uint32_t id = heap_.by_type(rank);
        if (id == kNone) continue;
        const auto [at, inserted] = least.try_emplace(entry_count(id, type), heap_.size(id));
        if (!inserted) at->second = std::min(at->second, heap_.size(id));
      }
      // One with more entries would hold these, too.
      uint64_t size = UINT64_MAX;
      for (auto at = least.rbegin(); at != least.rend(); ++at) size = at->second = std::min(size, at->second);
    }
    return sizes;
  }

  using Sample = std::vector<uint32_t>;
  using Rows =
      std::map<std::pair<std::string, uint32_t>, std::pair<Waste, Sample>>;  // by what holds them, and type

  void find_containers() {
    Rows empty, sparse;
    for (const auto& [type, least] : min_sizes()) {
      const Range ranks = heap_.instances(type);
      for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
        const uint32_t id = heap_.by_type(rank);
        if (id == kNone || heap_.is_garbage(id)) continue;
        const uint64_t entries = entry_count(id, type), size = heap_.size(id), needed = least.at(entries);
        const bool is_sparse = size >= kSparse * needed && size - needed >= kMinSparse;
        if ((entries > 0 && !is_sparse) || namespace_holder(heap_, id) != kNone || is_left_out(id)) continue;
        std::string place = what(id);
        if (!all_ && place.ends_with(".__annotations__")) continue;
        const WasteKind kind = is_sparse ? WasteKind::kSparse : WasteKind::kEmpty;
        auto& [row, sample] =
            (is_sparse ? sparse : empty)
                .try_emplace({std::move(place), type},
                             std::pair(Waste{kind, type, id, 0, 0, 0, true, {}, {}}, Sample()))
                .first->second;
        add_first(sample, id);
        row.count++;
        row.size += size;
        row.wasted += is_sparse ? size - needed : size;
      }
    }
    take(empty, kMinWaste);
    take(sparse, 1);
  }

  void take(Rows& rows, uint64_t least) {
    for (auto& [key, found] : rows) {
      auto& [row, sample] = found;
      if (row.count < least) continue;
      row.what = key.first;
      row.owner = owner_of_most(sample);
      found_.push_back(std::move(row));
    }
  }

  // What holds it, and as what.
  std::string what(uint32_t id) const {
    const uint32_t holder = heap_.path_parent(id);
    if (holder == id || holder == kNone) return "a root";
    const uint32_t whole = namespace_holder(heap_, holder);
    const std::string step = format_pattern(heap_, step_between(heap_, holder, id), whole);
    const uint32_t owner = whole == kNone ? holder : whole;
    if (is_type_object(heap_, owner)) return format_type(heap_, owner) + step;
    return (roles_.is_module(heap_.type(owner)) ? format_path(heap_, owner)
                                                : "<" + std::string(heap_.type_name(owner)) + ">") +
           step;
  }

  // Instances of one class that all have the same attributes, in a dict of their own or in themselves.
  void find_slots() {
    for (uint32_t type = 0; type < heap_.types().size(); ++type) {
      const TypeRow& row = heap_.types()[type];
      if (row.count < kMinWaste || !roles_.is_application(type) || (row.flags & kOfBuiltin) != 0) continue;
      if (const auto waste = slots_of(type)) found_.push_back(*waste);
    }
  }

  std::optional<Waste> slots_of(uint32_t type) {
    Waste waste{WasteKind::kSlots, type, kNone, 0, 0, 0, true, {}, {}};
    std::vector<uint32_t> names, own;
    Sample sample;
    const Range ranks = heap_.instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
      const uint32_t id = heap_.by_type(rank);
      if (id == kNone || heap_.is_garbage(id) || !is_chosen(id)) continue;
      const uint32_t dict = field_of(heap_, id, "__dict__");
      if (dict != kNone && heap_.referrers(dict).size() != 1) return std::nullopt;
      if (!attributes(id, dict, own)) return std::nullopt;
      if (waste.count == 0) names = own;
      if (names != own || own.empty()) return std::nullopt;
      const uint64_t now = heap_.size(id) + (dict == kNone ? 0 : heap_.size(dict));
      const uint64_t then = kPlainInstance + 8 * own.size();
      if (waste.count++ == 0) waste.example = id;
      add_first(sample, id);
      waste.size += now;
      waste.wasted += now > then ? now - then : 0;
    }
    if (waste.count < kMinWaste || waste.wasted == 0) return std::nullopt;
    waste.owner = owner_of_most(sample);
    return waste;
  }

  // What tells the attributes of an instance: ids of their names in its dict, or its shape and their number.
  // False if it has none that it keeps by itself, or names that are not known.
  bool attributes(uint32_t id, uint32_t dict, std::vector<uint32_t>& names) const {
    names.clear();
    if (dict != kNone) {
      const Range rows = heap_.positions(dict);
      for (uint64_t row = rows.begin; row < rows.end; row += 2) names.push_back(heap_.target(row));
      return true;
    }
    const ShapeRow& shape = heap_.shape(id);
    const Range rows = heap_.positions(id);
    for (uint32_t i = 0; i < shape.named && i < rows.size(); ++i) {
      const FieldRow& field = heap_.fields()[shape.first_field + i];
      if (field.kind == HD_REF_SLOT) return false;
      if (field.kind != HD_REF_ATTRIBUTE || heap_.target(rows.begin + i) == kNone) continue;
      names.push_back(field.label.offset);
    }
    return !names.empty();
  }

  const HeapIndex& heap_;
  const TypeRoles& roles_;
  Owners& owners_;
  CodeParts code_;
  const bool all_;
  const Bits* of_;
  std::vector<uint64_t> entry_;  // by row of types(): references that an entry is; 0: no container
  std::vector<Waste> found_;
};

}  // namespace

std::vector<Waste> find_waste(const HeapIndex& heap, const TypeRoles& roles, Owners& owners, bool all,
                              const Bits* of) {
  return WasteFinder(heap, roles, owners, all, of).find();
}

}  // namespace heapdump
