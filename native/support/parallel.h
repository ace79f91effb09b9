#pragma once
#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace heapdump {

// Threads that work on one index at a time.
inline uint32_t worker_count() { return std::clamp(std::thread::hardware_concurrency(), 1u, 4u); }

// Runs work(0) ... work(workers - 1) at once; rethrows the first failure after all have ended.
template <typename Work>
void in_parallel(uint32_t workers, Work work) {
  std::vector<std::exception_ptr> failures(workers);
  const auto guarded = [&](uint32_t worker) {
    try {
      work(worker);
    } catch (...) {
      failures[worker] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (uint32_t worker = 1; worker < workers; ++worker) threads.emplace_back(guarded, worker);
    guarded(0);
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace heapdump
