#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/type_roles.h"
#include "heap/heap_index.h"

namespace heapdump {

// What objects of one type all refer to under one name.
struct CommonReference {
  std::string part;  // `.func`
  std::string text;  // of code `NAME FILE:LINE`, of an object of the application its path
};

// Of weak references what they refer to, of bound methods the function and the object. Only what tells where
// objects come from: code, and objects of the application.
std::vector<CommonReference> common_references(const HeapIndex& heap, const TypeRoles& roles,
                                               const std::vector<uint32_t>& objects);

}  // namespace heapdump
