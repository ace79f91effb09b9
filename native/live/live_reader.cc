#include "live/live_reader.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "process/stat.h"
#include "protocol.h"
#include "support/error.h"

namespace heapdump {
namespace {

// Addresses, of which memory takes what is used.
constexpr uint64_t kArena = uint64_t{1} << 30;
constexpr int kAttempts = 8;
constexpr size_t kHeader = 4;

size_t hash_of(const std::string& messages) { return std::hash<std::string>()(messages); }

bool is_object(hd_lives lives) { return lives == HD_LIVES_OBJECT || lives == HD_LIVES_UNTRAVERSED; }

Lives state_of(hd_lives lives) {
  switch (lives) {
    case HD_LIVES_OBJECT:
      return Lives::kObject;
    case HD_LIVES_UNTRAVERSED:
      return Lives::kUntraversed;
    case HD_LIVES_FREED:
      return Lives::kFreed;
    case HD_LIVES_NONE:
      return Lives::kNoObject;
    case HD_LIVES_TOO_LARGE:
      return Lives::kTooLarge;
    case HD_LIVES_UNREADABLE:
      break;
  }
  return Lives::kUnreadable;
}

LiveReader* reader(void* context) { return static_cast<LiveReader*>(context); }

}  // namespace

LiveReader::LiveReader(pid_t pid, uint64_t start_ticks, uint32_t content_limit)
    : target_(pid), task_(target_, {.limit = content_limit}, {}), cache_(target_.memory) {
  // Its memory is open by now: whoever takes the pid from here on is not read.
  const auto stat = read_stat(pid);
  if (!stat || stat->start_ticks != start_ticks) throw target_ended(pid);
  walk_.layout = task_.layout;
  walk_.types = task_.types;
  walk_.runtime = task_.runtime;
  walk_.pid = task_.pid;
  walk_.content_limit = content_limit;
  walk_.fields = reinterpret_cast<uint64_t>(task_.fields.data());
  walk_.field_count = task_.fields.size();
  void* const arena =
      mmap(nullptr, kArena, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (arena == MAP_FAILED) throw Error(ExitCode::kCaptureFailed, "there is no memory to read the process");
  walk_.arena = {reinterpret_cast<uint64_t>(arena), reinterpret_cast<uint64_t>(arena) + kArena};
  process_ = {
      .context = this,
      .fetch = [](void* context, uint64_t at, void* to, uint64_t size) -> int {
        PageCache& cache = reader(context)->cache_;
        return cache.read(at, to, size) ? 1 : cache.is_exhausted() ? -1 : 0;
      },
      .bytes = [](void* context, uint64_t at,
                  uint64_t size) { return reader(context)->cache_.bytes(at, size); },
      .string = [](void* context, uint64_t at) { return reader(context)->cache_.string(at); },
      .met = [](void* context, uint64_t object) { reader(context)->met_.insert(object); },
      .write = [](void* context, const void* bytes,
                  uint64_t size) { reader(context)->message_.append(static_cast<const char*>(bytes), size); },
  };
  walker_ = hd_live_start(&walk_, &process_);
  if (walker_ == nullptr) {
    munmap(arena, kArena);
    check_alive();
    throw Error(ExitCode::kCannotAttach,
                "the interpreter of process " + std::to_string(pid) + " cannot be read (is it starting up?)");
  }
}

LiveReader::~LiveReader() { munmap(reinterpret_cast<void*>(walk_.arena.start), kArena); }

void LiveReader::check_alive() const {
  if (is_ending(target_.pid)) throw target_ended(target_.pid);
}

// Messages stand one after another: a length, and what is in them.
void LiveReader::take_message() {
  for (size_t at = 0; at + kHeader < message_.size();) {
    uint32_t length;
    std::memcpy(&length, message_.data() + at, sizeof length);
    const auto kind = static_cast<uint8_t>(message_[at + kHeader]);
    std::string whole = message_.substr(at, kHeader + length);
    at += whole.size();
    if (kind == HD_OBJECTS || kind == HD_COLUMNS || kind == HD_SUSPENDED) {
      messages_ += whole;
    } else if (known_definitions_.insert(whole).second) {
      definitions_.push_back(std::move(whole));
    }
  }
  message_.clear();
}

LiveReader::Read LiveReader::read_one(uint64_t address, bool with_references) {
  cache_.allow();
  messages_.clear();
  const hd_lives lives = hd_live_read(walker_, address, with_references);
  take_message();
  if (const char* const status = hd_live_status(walker_)) throw Error(ExitCode::kCaptureFailed, status);
  return {lives, is_object(lives) ? messages_ : "", hd_live_references(walker_)};
}

LiveReader::Look LiveReader::look_at(uint64_t address) {
  cache_.forget();
  met_.clear();
  Look look{.object = read_one(address, true)};
  if (!is_object(look.object.lives)) return look;
  look.dict_at = hd_live_dict(walker_, address);
  if (look.dict_at != 0) look.dict = read_one(look.dict_at, true);
  met_.insert(address);
  // Of these nothing is met but their types, and the types of these.
  while (!met_.empty()) {
    for (const uint64_t referent : std::exchange(met_, {})) {
      if (!look.referents.contains(referent)) look.referents.emplace(referent, read_one(referent, false));
    }
    std::erase_if(met_, [&](uint64_t type) { return look.referents.contains(type); });
  }
  return look;
}

Lives LiveReader::settle(uint64_t address) {
  Lives last = Lives::kUnreadable;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (!cache_.is_mapped(address)) return Lives::kUnmapped;
    Look look = look_at(address);
    if (look.object.lives == HD_LIVES_TOO_LARGE || look.dict.lives == HD_LIVES_TOO_LARGE)
      return Lives::kTooLarge;
    const bool same = look == look_at(address);
    last = same ? state_of(look.object.lives) : Lives::kChanging;
    if (!same || look.object.lives == HD_LIVES_UNREADABLE) continue;
    if (!is_object(look.object.lives)) return last;
    const bool whole =
        (look.dict_at == 0 || is_object(look.dict.lives)) &&
        std::ranges::all_of(look.referents, [](const auto& one) { return is_object(one.second.lives); });
    if (whole) {
      keep(address, std::move(look));
      return last;
    }
    last = Lives::kUnreadable;
  }
  return last;
}

void LiveReader::keep(uint64_t address, Look&& look) {
  std::vector<Used>& used = used_[address];
  if (look.dict_at != 0) {
    used.push_back({look.dict_at, hash_of(look.dict.messages)});
    whole_[look.dict_at] = std::move(look.dict);
  }
  for (auto& [referent, read] : look.referents) {
    if (referent == look.dict_at) continue;
    used.push_back({referent, hash_of(read.messages)});
    headers_[referent] = std::move(read);
  }
  whole_[address] = std::move(look.object);
}

std::vector<Lives> LiveReader::read(const std::vector<uint64_t>& addresses) {
  hd_live_use(&process_, walker_);
  std::vector<Lives> found;
  for (const uint64_t address : addresses) found.push_back(settle(address));
  check_alive();
  for (size_t i = 0; i < addresses.size(); ++i) {
    const auto used = used_.find(addresses[i]);
    if (used == used_.end()) continue;
    const bool same = std::ranges::all_of(used->second, [&](const Used& one) {
      const auto whole = whole_.find(one.address);
      const auto header = headers_.find(one.address);
      return (whole != whole_.end() && hash_of(whole->second.messages) == one.hash) ||
             (header != headers_.end() && hash_of(header->second.messages) == one.hash);
    });
    if (!same) found[i] = Lives::kChanging;
  }
  return found;
}

Transcript LiveReader::transcribe(Sink& sink) {
  hd_live_use(&process_, walker_);
  Transcoder transcoder(sink, task_.content.limit);
  uint64_t objects = 0, references = 0;
  const auto feed = [&](const std::string& messages) {
    transcoder.feed(reinterpret_cast<const uint8_t*>(messages.data()), messages.size());
  };
  for (const std::string& definitions : definitions_) feed(definitions);
  const auto feed_object = [&](const Read& read) {
    feed(read.messages);
    objects++;
    references += read.references;
  };
  for (const auto& [address, read] : whole_) feed_object(read);
  for (const auto& [address, read] : headers_) {
    if (!whole_.contains(address)) feed_object(read);
  }
  hd_live_end(walker_, objects, references);
  feed(std::exchange(message_, {}));
  return transcoder.finish();
}

}  // namespace heapdump
