#include <algorithm>
#include <array>
#include <cstring>

#include "dump/decoded_dump.h"
#include "protocol.h"
#include "support/cursor.h"

namespace heapdump {
namespace {

class Decoder {
 public:
  Decoder(std::span<const uint8_t> payload, uint32_t chunk, bool stable, DecodedPart& part)
      : in_(payload.data(), payload.data() + payload.size()), chunk_(chunk), stable_(stable), part_(part) {}

  void run() {
    while (!in_.done()) record(in_.varint());
  }

 private:
  // An object takes at least this many bytes; a reference takes one.
  static constexpr uint64_t kMinObject = 6;

  void record(uint64_t kind) {
    switch (kind) {
      case HD_TYPE: {
        const uint64_t address = in_.varint(), flags = in_.varint();
        std::string module(in_.string());
        defined().types.push_back({address, flags, std::move(module), std::string(in_.string())});
        return;
      }
      case HD_SHAPE:
        return shape();
      case HD_OBJECTS: {
        const uint64_t count = in_.varint();
        if (count > in_.left() / kMinObject) throw Malformed("more objects than bytes");
        for (uint64_t i = 0; i < count; ++i) object();
        return;
      }
      case HD_ROOT: {
        const uint64_t address = in_.varint();
        const uint8_t root_kind = in_.u8();
        defined().roots.push_back({address, root_kind, std::string(in_.string())});
        return;
      }
      case HD_MODULE: {
        const uint64_t address = in_.varint();
        std::string name(in_.string());
        defined().modules.push_back({address, std::move(name), std::string(in_.string())});
        return;
      }
      case HD_THREAD: {
        const uint64_t id = in_.varint();
        defined().threads.push_back({id, std::string(in_.string())});
        return;
      }
      case HD_FRAME:
      case HD_GREENLET_FRAME: {
        FrameRecord frame{};
        frame.address = in_.varint();
        (kind == HD_FRAME ? frame.thread : frame.greenlet) = in_.varint();
        frame.depth = in_.varint();
        frame.function = in_.string();
        frame.file = in_.string();
        frame.line = in_.varint();
        defined().frames.push_back(std::move(frame));
        return;
      }
      case HD_MAPPING: {
        MappingRecord mapping{in_.varint(), in_.varint(), in_.u8(), std::string(in_.string()), 0, 0, 0, 0};
        for (uint64_t* value : {&mapping.resident, &mapping.anonymous, &mapping.swapped, &mapping.huge})
          *value = in_.varint();
        defined().mappings.push_back(std::move(mapping));
        return;
      }
      case HD_POOL: {
        PoolRecord pool{};
        for (uint64_t* value :
             {&pool.address, &pool.size, &pool.block_size, &pool.blocks, &pool.used, &pool.objects})
          *value = in_.varint();
        defined().pools.push_back(pool);
        return;
      }
      case HD_MALLOC: {
        MallocRecord heap{};
        heap.kind = in_.u8();
        for (uint64_t* value : {&heap.address, &heap.size, &heap.used, &heap.free}) *value = in_.varint();
        heap.problem = in_.string();
        defined().mallocs.push_back(std::move(heap));
        return;
      }
      case HD_SYMBOL: {
        const uint64_t address = in_.varint();
        defined().symbols.push_back({address, std::string(in_.string())});
        return;
      }
      case HD_CHUNKS: {
        ChunksRecord chunks{};
        chunks.use = in_.u8();
        for (uint64_t* value : {&chunks.size, &chunks.first, &chunks.count, &chunks.bytes})
          *value = in_.varint();
        defined().chunks.push_back(chunks);
        return;
      }
      case HD_FRAME_LOCAL: {
        LocalRecord local{in_.varint(), in_.varint(), in_.varint(), {}};
        local.name = in_.string();
        defined().locals.push_back(std::move(local));
        return;
      }
      case HD_SUSPENDED:
        return suspended();
      case HD_FINALIZER: {
        const uint64_t type = in_.varint();
        defined().finalizers.push_back({type, in_.u8()});
        return;
      }
      case HD_FINALIZED: {
        uint64_t object = 0;
        for (uint64_t left = counted(1); left > 0; --left)
          defined().finalized.push_back(object += static_cast<uint64_t>(in_.zigzag()) * 8);
        return;
      }
      case HD_UNREPORTED:
        return unreported();
      case HD_TYPE_MEMORY: {
        TypeMemoryRecord memory{};
        for (uint64_t* value : {&memory.type, &memory.known, &memory.owned, &memory.unknown})
          *value = in_.varint();
        defined().type_memory.push_back(memory);
        return;
      }
      case HD_POSSIBLE_HOLDER: {
        PossibleHolderRecord possible{};
        for (uint64_t* value : {&possible.holder, &possible.offset, &possible.held}) *value = in_.varint();
        defined().possible_holders.push_back(possible);
        return;
      }
      case HD_SOURCE: {
        const uint64_t id = in_.varint();
        defined().sources.push_back({id, std::string(in_.string())});
        return;
      }
      case HD_FUNCTION:
        return function();
      case HD_SITE:
        return site();
      case HD_ALLOCATED:
        return allocated();
      case HD_REFERENCES: {
        Continuation more{chunk_,       part_.objects.size(),    in_.varint(),
                          in_.varint(), part_.references.size(), 0};
        if (more.address >= kAddressLimit) throw Malformed("an address beyond 2^47");
        more.count = references(more.address);
        part_.continuations.push_back(more);
        return;
      }
      default:
        throw Malformed("a record of unknown kind");
    }
  }

  void shape() {
    ShapeRecord shape{in_.varint(), in_.varint(), {}, {}};
    for (uint64_t left = in_.varint(); left > 0; left--) {
      const uint8_t kind = in_.u8();
      shape.named.push_back({kind, std::string(in_.string())});
    }
    const uint64_t tail = in_.varint();
    if (tail > 4) throw Malformed("a tail of more than four");
    for (uint64_t i = 0; i < tail; ++i) shape.tail.push_back(in_.u8());
    defined().shapes.push_back(std::move(shape));
  }

  void function() {
    const uint64_t source = in_.varint();
    std::string name(in_.string());
    FunctionRecord function{source, std::move(name), in_.varint(), {}};
    uint64_t line = function.first_line;
    for (uint64_t left = counted(2); left > 0; --left) {
      const uint64_t begin = line + in_.varint();
      line = begin + in_.varint();
      function.lines.emplace_back(begin, line);
    }
    defined().functions.push_back(std::move(function));
  }

  void site() {
    SiteRecord site{in_.varint(), in_.varint(), {}};
    for (uint64_t left = counted(2); left > 0; --left) {
      const uint64_t source = in_.varint();
      site.frames.push_back({source, in_.varint()});
    }
    defined().sites.push_back(std::move(site));
  }

  void allocated() {
    uint64_t object = 0;
    for (uint64_t left = counted(2); left > 0; --left) {
      object += static_cast<uint64_t>(in_.zigzag()) * 8;
      defined().allocations.push_back({object, in_.varint()});
    }
  }

  void suspended() {
    uint64_t object = 0;
    for (uint64_t left = counted(3); left > 0; --left) {
      object += static_cast<uint64_t>(in_.zigzag()) * 8;
      const uint64_t line = in_.varint();
      const uint64_t awaited = object + static_cast<uint64_t>(in_.zigzag()) * 8;
      defined().suspended.push_back({object, line >> 1, awaited == object ? 0 : awaited, (line & 1) != 0});
    }
  }

  void unreported() {
    const uint64_t shape = in_.varint();
    UnreportedRecord record{shape, in_.u8(), {}};
    uint64_t position = 0;
    for (uint64_t left = counted(1); left > 0; --left) record.positions.push_back(position += in_.varint());
    defined().unreported.push_back(std::move(record));
  }

  // How many follow that take at least so many bytes each.
  uint64_t counted(uint64_t bytes) {
    const uint64_t count = in_.varint();
    if (count > in_.left() / bytes) throw Malformed("more than there are bytes");
    return count;
  }

  void object() {
    DecodedObject object{};
    const uint64_t shape = in_.varint();
    const uint64_t address = previous_ + static_cast<uint64_t>(in_.zigzag()) * 8;
    if (address == 0 || address >= kAddressLimit) throw Malformed("an address beyond 2^47");
    previous_ = address;
    object.shape = static_cast<uint32_t>(std::min<uint64_t>(shape, kNone));
    object.size = saturate(address, in_.varint(), part_.large_sizes);
    object.refcount = saturate(address, in_.varint(), part_.large_refcounts);
    const uint8_t flags = in_.u8();
    if ((flags & HD_HAS_CONTENT) != 0) content(object);
    object.address = address | static_cast<uint64_t>(flags) << kFlagShift;
    object.first_reference = part_.references.size();
    object.references = references(address) & 0x7fffffff;
    part_.objects.push_back(object);
  }

  static uint32_t saturate(uint64_t address, uint64_t value, std::vector<LargeValue>& large) {
    if (value < kSaturated) [[likely]]
      return static_cast<uint32_t>(value);
    large.push_back({address, value});
    return kSaturated;
  }

  void content(DecodedObject& object) {
    const uint8_t* begin = in_.at();
    in_.string();
    object.content = stable_ ? begin : copy(begin, in_.at() - begin);
  }

  const uint8_t* copy(const uint8_t* bytes, size_t count) {
    constexpr size_t kContentBlock = 1 << 20;
    if (part_.content_room < count) {
      part_.content_room = std::max(kContentBlock, count);
      part_.contents.push_back(std::make_unique_for_overwrite<uint8_t[]>(part_.content_room));
      part_.content_end = part_.contents.back().get();
    }
    std::memcpy(part_.content_end, bytes, count);
    part_.content_room -= count;
    return std::exchange(part_.content_end, part_.content_end + count);
  }

  uint32_t references(uint64_t base) {
    const uint64_t count = in_.varint();
    if (count > in_.left()) throw Malformed("more references than bytes");
    uint64_t* out = part_.references.room(count);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t v = in_.varint();
      if ((v & 1) == 0) {
        const uint64_t target = base + static_cast<uint64_t>(Cursor::unzigzag(v >> 1)) * 8;
        recent_[hd_recent_slot(target)] = target;
        out[i] = target;
      } else if (v < HD_NULL_REFERENCE) {
        out[i] = recent_[v >> 1];
      } else if (v == HD_NULL_REFERENCE) {
        out[i] = 0;
      } else {
        throw Malformed("a reference of unknown kind");
      }
    }
    part_.references.commit(count);
    return static_cast<uint32_t>(count);
  }

  Definitions& defined() {
    if (part_.definitions.empty() || part_.definitions.back().first != chunk_) {
      part_.definitions.emplace_back(chunk_, Definitions{});
    }
    return part_.definitions.back().second;
  }

  Cursor in_;
  const uint32_t chunk_;
  const bool stable_;
  DecodedPart& part_;
  uint64_t previous_ = 0;
  std::array<uint64_t, HD_RECENT_SLOTS> recent_{};
};

}  // namespace

void decode_records(std::span<const uint8_t> payload, uint32_t chunk, uint32_t worker, bool stable,
                    DecodedPart& part) {
  const uint64_t first = part.objects.size();
  try {
    Decoder(payload, chunk, stable, part).run();
  } catch (const Malformed&) {
    part.damaged++;
  }
  if (part.objects.size() > first) part.ranges.push_back({chunk, worker, first, part.objects.size()});
}

}  // namespace heapdump
