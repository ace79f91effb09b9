#include "analysis/object_changes.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "analysis/matching.h"
#include "heap/label.h"

namespace heapdump {
namespace {

// A reference by its name: a path's text depends on what else is known of the object.
struct Item {
  std::string name;
  uint64_t key;  // the address of a dict's key; 0: it is no entry of a dict
  uint32_t held;
  bool is_field;  // of C code
  bool is_tail;   // stands behind those that the type names
  bool is_matched = false;
};

std::string value_text(const HeapIndex& heap, uint32_t id) {
  const std::optional<Content> content = heap.content(id);
  if (!content) return "<" + std::string(heap.type_name(id)) + ">";
  if (content->is_text) return repr(content->bytes, content->cut);
  return std::string(content->bytes) + (content->cut ? "…" : "");
}

class Items {
 public:
  Items(const HeapIndex& heap, uint32_t id) : heap_(heap), id_(id) {
    uint32_t dict = kNone;
    const Range rows = heap.positions(id);
    for (uint64_t position = 0; position < rows.size(); ++position) {
      const uint32_t held = heap.target(rows.begin + position);
      if (held == kNone) continue;
      if (heap.type_name(held) == "dict" && label_of(heap, id, position) == "__dict__") {
        dict = held;
      } else {
        add(id, position, held);
      }
    }
    if (dict == kNone) return;
    // Since CPython 3.13 values stand in the instance and, once it was asked for, in the dict.
    std::unordered_set<std::string> known;
    for (const Item& item : items_) known.insert(item.name);
    const Range entries = heap.positions(dict);
    for (uint64_t position = 0; position < entries.size(); ++position) {
      const uint32_t held = heap.target(entries.begin + position);
      if (held == kNone) continue;
      const size_t before = items_.size();
      add(dict, position, held);
      if (items_.size() > before && known.contains(items_.back().name)) items_.pop_back();
    }
  }

  std::vector<Item>& all() { return items_; }
  bool has_tail() const { return heap_.positions(id_).size() > heap_.shape(id_).named; }
  // Whether what stands behind the named references is of the same kinds: an interpreter's table of strings,
  // which does not hold them, looks like a dict to whoever has not looked for it.
  bool has_tail_of(const Items& other) const {
    const ShapeRow &a = heap_.shape(id_), &b = other.heap_.shape(other.id_);
    return std::equal(a.tail, a.tail + a.tail_count, b.tail, b.tail + b.tail_count);
  }
  // Whether its type names a field so, be it empty.
  bool names(const std::string& name) const {
    const ShapeRow& shape = heap_.shape(id_);
    for (uint64_t position = 0; position < shape.named; ++position) {
      if ("." + label_of(heap_, id_, position).value_or("") == name) return true;
    }
    return false;
  }

 private:
  // The attributes of an object are entries of its dict, or stand in itself.
  void add(uint32_t holder, uint64_t position, uint32_t held) {
    const uint8_t kind = heap_.kind(holder, position);
    const std::optional<std::string> label = label_of(heap_, holder, position);
    if (kind == HD_REF_KEY || kind == HD_REF_TYPE ||
        ((kind == HD_REF_OTHER || kind == HD_REF_WEAK) && !label))
      return;
    Item item{"", 0, held, kind == HD_REF_FIELD, holder == id_ && position >= heap_.shape(holder).named};
    if (kind == HD_REF_VALUE) {
      const uint32_t key = position == 0 ? kNone : heap_.target(heap_.positions(holder).begin + position - 1);
      item.key = key == kNone ? 0 : heap_.address(key);
      const std::string text = key == kNone ? "?" : value_text(heap_, key);
      const std::optional<Content> content = key == kNone ? std::nullopt : heap_.content(key);
      const bool is_name = holder != id_ && content && content->is_text && !content->cut;
      item.name = is_name ? "." + std::string(content->bytes) : "[" + text + "]";
    } else if (kind == HD_REF_ITEM) {
      item.name = label ? "[" + *label + "]" : "<element " + value_text(heap_, held) + ">";
    } else if (kind == HD_REF_LOCAL) {
      item.name = ".f_locals[" + repr(label.value_or("?"), false) + "]";
    } else {
      item.name = "." + label.value_or("?");
    }
    items_.push_back(std::move(item));
  }

  const HeapIndex& heap_;
  uint32_t id_;
  std::vector<Item> items_;
};

bool same_type(const HeapIndex& old, uint32_t before, const HeapIndex& now, uint32_t after) {
  const TypeRow &a = old.types()[old.type(before)], &b = now.types()[now.type(after)];
  return a.address == b.address && old.text(a.name) == now.text(b.name);
}

class Comparison {
 public:
  Comparison(const HeapIndex& old, uint32_t before, const HeapIndex& now, uint32_t after, bool is_whole)
      : old_(old),
        now_(now),
        before_(before),
        after_(after),
        was_(old, before),
        is_(now, after),
        same_tails_(is_.has_tail_of(was_)),
        knows_tail_(same_tails_ && (is_whole || is_.has_tail())) {}

  std::vector<ObjectChange> run() {
    compare_content();
    compare_lines();
    if (!same_tails_) changes_.push_back({ObjectChange::Kind::kUnknown, "entries"});
    // First what is as it was, so that of equal parts the others remain.
    match([](const HeapIndex& heap,
             const Item& item) { return item.name + " " + std::to_string(heap.address(item.held)); },
          true);
    match([](const HeapIndex&, const Item& item) { return item.key == 0 ? "" : std::to_string(item.key); });
    match([](const HeapIndex&, const Item& item) { return item.name; });
    for (const Item& item : was_.all()) {
      if (item.is_matched || (item.is_tail && !knows_tail_)) continue;
      if (item.is_field && !is_.names(item.name)) {
        changes_.push_back({ObjectChange::Kind::kUnknown, item.name});
      } else {
        changes_.push_back({ObjectChange::Kind::kReference, item.name, item.held});
      }
    }
    for (const Item& item : is_.all()) {
      if (!item.is_matched && (same_tails_ || !item.is_tail))
        changes_.push_back({ObjectChange::Kind::kReference, item.name, kNone, item.held});
    }
    return std::move(changes_);
  }

 private:
  bool is_same(const Item& a, const Item& b) const {
    return old_.address(a.held) == now_.address(b.held) && same_type(old_, a.held, now_, b.held) &&
           same_content(old_, a.held, now_, b.held);
  }

  void compare_content() {
    const auto a = old_.content(before_), b = now_.content(after_);
    if (!a && !b) return;
    if (!same_content(old_, before_, now_, after_)) {
      changes_.push_back({ObjectChange::Kind::kContent, ""});
    } else if (!a || a->cut || !b || b->cut) {
      changes_.push_back({ObjectChange::Kind::kUnknown, "content"});
    }
  }

  void compare_lines() {
    const SuspendedRow *a = old_.suspended(before_), *b = now_.suspended(after_);
    if (a == nullptr && b == nullptr) {
      // One that has ended has no locals and no frame any more.
      const auto is_of_frame = [](const Item& item) {
        return item.name.starts_with(".f_locals[") || item.name.ends_with("_frame");
      };
      const std::string_view type = old_.type_name(before_);
      const bool may_run = type == "generator" || type == "coroutine" || type == "async_generator";
      if (may_run && std::ranges::any_of(was_.all(), is_of_frame))
        changes_.push_back({ObjectChange::Kind::kUnknown, "line"});
      return;
    }
    const auto words = [](const SuspendedRow* row) {
      return row == nullptr ? std::string("running or ended") : "line " + std::to_string(row->line);
    };
    if (a != nullptr && b != nullptr && a->line == b->line && a->has_begun == b->has_begun) return;
    changes_.push_back({ObjectChange::Kind::kLine, words(a) + " → " + words(b)});
  }

  // Pairs of equal keys, in their order; an empty key has no pair. The time of both lists.
  template <typename Key>
  void match(Key key, bool only_same = false) {
    std::unordered_map<std::string, std::deque<Item*>> left;
    for (Item& item : is_.all()) {
      if (!item.is_matched) left[key(now_, item)].push_back(&item);
    }
    for (Item& item : was_.all()) {
      const std::string wanted = item.is_matched ? "" : key(old_, item);
      const auto found = wanted.empty() ? left.end() : left.find(wanted);
      if (found == left.end() || found->second.empty()) continue;
      Item& other = *found->second.front();
      const bool same = is_same(item, other);
      if (only_same && !same) continue;
      found->second.pop_front();
      item.is_matched = other.is_matched = true;
      if (!same) changes_.push_back({ObjectChange::Kind::kReference, item.name, item.held, other.held});
    }
  }

  const HeapIndex &old_, &now_;
  const uint32_t before_, after_;
  Items was_, is_;
  const bool same_tails_, knows_tail_;
  std::vector<ObjectChange> changes_;
};

}  // namespace

std::vector<ObjectChange> object_changes(const HeapIndex& old, uint32_t before, const HeapIndex& now,
                                         uint32_t after, bool is_whole) {
  const std::vector<ObjectChange> other = {{ObjectChange::Kind::kObject, ""}};
  if (!same_type(old, before, now, after)) return other;
  std::vector<ObjectChange> changes = Comparison(old, before, now, after, is_whole).run();
  const auto is_change = [](const ObjectChange& change) {
    return change.kind != ObjectChange::Kind::kUnknown;
  };
  const std::string_view type = old.type_name(before);
  const bool never_changes = is_immutable(type) || type == "tuple" || type == "frozenset";
  return never_changes && std::ranges::any_of(changes, is_change) ? other : changes;
}

}  // namespace heapdump
