#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/record_writer.h"
#include "capture/symbols.h"
#include "capture/values_apart.h"
#include "support/cursor.h"

namespace heapdump {

// What a payload's stream came to.
struct Transcript {
  // `ok`, or why the payload gave up.
  std::string status;
  uint64_t objects = 0;
  // Null references are not counted.
  uint64_t references = 0;
  std::vector<std::pair<std::string, std::string>> meta;
};

// Turns what a payload writes into the pipe (payload/protocol.h) into the payloads of RECORDS chunks. The
// stream is checked before anything of it is believed: what contradicts the protocol throws
// Error(kCaptureFailed).
class Transcoder {
 public:
  // Numbers are written with at most `content_limit` bytes, and at most HD_MAX_CONTENT.
  Transcoder(Sink& sink, uint32_t content_limit)
      : sink_(sink), writer_(sink), content_limit_(std::min<uint32_t>(content_limit, HD_MAX_CONTENT)) {}

  // Sizes in columns leave these blocks out.
  void add_values_apart(ValuesApart& values) { values_apart_ = &values; }

  // Addresses in libraries get their names.
  void add_symbols(Symbols& symbols) { symbols_ = &symbols; }

  // Whatever arrived, cut anywhere.
  void feed(const uint8_t* bytes, size_t size);
  // True once the closing record came; the writer says no more then.
  bool ended() const { return ended_; }
  // Throws Error(kCaptureFailed) if the closing record did not come, or says `ok` and counts other than
  // what came.
  Transcript finish();

  // A list of a hundred million is one message. Memory follows what arrived, not what a length promises.
  static constexpr uint64_t kMaxMessage = 1 << 30;

 private:
  uint32_t length() const;
  void message();
  void columns(Cursor& in);
  void objects(const uint8_t* record, Cursor& in);
  void put_number(uint8_t flags, Cursor& in);
  void definition(uint64_t kind, Cursor& in);
  void name_address(uint64_t address);
  void shape(Cursor& in);
  void end(Cursor& in);
  void check_shape(uint64_t id);

  Sink& sink_;
  RecordWriter writer_;
  const uint32_t content_limit_;
  static constexpr size_t kHeader = 4;
  // The message that arrives: its length, and what is there of it.
  uint8_t header_[kHeader];
  size_t header_size_ = 0;
  std::vector<uint8_t> pending_;
  std::vector<uint64_t> shapes_;  // by id: the type's address; 0: not described
  ValuesApart* values_apart_ = nullptr;
  Symbols* symbols_ = nullptr;
  std::set<uint64_t> named_;
  // The compact objects of the message at hand, their numbers written as text.
  std::vector<uint8_t> compact_;
  std::string number_;
  // The last address of the compact objects of the message at hand.
  uint64_t previous_ = 0;
  Transcript transcript_;
  uint64_t promised_objects_ = 0;
  uint64_t promised_references_ = 0;
  bool ended_ = false;
};

}  // namespace heapdump
