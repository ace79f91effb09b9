#include "capture/transcoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <random>

#include "support/error.h"

namespace heapdump {
namespace {

// What a payload writes.
class Stream {
 public:
  Stream& varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) u8(static_cast<uint8_t>(value) | 0x80);
    return u8(static_cast<uint8_t>(value));
  }
  Stream& u8(uint8_t value) {
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }
  template <typename T>
  Stream& fixed(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Stream& string(std::string_view text) {
    varint(text.size());
    bytes_.append(text);
    return *this;
  }
  Stream& raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  Stream& message(const Stream& records) {
    return fixed(static_cast<uint32_t>(records.bytes_.size())).raw(records.bytes_);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct Object {
  uint64_t address;
  uint64_t size = 48;
  uint64_t refcount = 1;
  uint8_t flags = HD_TRACKED;
  std::vector<uint64_t> references;
  std::string content;
  uint64_t shape = 7;

  bool operator==(const Object&) const = default;
};

Stream shape(uint64_t id = 7) {
  return Stream().varint(HD_SHAPE).varint(id).varint(0x1000).varint(0).varint(0);
}

Stream columns(const std::vector<Object>& objects, uint32_t shape = 7) {
  uint32_t references = 0, content = 0;
  for (const Object& object : objects) {
    references += object.references.size();
    content += object.content.size();
  }
  Stream out;
  out.varint(HD_COLUMNS)
      .fixed(shape)
      .fixed(static_cast<uint32_t>(objects.size()))
      .fixed(references)
      .fixed(content);
  for (const Object& object : objects) out.fixed(object.address);
  for (const Object& object : objects) out.fixed(object.size);
  for (const Object& object : objects) out.fixed(object.refcount);
  for (const Object& object : objects) out.u8(object.flags);
  for (const Object& object : objects) out.fixed(static_cast<uint32_t>(object.references.size()));
  for (const Object& object : objects) {
    for (const uint64_t target : object.references) out.fixed(target);
  }
  for (const Object& object : objects) out.fixed(static_cast<uint32_t>(object.content.size()));
  for (const Object& object : objects) out.raw(object.content);
  return out;
}

Stream end(uint64_t objects, uint64_t references, std::string_view status = "ok") {
  return Stream().varint(HD_END).string(status).varint(objects).varint(references);
}

class Collected : public Sink {
 public:
  void records(std::vector<uint8_t>&& payload) override { chunks.push_back(std::move(payload)); }
  void progress(uint64_t done, uint64_t expected) override { progressed.emplace_back(done, expected); }

  std::vector<std::vector<uint8_t>> chunks;
  std::vector<std::pair<uint64_t, uint64_t>> progressed;
};

// Reads RECORDS payloads as docs/dump-format.md has them; other records than OBJECTS and REFERENCES are kept
// whole.
class Decoder {
 public:
  explicit Decoder(const Collected& collected) {
    for (const auto& chunk : collected.chunks) decode(chunk);
  }

  std::vector<Object> objects;
  std::vector<std::string> others;

 private:
  void decode(const std::vector<uint8_t>& chunk) {
    Cursor in(chunk.data(), chunk.data() + chunk.size());
    uint64_t previous = 0;
    std::map<uint64_t, uint64_t> recent;
    while (!in.done()) {
      const uint8_t* start = in.at();
      switch (in.varint()) {
        case HD_OBJECTS: {
          const uint64_t count = in.varint();
          for (uint64_t i = 0; i < count; ++i) {
            Object object{};
            object.shape = in.varint();
            object.address = previous += 8 * static_cast<uint64_t>(in.zigzag());
            object.size = in.varint();
            object.refcount = in.varint();
            object.flags = in.u8();
            if (object.flags & HD_HAS_CONTENT) object.content = in.string();
            objects.push_back(object);
            references(in, recent);
          }
          break;
        }
        case HD_REFERENCES:
          EXPECT_EQ(in.varint(), objects.back().address);
          EXPECT_EQ(in.varint(), objects.back().references.size());
          references(in, recent);
          break;
        case HD_SHAPE:
          in.varint();
          in.varint();
          in.varint();
          in.varint();
          others.emplace_back(start, in.at());
          break;
        case HD_ROOT:
          in.varint();
          in.u8();
          in.string();
          others.emplace_back(start, in.at());
          break;
        default:
          FAIL() << "a record that no test writes";
      }
    }
  }

  void references(Cursor& in, std::map<uint64_t, uint64_t>& recent) {
    Object& object = objects.back();
    const uint64_t count = in.varint();
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t value = in.varint();
      uint64_t target = 0;
      if (value == HD_NULL_REFERENCE) {
      } else if (value & 1) {
        target = recent.at(value >> 1);
      } else {
        target = object.address + 8 * static_cast<uint64_t>(Cursor::unzigzag(value >> 1));
        recent[hd_recent_slot(target)] = target;
      }
      object.references.push_back(target);
    }
  }
};

constexpr uint32_t kContentLimit = 200;

Transcript transcode(const Stream& stream, Sink& sink, size_t piece = SIZE_MAX) {
  Transcoder transcoder(sink, kContentLimit);
  const std::string& bytes = stream.bytes();
  for (size_t at = 0; at < bytes.size();) {
    const size_t size = std::min(piece, bytes.size() - at);
    transcoder.feed(reinterpret_cast<const uint8_t*>(bytes.data()) + at, size);
    at += size;
  }
  return transcoder.finish();
}

std::string failure(const Stream& stream) {
  Collected sink;
  try {
    transcode(stream, sink);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kCaptureFailed);
    return error.what();
  }
  return "";
}

std::vector<Object> some_objects(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto address = [&] { return 0x7f00'0000'0000 + random() % (1 << 20) * 16; };
  std::vector<Object> objects;
  for (size_t i = 0; i < count; ++i) {
    Object object{.address = address(), .size = random() % 5000, .refcount = random() % 300};
    for (uint64_t n = random() % 5; n > 0; n--) object.references.push_back(random() % 9 ? address() : 0);
    if (random() % 2) {
      object.flags |= HD_HAS_CONTENT;
      object.content = std::string(random() % 70, 'x');
    }
    objects.push_back(object);
  }
  return objects;
}

uint64_t edges(const std::vector<Object>& objects) {
  uint64_t count = 0;
  for (const Object& object : objects)
    count += object.references.size() - std::ranges::count(object.references, 0u);
  return count;
}

TEST(Transcoder, WhatGoesInComesOutHoweverItIsCut) {
  const std::vector<Object> objects = some_objects(500, 1);
  const Stream stream = Stream()
                            .message(shape().raw(columns({objects.begin(), objects.begin() + 200}).bytes()))
                            .message(columns({objects.begin() + 200, objects.end()}))
                            .message(end(objects.size(), edges(objects)));
  for (const size_t piece : {size_t{1}, size_t{3}, size_t{4096}, SIZE_MAX}) {
    Collected sink;
    const Transcript transcript = transcode(stream, sink, piece);
    EXPECT_EQ(transcript.status, "ok");
    EXPECT_EQ(transcript.objects, objects.size());
    EXPECT_EQ(transcript.references, edges(objects));
    const Decoder decoded(sink);
    EXPECT_EQ(decoded.objects, objects);
    EXPECT_EQ(decoded.others, std::vector{shape().bytes()});
    EXPECT_EQ(sink.chunks.size(), 1u);
  }
}

TEST(Transcoder, ChunksAreDecodedByThemselvesAndStaySmall) {
  const std::vector<Object> objects = some_objects(200'000, 2);
  Stream stream;
  stream.message(shape());
  for (size_t at = 0; at < objects.size(); at += 5000) {
    stream.message(columns({objects.begin() + at, objects.begin() + at + 5000}));
  }
  stream.message(end(objects.size(), edges(objects)));
  Collected sink;
  transcode(stream, sink, 65536);
  EXPECT_GT(sink.chunks.size(), 5u);
  for (const auto& chunk : sink.chunks) EXPECT_LT(chunk.size(), size_t{2} << 20);
  EXPECT_EQ(Decoder(sink).objects, objects);
}

TEST(Transcoder, AnObjectOfManyReferencesGoesOnInTheNextChunk) {
  Object list{.address = 0x7f00'0000'0000};
  for (uint64_t i = 0; i < 3'000'000; i++)
    list.references.push_back(0x7f10'0000'0000 + (i * 7919 % (1 << 22)) * 16);
  const std::vector<Object> objects = {list, {.address = 0x7f20'0000'0000, .references = {list.address}}};
  Collected sink;
  transcode(Stream().message(shape()).message(columns(objects)).message(end(2, edges(objects))), sink, 65536);
  EXPECT_GT(sink.chunks.size(), 5u);
  for (const auto& chunk : sink.chunks) EXPECT_LT(chunk.size(), size_t{2} << 20);
  EXPECT_EQ(Decoder(sink).objects, objects);
}

TEST(Transcoder, ExtremeValues) {
  const std::vector<Object> objects = {
      {.address = 8,
       .size = UINT64_MAX,
       .refcount = UINT64_MAX,
       .flags = 0xff,
       .references = {(1ull << 47) - 8, 8, 0}},
      {.address = (1ull << 47) - 8,
       .size = 0,
       .refcount = 0,
       .flags = 0,
       .references = {8, (1ull << 47) - 8}},
  };
  Collected sink;
  const Transcript transcript =
      transcode(Stream().message(shape()).message(columns(objects)).message(end(2, 4)), sink);
  EXPECT_EQ(transcript.references, 4u);
  EXPECT_EQ(Decoder(sink).objects, objects);
}

// The addresses of this many objects meet in every slot of `recent`.
TEST(Transcoder, ASlotHoldsTheLastAddressOfThoseThatShareIt) {
  std::vector<uint64_t> same_slot;
  for (uint64_t address = 0x1000; same_slot.size() < 4; address += 8) {
    if (hd_recent_slot(address) == 5) same_slot.push_back(address);
  }
  const Object object{.address = 0x5000,
                      .references = {same_slot[0], same_slot[1], same_slot[1], same_slot[0]}};
  Collected sink;
  transcode(Stream().message(shape()).message(columns({object})).message(end(1, 4)), sink);
  EXPECT_EQ(Decoder(sink).objects, std::vector{object});
}

TEST(Transcoder, CompactObjectsOfAMessageAreAChunkOfTheirOwn) {
  const auto compact = [](uint64_t address) {
    return Stream()
        .varint(HD_OBJECTS)
        .varint(1)
        .varint(7)
        .varint(address / 8 * 2)
        .varint(48)
        .varint(1)
        .u8(0)
        .varint(0);
  };
  const Object first{.address = 0x10000}, last{.address = 0x40000};
  const Stream root = Stream().varint(HD_ROOT).varint(0x10000).u8(HD_ROOT_STATIC).string("r");
  Stream mixed;
  mixed.raw(compact(0x20000).bytes()).raw(root.bytes()).raw(compact(0x1000).bytes());
  Collected sink;
  const Transcript transcript = transcode(Stream()
                                              .message(shape().raw(columns({first}).bytes()))
                                              .message(mixed)
                                              .message(columns({last}))
                                              .message(end(4, 0)),
                                          sink);
  EXPECT_EQ(transcript.objects, 4u);
  ASSERT_EQ(sink.chunks.size(), 3u);
  const Decoder decoded(sink);
  std::vector<uint64_t> addresses;
  for (const Object& object : decoded.objects) addresses.push_back(object.address);
  EXPECT_EQ(addresses, (std::vector<uint64_t>{0x10000, 0x20000, 0x21000, 0x40000}));
  EXPECT_EQ(decoded.others, (std::vector{shape().bytes(), root.bytes()}));
}

// A compact object of no references, `content` as it stands.
Stream compact_object(int64_t step, uint8_t flags, const Stream& content) {
  return Stream()
      .varint(7)
      .varint(static_cast<uint64_t>(step) << 1)
      .varint(48)
      .varint(1)
      .u8(flags)
      .raw(content.bytes())
      .varint(0);
}

TEST(Transcoder, NumbersBecomeText) {
  const uint64_t half = 0x3fe0000000000000, one = 0x3ff0000000000000;
  Stream long_int = Stream().varint(1000 << 2 | 2).varint(40);
  for (int i = 0; i < 40; i++) long_int.fixed(uint32_t{0x3fffffff});
  Stream records = shape().varint(HD_OBJECTS).varint(6);
  records.raw(compact_object(512, HD_TRACKED | HD_NUMBER_FLOAT, Stream().fixed(half)).bytes())
      .raw(compact_object(2, HD_HAS_CONTENT | HD_CONTENT_IS_TEXT, Stream().string("text")).bytes())
      .raw(compact_object(2, HD_NUMBER_INTEGER, Stream().varint(1 << 2 | 1).fixed(7u)).bytes())
      .raw(compact_object(2, HD_NUMBER_COMPLEX, Stream().fixed(one).fixed(half)).bytes())
      .raw(compact_object(2, 0, Stream()).bytes())
      .raw(compact_object(2, HD_NUMBER_INTEGER, long_int).bytes());
  Collected sink;
  transcode(Stream().message(records).message(end(6, 0)), sink);
  std::string cut = "0x";
  cut.resize(kContentLimit, 'f');
  EXPECT_EQ(Decoder(sink).objects,
            (std::vector<Object>{
                {.address = 0x1000, .flags = HD_TRACKED | HD_HAS_CONTENT, .content = "0.5"},
                {.address = 0x1010, .flags = HD_HAS_CONTENT | HD_CONTENT_IS_TEXT, .content = "text"},
                {.address = 0x1020, .flags = HD_HAS_CONTENT, .content = "-7"},
                {.address = 0x1030, .flags = HD_HAS_CONTENT, .content = "(1+0.5j)"},
                {.address = 0x1040, .flags = 0},
                {.address = 0x1050, .flags = HD_HAS_CONTENT | HD_CONTENT_CUT, .content = cut},
            }));
}

TEST(Transcoder, TellsWhatThePayloadSaysOfItself) {
  Collected sink;
  const Transcript transcript = transcode(
      Stream()
          .message(Stream().varint(HD_META).string("left_out").string("locals"))
          .message(Stream().varint(HD_PROGRESS).varint(3).varint(10))
          .message(Stream().varint(HD_META).string("k").string("").raw(end(12, 1, "gave up").bytes())),
      sink);
  EXPECT_EQ(transcript.status, "gave up");
  EXPECT_EQ(transcript.objects, 0u);
  EXPECT_EQ(transcript.meta, (decltype(transcript.meta){{"left_out", "locals"}, {"k", ""}}));
  EXPECT_EQ(sink.progressed, (decltype(sink.progressed){{3, 10}}));
  EXPECT_TRUE(sink.chunks.empty());
}

TEST(Transcoder, EndedOnceTheClosingRecordCame) {
  Collected sink;
  Transcoder transcoder(sink, kContentLimit);
  const std::string bytes = Stream().message(end(0, 0)).bytes();
  const auto* at = reinterpret_cast<const uint8_t*>(bytes.data());
  transcoder.feed(at, bytes.size() - 1);
  EXPECT_FALSE(transcoder.ended());
  transcoder.feed(at + bytes.size() - 1, 1);
  EXPECT_TRUE(transcoder.ended());
}

TEST(Transcoder, RefusesWhatContradictsTheProtocol) {
  const Object object{.address = 0x1000};
  const auto one = [](const Stream& records) { return Stream().message(shape().raw(records.bytes())); };
  const auto with = [&](const std::function<void(Object&)>& change) {
    Object changed = object;
    change(changed);
    return one(columns({changed}));
  };
  const std::pair<Stream, const char*> cases[] = {
      {Stream(), "stopped writing before its closing record"},
      {one(columns({object})), "stopped writing before its closing record"},
      {Stream().fixed(uint32_t{3}).raw("ab"), "stopped writing before its closing record"},
      {Stream().fixed(UINT32_MAX), "a message of 4294967295 bytes"},
      {one(columns({object}).raw(end(2, 0).bytes())), "counts 2 objects and 0 references, but 1 and 0 came"},
      {one(columns({object}).raw(end(1, 1).bytes())), "counts 1 objects and 1 references, but 1 and 0 came"},
      {one(end(0, 0).raw(end(0, 0).bytes())), "a record after the closing one"},
      {one(end(0, 0)).message(end(0, 0)), "goes on after its closing record"},
      {one(Stream().varint(60)), "an unknown kind of record, 60"},
      {one(Stream().varint(HD_MALLOC).varint(HD_MALLOC_MAPPED + 1)), "an unknown kind of malloc's heaps"},
      {one(Stream().varint(HD_CHUNKS).varint(HD_USES)), "an unknown use of a chunk"},
      {one(Stream().varint(HD_MAPPING).varint(8).varint(8)), "a record runs over its end"},
      {one(Stream().varint(HD_POOL).varint(8)), "a record runs over its end"},
      {one(Stream().varint(HD_SITE).varint(0).varint(1).varint(9).varint(0)), "a record runs over its end"},
      {one(Stream().varint(HD_ALLOCATED).varint(2).varint(2).varint(0)), "a record runs over its end"},
      {one(Stream().varint(HD_ALLOCATED).varint(1).varint(0).varint(0)), "an impossible address"},
      {one(Stream().varint(HD_REFERENCES).varint(8).varint(0).varint(0)), "an unknown kind of record, 8"},
      {one(columns({object}, 8)), "a shape that was not described"},
      {with([](Object& o) { o.address = 0; }), "an impossible address"},
      {with([](Object& o) { o.address = 0x1004; }), "an impossible address"},
      {with([](Object& o) { o.address = 1ull << 47; }), "an impossible address"},
      {with([](Object& o) { o.references = {0x1001}; }), "an impossible address"},
      {with([](Object& o) { o.content = "x"; }), "content where none is flagged"},
      {with([](Object& o) { o.flags = HD_NUMBER_FLOAT; }), "a number in columns"},
      {one(Stream()
               .varint(HD_OBJECTS)
               .varint(1)
               .raw(compact_object(2, HD_NUMBER_FLOAT, Stream().fixed(1u)).bytes())),
       "runs over its end"},
      {one(Stream()
               .varint(HD_OBJECTS)
               .varint(1)
               .raw(compact_object(2, HD_NUMBER_INTEGER, Stream().varint(20 << 2 | 2).varint(1).fixed(1u))
                        .bytes())),
       "too few digits"},
      {with([](Object& o) { o.flags = HD_HAS_CONTENT, o.content.resize(9 << 20); }),
       "content of more than 8 MiB"},
      {one(Stream().varint(HD_COLUMNS).fixed(7u).fixed(UINT32_MAX).fixed(UINT32_MAX).fixed(UINT32_MAX)),
       "runs over its end"},
      {one(Stream().varint(HD_OBJECTS).varint(UINT64_MAX)), "runs over its end"},
      {one(Stream().varint(HD_OBJECTS).varint(1).varint(7).varint(1)), "an impossible address"},
      {one(Stream()
               .varint(HD_OBJECTS)
               .varint(1)
               .varint(7)
               .varint(2)
               .varint(1)
               .varint(1)
               .u8(0)
               .varint(1)
               .varint(2051)),
       "an impossible reference"},
      {one(Stream().varint(HD_ROOT).varint(8).u8(9).string("")), "an unknown kind of root"},
      {one(Stream().varint(HD_GREENLET_FRAME).varint(0).varint(3).varint(0).string("").string("").varint(1)),
       "an impossible address"},
      {one(Stream().varint(HD_SUSPENDED).varint(1).varint(0).varint(2).varint(0)), "an impossible address"},
      {one(Stream().varint(HD_SUSPENDED).varint(1).varint(2).varint(2).varint(1)), "an impossible address"},
      {one(Stream().varint(HD_SUSPENDED).varint(UINT64_MAX)), "runs over its end"},
      {one(Stream().varint(HD_FINALIZER).varint(9).u8(1)), "an impossible address"},
      {one(Stream().varint(HD_FINALIZER).varint(8).u8(4)), "an unknown kind of finalizer"},
      {one(Stream().varint(HD_FINALIZED).varint(1).varint(0)), "an impossible address"},
      {one(Stream().varint(HD_FINALIZED).varint(UINT64_MAX)), "runs over its end"},
      {one(Stream().varint(HD_UNREPORTED).varint(1).u8(4).varint(0)), "an unknown kind of reference"},
      {one(Stream().varint(HD_UNREPORTED).varint(1).u8(0).varint(UINT64_MAX)), "runs over its end"},
      {one(Stream().varint(HD_TYPE).varint(8).varint(0).varint(UINT64_MAX)), "runs over its end"},
      {one(Stream().varint(HD_META).string("k").varint(100).raw("short")), "runs over its end"},
      {one(Stream().varint(HD_THREAD).varint(1).string(std::string(9 << 20, 'x'))),
       "a record of more than 8 MiB"},
      {one(Stream().varint(HD_SHAPE).varint(1).varint(8).varint(UINT64_MAX)), "runs over its end"},
      {one(Stream().varint(HD_SHAPE).varint(1).varint(8).varint(1).u8(0).string("")),
       "an unknown kind of reference"},
      {one(Stream().varint(HD_SHAPE).varint(1).varint(8).varint(0).varint(5)), "a tail of more than 4"},
      {one(Stream().varint(HD_SHAPE).varint(1ull << 32).varint(8).varint(0).varint(0)),
       "an impossible shape"},
  };
  for (const auto& [stream, expected] : cases) {
    EXPECT_NE(failure(stream).find(expected), std::string::npos)
        << "expected: " << expected << "\n  actual: " << failure(stream);
  }
}

TEST(Transcoder, CountsThatDoNotAddUp) {
  std::string bytes =
      columns({{.address = 8, .references = {16}}, {.address = 16, .references = {8}}}).bytes();
  constexpr size_t kReferenceCounts = 1 + 16 + 2 * (8 + 8 + 8 + 1);
  bytes[kReferenceCounts] = 2;
  EXPECT_NE(failure(Stream().message(shape().raw(bytes))).find("reference counts do not add up"),
            std::string::npos);

  // Two counts whose 32-bit sum is right.
  bytes = columns({{.address = 8, .references = {16}}, {.address = 16, .references = {8}}}).bytes();
  const uint32_t counts[2] = {0x80000001, 0x80000001};
  std::memcpy(&bytes[kReferenceCounts], counts, sizeof counts);
  EXPECT_NE(failure(Stream().message(shape().raw(bytes))).find("reference counts do not add up"),
            std::string::npos);
}

// Whatever arrives, it is taken or refused; the sanitizers watch the rest.
TEST(Transcoder, SurvivesDamageAtEveryByte) {
  std::vector<Object> objects = some_objects(20, 3);
  const Stream stream =
      Stream()
          .message(shape().raw(columns(objects).bytes()))
          .message(Stream().varint(HD_ROOT).varint(8).u8(1).string("main"))
          .message(Stream()
                       .varint(HD_OBJECTS)
                       .varint(1)
                       .raw(compact_object(2, HD_NUMBER_INTEGER, Stream().varint(8).fixed(7ull)).bytes()))
          .message(end(objects.size() + 1, edges(objects)));
  int refused = 0;
  for (size_t at = 0; at < stream.bytes().size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string damaged = stream.bytes();
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      refused += !failure(Stream().raw(damaged)).empty();
    }
    EXPECT_FALSE(failure(Stream().raw(stream.bytes().substr(0, at))).empty());
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace heapdump
