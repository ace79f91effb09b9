#pragma once
#include <cstdint>

#include "sqlite/table.h"

namespace heapdump {

// Rows of a small section of the index. `Rows` says which: `all` gives them, and `find` those of an object.
template <typename Rows>
class SectionCursor : public CursorOf<typename Rows::Row> {
 public:
  explicit SectionCursor(OpenHeap& heap) : rows_(Rows::all(heap)), heap_(heap) {}

  void filter(const Scan& scan) override {
    range_ = {0, rows_.size()};
    if constexpr (requires { Rows::find(heap_, 0); }) {
      if (!scan.values.empty()) range_ = Rows::find(heap_, id_of(scan.values[0], heap_.objects()));
    }
    skip();
  }
  bool eof() const override { return range_.begin == range_.end; }
  void next() override {
    range_.begin++;
    skip();
  }
  int64_t rowid() const override { return static_cast<int64_t>(range_.begin); }

 private:
  void skip() {
    if constexpr (requires { Rows::exists(rows_[0]); }) {
      while (range_.begin < range_.end && !Rows::exists(rows_[range_.begin])) range_.begin++;
    }
    if (!eof()) this->stand_on(&rows_[range_.begin]);
  }

  const std::span<const typename Rows::Row> rows_;
  const HeapIndex& heap_;
  Range range_{};
};

template <typename Rows>
Estimate section_estimate(const HeapIndex* heap) {
  const auto rows = static_cast<double>(Rows::all(*heap).size());
  return {rows + 4, rows};
}

// Rows are found by the column `key`, which has an id.
template <typename Rows>
void plan_section(const HeapIndex& heap, Plan& plan, int key, const char* shown, bool unique) {
  if (plan.use_equal(key, shown)) return plan.answer(1, 4, 1, unique);
  const auto [cost, rows] = section_estimate<Rows>(&heap);
  plan.answer(0, cost, rows);
}

}  // namespace heapdump
