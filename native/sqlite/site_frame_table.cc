#include "heap/site_text.h"
#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = SiteFrameRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.site_frames(); }
  static Range find(const HeapIndex& heap, uint32_t site) {
    if (site >= heap.sites().size()) return {0, 0};
    const SiteRow& row = heap.sites()[site];
    return {row.first_frame, uint64_t{row.first_frame} + row.frames};
  }
};

constexpr Column kColumns[] = {
    {"site", kInteger, "site.id of the stack", [](const SiteFrameRow& row) { return row.site; }},
    {"depth", kInteger, "0 for the innermost frame, then counted outward",
     [](OpenHeap& heap, const SiteFrameRow& row) {
       return &row - heap.site_frames().data() - heap.sites()[row.site].first_frame;
     }},
    {"name", kText, "file, line and, if it is known, the function",
     [](OpenHeap& heap, const SiteFrameRow& row) { return format_site_frame(heap, row); }},
    {"file", kText, "co_filename of the code; <unknown> if no Python code ran",
     [](OpenHeap& heap, const SiteFrameRow& row) { return heap.text(row.file); }},
    {"line", kInteger, "line that was running, from 1; 0 if it is not known",
     [](const SiteFrameRow& row) { return row.line; }},
    {"function", kText,
     "function that has the line (3.11 and newer: its qualified name); NULL if that is not sure: the code "
     "has "
     "been freed, or it is the line of a def",
     [](OpenHeap& heap, const SiteFrameRow& row) { return or_null(heap.text(row.function)); }},
};

constexpr int kSite = column_named(kColumns, "site");

void plan_frames(const HeapIndex& heap, Plan& plan) { plan_section<Rows>(heap, plan, kSite, "site=", false); }

}  // namespace

extern const Table kSiteFrameTable =
    declare_table<SectionCursor<Rows>, kColumns>("site_frame", TableKind::kTable, nullptr, plan_frames);

}  // namespace heapdump
