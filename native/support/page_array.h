#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace heapdump {

// A growing array of plain values in anonymous memory of its own, on huge pages if there are any. Grows by
// remapping, without a copy; new elements are zero.
template <typename T>
class PageArray {
 public:
  PageArray() = default;
  explicit PageArray(size_t size) { resize(size); }
  PageArray(PageArray&& other) noexcept { swap(other); }
  PageArray& operator=(PageArray&& other) noexcept {
    PageArray(std::move(other)).swap(*this);
    return *this;
  }
  ~PageArray() {
    if (data_ != nullptr) munmap(data_, bytes_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

  void resize(size_t size) {
    reserve(size);
    size_ = size;
  }

  void push_back(const T& value) {
    if (size_ == capacity()) [[unlikely]]
      reserve(size_ + 1);
    data_[size_++] = value;
  }

  // Makes room for `count` more and returns where they start; commit() says how many were written.
  T* room(size_t count) {
    if (capacity() - size_ < count) [[unlikely]]
      reserve(size_ + count);
    return data_ + size_;
  }
  void commit(size_t count) { size_ += count; }

  void clear() { PageArray().swap(*this); }

  void reserve(size_t size) {
    if (size <= capacity()) return;
    if (size > SIZE_MAX / 2 / sizeof(T)) throw std::bad_alloc();
    size_t bytes = size * sizeof(T);
    if (data_ != nullptr && bytes < bytes_ + bytes_ / 2) bytes = bytes_ + bytes_ / 2;
    const size_t page = bytes >= kHugePage ? kHugePage : 4096;
    bytes = (bytes + page - 1) & ~(page - 1);
    void* p = data_ == nullptr
                  ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                  : mremap(data_, bytes_, bytes, MREMAP_MAYMOVE);
    if (p == MAP_FAILED) throw std::bad_alloc();
    if (bytes >= kHugePage) madvise(p, bytes, MADV_HUGEPAGE);
    data_ = static_cast<T*>(p);
    bytes_ = bytes;
  }

 private:
  static constexpr size_t kHugePage = size_t{2} << 20;

  size_t capacity() const { return bytes_ / sizeof(T); }
  void swap(PageArray& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(bytes_, other.bytes_);
  }

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t bytes_ = 0;
};

}  // namespace heapdump
