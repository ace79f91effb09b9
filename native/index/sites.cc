#include "index/sites.h"

#include <algorithm>
#include <string_view>

#include "support/ids.h"

namespace heapdump {
namespace {

const std::string kUnknown;

// A lambda, a comprehension: code within another function, on lines of it.
bool is_anonymous(std::string_view name) { return name.ends_with('>') && name != "<module>"; }

}  // namespace

FunctionLines::FunctionLines(const Definitions& definitions) {
  std::unordered_map<uint64_t, const std::string*> files;
  for (const SourceRecord& source : definitions.sources) files.emplace(source.id, &source.file);
  for (const FunctionRecord& function : definitions.functions) {
    const auto file = files.find(function.source);
    if (file == files.end()) continue;
    by_file_[*file->second].push_back({function.name, function.first_line, function.lines});
  }
}

bool FunctionLines::Function::has(uint64_t line) const {
  const auto after = std::ranges::upper_bound(lines, line, {}, &std::pair<uint64_t, uint64_t>::first);
  return after != lines.begin() && line < std::prev(after)->second;
}

const std::string& FunctionLines::at(const std::string& file, uint64_t line) {
  const auto functions = by_file_.find(file);
  if (functions == by_file_.end()) return kUnknown;
  const auto [at, is_new] = known_[file].try_emplace(line, nullptr);
  if (is_new) at->second = &find(functions->second, line);
  return *at->second;
}

const std::string& FunctionLines::find(const std::vector<Function>& functions, uint64_t line) const {
  const Function* outer = nullptr;
  for (const Function& function : functions) {
    if (function.has(line) && (outer == nullptr || function.first_line < outer->first_line))
      outer = &function;
  }
  if (outer == nullptr || outer->first_line == line) return kUnknown;
  for (const Function& function : functions) {
    // A module that was loaded twice has each function twice.
    const bool is_same = function.name == outer->name && function.first_line == outer->first_line;
    if (function.has(line) && !is_same && !is_anonymous(function.name)) return kUnknown;
  }
  return outer->name;
}

Sites::Sites(const Definitions& definitions, const AddressIds& ids, uint32_t objects, IndexWriter& writer) {
  if (definitions.allocations.empty()) {
    writer.place(Section::kSite, 0);
    return;
  }
  FunctionLines functions(definitions);
  std::unordered_map<uint64_t, const std::string*> files;
  for (const SourceRecord& source : definitions.sources) files.emplace(source.id, &source.file);
  std::unordered_map<uint64_t, const SiteRecord*> records;
  for (const SiteRecord& site : definitions.sites) records.emplace(site.id, &site);

  std::vector<uint32_t> column(objects);  // 0: none
  std::unordered_map<uint64_t, uint32_t> rows;
  for (const AllocationRecord& allocation : definitions.allocations) {
    const uint32_t object = ids.find(allocation.object);
    const auto record = records.find(allocation.site);
    if (object == kNone || record == records.end() || record->second->frames.empty()) continue;
    const auto [row, is_new] = rows.try_emplace(allocation.site, sites_.size() + 1);
    column[object] = row->second;
    if (!is_new) continue;
    Site site{record->second->total, {}};
    for (const auto& [source, line] : record->second->frames) {
      const auto file = files.find(source);
      const std::string& name = file == files.end() ? kUnknown : *file->second;
      site.frames.push_back({name, functions.at(name, line), line});
    }
    sites_.push_back(std::move(site));
  }
  if (sites_.empty()) column.clear();
  writer.place(Section::kSite, column.size() * sizeof(uint32_t));
  writer.write_rows(Section::kSite, 0, column.data(), column.size());
}

}  // namespace heapdump
