#pragma once
#include <string>

#include "heap/heap_index.h"

namespace heapdump {

// A frame of a site: `app/cache.py:41 in put`; without the function if that is not known.
std::string format_site_frame(const HeapIndex& heap, const SiteFrameRow& frame);

// The innermost frame of a site.
std::string format_site(const HeapIndex& heap, uint32_t site);

}  // namespace heapdump
