#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = FrameRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.frames(); }
};

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of the frame object; NULL if the interpreter had created none",
     [](const FrameRow& row) { return Id{row.object}; }},
    {"thread", kInteger, "thread.id of the thread that runs it; NULL if a suspended greenlet has it",
     [](const FrameRow& row) { return row.greenlet == kNone ? std::optional(row.thread) : std::nullopt; }},
    {"greenlet", kInteger, "object.id of the suspended greenlet that has it; NULL if a thread runs it",
     [](const FrameRow& row) { return Id{row.greenlet}; }},
    {"depth", kInteger, "0 for the innermost frame of the thread or greenlet, then counted outward",
     [](const FrameRow& row) { return row.depth; }},
    {"function", kText, "name of the function, without its class (co_name)",
     [](OpenHeap& heap, const FrameRow& row) { return heap.text(row.function); }},
    {"file", kText, "co_filename of its code",
     [](OpenHeap& heap, const FrameRow& row) { return heap.text(row.file); }},
    {"line", kInteger, "line that was running, or is to go on, from 1",
     [](const FrameRow& row) { return row.line; }},
};

}  // namespace

extern const Table kFrameTable =
    declare_table<SectionCursor<Rows>, kColumns>("frame", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
