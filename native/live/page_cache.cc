#include "live/page_cache.h"

#include <algorithm>
#include <cstring>

namespace heapdump {
namespace {

constexpr size_t kMaxName = 1000;

}  // namespace

const PageCache::Page* PageCache::page(uint64_t number) {
  if (last_ != nullptr && number == last_number_) return last_;
  if (pages_.size() >= kKept && !pages_.contains(number)) forget();
  std::unique_ptr<Page>& page = pages_[number];
  if (page == nullptr) {
    auto read = std::make_unique<Page>();
    if (left_ == 0 || !memory_.try_read(number * kPage, read->data(), kPage)) {
      pages_.erase(number);
      return nullptr;
    }
    left_--;
    page = std::move(read);
  }
  last_number_ = number;
  last_ = page.get();
  return last_;
}

bool PageCache::read(uint64_t address, void* to, uint64_t size) {
  auto* out = static_cast<uint8_t*>(to);
  while (size > 0) {
    const Page* const found = page(address / kPage);
    if (found == nullptr) return false;
    const uint64_t at = address % kPage, here = std::min<uint64_t>(size, kPage - at);
    std::memcpy(out, found->data() + at, here);
    out += here;
    address += here;
    size -= here;
  }
  return true;
}

const uint8_t* PageCache::bytes(uint64_t address, uint64_t size) {
  if (size > kMaxBytes) return nullptr;
  bytes_.resize(std::max<uint64_t>(size, 1));
  return read(address, bytes_.data(), size) ? bytes_.data() : nullptr;
}

const char* PageCache::string(uint64_t address) {
  const auto [at, is_new] = strings_.try_emplace(address);
  if (is_new) at->second = memory_.text(address, kMaxName);
  return at->second.c_str();
}

bool PageCache::is_mapped(uint64_t address) const {
  uint8_t byte;
  return memory_.try_get(address, &byte);
}

void PageCache::forget() {
  pages_.clear();
  last_ = nullptr;
}

}  // namespace heapdump
