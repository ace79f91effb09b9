#include "heap/site_text.h"
#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = SiteRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.sites(); }
  static Range find(const HeapIndex& heap, uint32_t id) {
    return id < heap.sites().size() ? Range{id, id + 1} : Range{0, 0};
  }
};

uint32_t id_of(OpenHeap& heap, const SiteRow& row) {
  return static_cast<uint32_t>(&row - heap.sites().data());
}

constexpr Column kColumns[] = {
    {"id", kInteger, "0 … n−1; valid only in this dump",
     [](OpenHeap& heap, const SiteRow& row) { return id_of(heap, row); }},
    {"name", kText, "the innermost frame: file, line and, if it is known, the function",
     [](OpenHeap& heap, const SiteRow& row) { return format_site(heap, id_of(heap, row)); }},
    {"frames", kInteger, "rows of site_frame: as many as tracemalloc was asked to keep, and at most 128",
     [](const SiteRow& row) { return row.frames; }},
    {"total_frames", kInteger,
     "frames that the stack had; CPython 3.8 does not keep it, and it is the same as frames there",
     [](const SiteRow& row) { return row.total; }},
};

constexpr int kId = column_named(kColumns, "id");

void plan_sites(const HeapIndex& heap, Plan& plan) { plan_section<Rows>(heap, plan, kId, "id=", true); }

}  // namespace

extern const Table kSiteTable =
    declare_table<SectionCursor<Rows>, kColumns>("site", TableKind::kTable, nullptr, plan_sites);

}  // namespace heapdump
