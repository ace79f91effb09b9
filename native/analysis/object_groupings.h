#pragma once
#include <memory>

#include "analysis/grouping.h"

namespace heapdump {

// Objects by what each is by itself.
std::unique_ptr<Grouping> by_kind(Groupings& groupings);
std::unique_ptr<Grouping> by_size(Groupings& groupings);
std::unique_ptr<Grouping> by_content(Groupings& groupings);
std::unique_ptr<Grouping> by_id(Groupings& groupings);
std::unique_ptr<Grouping> by_unity(Groupings& groupings);

}  // namespace heapdump
