#include "analysis/holder_groupings.h"

#include "support/number_sets.h"

namespace heapdump {
namespace {

constexpr const char* kNothing = "(nothing)";
// Of a set of millions of indexes, these say enough.
constexpr size_t kMaxNames = 100;

std::string joined(std::vector<std::string> names) {
  if (names.empty()) return kNothing;
  std::ranges::sort(names);
  const auto again = std::ranges::unique(names);
  names.erase(again.begin(), again.end());
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMaxNames); ++i) (text += i == 0 ? "" : ", ") += names[i];
  if (names.size() > kMaxNames) text += " and " + std::to_string(names.size() - kMaxNames) + " more";
  return text;
}

// The members of a set are found one by one, often the same ones again and again: the references to `None`
// are millions, and its holders of few kinds.
class Gathering {
 public:
  void begin() {
    members_.clear();
    if (++round_ == 0) std::ranges::fill(seen_, 0), round_ = 1;
  }
  // Of numbers that are dense.
  void add(uint32_t member) {
    if (member >= seen_.size()) seen_.resize(std::max<size_t>(member + 1, seen_.size() * 2));
    if (seen_[member] == round_) return;
    seen_[member] = round_;
    members_.push_back(member);
  }
  std::vector<uint32_t>& members() { return members_; }

 private:
  std::vector<uint32_t> members_, seen_;
  uint32_t round_ = 0;
};

class ByReferrers : public Grouping {
 public:
  ByReferrers(Groupings& groupings, Grouping& of_holders)
      : references_(groupings.references()), owners_(groupings.dict_owners()), of_holders_(of_holders) {}

  uint32_t of(uint32_t id) override {
    gathering_.begin();
    uint32_t last = kNone;
    references_.holders(id, [&](uint32_t source, uint64_t) {
      if (source != last) gathering_.add(of_holders_.of(owners_.whole(source)) + 1);
      last = source;
      return true;
    });
    return sets_.number(gathering_.members());
  }
  uint32_t count() const override { return sets_.count(); }
  std::string name(uint32_t group) const override {
    std::vector<std::string> names;
    for (const uint32_t number : sets_.members_of(group))
      names.push_back(number == 0 ? "(none)" : of_holders_.name(number - 1));
    return joined(std::move(names));
  }

 private:
  const StrongReferences& references_;
  const DictOwners& owners_;
  Grouping& of_holders_;
  Gathering gathering_;
  NumberSets sets_;  // of the groups + 1
};

class ByWays : public Grouping {
 public:
  explicit ByWays(Groupings& groupings) : references_(groupings.references()), ways_(groupings.ways()) {}

  uint32_t of(uint32_t id) override {
    members_.clear();
    size_t many = kMany;
    references_.holders(id, [&](uint32_t source, uint64_t position) {
      members_.push_back(ways_.shown(ways_.of(source, position)));
      if (members_.size() >= many) {
        compact();
        many = std::max(kMany, 2 * members_.size());
      }
      return true;
    });
    return sets_.number(members_);
  }
  uint32_t count() const override { return sets_.count(); }
  std::string name(uint32_t group) const override {
    std::vector<std::string> names;
    for (const uint32_t way : sets_.members_of(group)) names.push_back(ways_.name(way));
    return joined(std::move(names));
  }

 private:
  static constexpr size_t kMany = 1 << 16;

  void compact() {
    std::ranges::sort(members_);
    const auto again = std::ranges::unique(members_);
    members_.erase(again.begin(), again.end());
  }

  const StrongReferences& references_;
  Ways& ways_;
  std::vector<uint32_t> members_;
  NumberSets sets_;
};

class BySeveral : public Grouping {
 public:
  explicit BySeveral(std::vector<Grouping*> groupings) : groupings_(std::move(groupings)) {}

  uint32_t of(uint32_t id) override {
    uint64_t hash = 0;
    group_.clear();
    for (Grouping* grouping : groupings_) {
      group_.push_back(grouping->of(id));
      hash = (hash ^ group_.back()) * 0x9e3779b97f4a7c15;
      hash ^= hash >> 29;
    }
    const size_t width = groupings_.size();
    const uint32_t known = numbers_.find(hash, [&](uint32_t number) {
      return std::equal(group_.begin(), group_.end(),
                        members_.begin() + static_cast<ptrdiff_t>(number * width));
    });
    if (known != kNone) return known;
    members_.insert(members_.end(), group_.begin(), group_.end());
    return numbers_.add(hash);
  }
  uint32_t count() const override { return numbers_.count(); }
  std::string name(uint32_t group) const override {
    std::string text;
    for (size_t i = 0; i < groupings_.size(); ++i) {
      if (i > 0) text += "; ";
      text += groupings_[i]->name_or_none(members_[group * groupings_.size() + i]).value_or("(none)");
    }
    return text;
  }

 private:
  std::vector<Grouping*> groupings_;
  HashNumbers numbers_;
  std::vector<uint32_t> members_;  // one group of each grouping for each number
  std::vector<uint32_t> group_;
};

}  // namespace

std::unique_ptr<Grouping> by_referrers(Groupings& groupings, Grouping& of_holders) {
  return std::make_unique<ByReferrers>(groupings, of_holders);
}
std::unique_ptr<Grouping> by_ways(Groupings& groupings) { return std::make_unique<ByWays>(groupings); }
std::unique_ptr<Grouping> by_several(std::vector<Grouping*> groupings) {
  return std::make_unique<BySeveral>(std::move(groupings));
}

}  // namespace heapdump
