// From a dump to an open index: what is in the one is in the other.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "heap/heap_index.h"
#include "heap/label.h"
#include "heap/reachable.h"
#include "index/build_index.h"
#include "support/cursor.h"
#include "support/error.h"
#include "test/small_heap.h"
#include "test/temporary_folder.h"

namespace heapdump {
namespace {

using namespace test;

class IndexTest : public TemporaryFolder {
 protected:
  IndexSummary build(std::string_view dump) {
    write_file(dump_, dump);
    return ensure_index(dump_, index_, [](double) {});
  }
  std::string refusal(std::string_view dump) {
    try {
      build(dump);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUnreadable);
      EXPECT_FALSE(std::filesystem::exists(index_));
      return error.what();
    }
    return "none";
  }
  static std::string meta(const HeapIndex& heap, std::string_view key) {
    for (const MetaRow& row : heap.meta()) {
      if (heap.text(row.key) == key) return std::string(heap.text(row.value));
    }
    return "none";
  }
  static std::vector<uint64_t> targets(const HeapIndex& heap, uint64_t address) {
    std::vector<uint64_t> targets;
    const Range range = heap.positions(heap.find(address));
    for (uint64_t row = range.begin; row < range.end; ++row) {
      targets.push_back(heap.target(row) == kNone ? kNull : heap.address(heap.target(row)));
    }
    return targets;
  }
  static std::string label_at(const HeapIndex& heap, uint64_t address, uint64_t position) {
    return label_of(heap, heap.find(address), position).value_or("none");
  }

  const std::string dump_ = path("heap.bin");
  const std::string index_ = path("heap.bin.index");
};

TEST(CursorTest, ReadsVarintsOfEveryLength) {
  for (int bits = 0; bits <= 64; ++bits) {
    for (const uint64_t value :
         {bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1, uint64_t{1} << (bits & 63)}) {
      for (const size_t behind : {0, 3, 16}) {
        std::string bytes;
        append_varint(bytes, value);
        bytes.append(behind, '\xff');
        Cursor cursor(bytes);
        EXPECT_EQ(cursor.varint(), value);
        EXPECT_EQ(cursor.left(), behind);
      }
    }
  }
}

TEST(CursorTest, RefusesWhatRunsOver) {
  for (const std::string& bytes : {std::string(), std::string("\x80"), std::string(10, '\x80'),
                                   std::string(11, '\xff'), std::string(9, '\xff') + "\x02"}) {
    Cursor cursor(bytes);
    EXPECT_THROW(cursor.varint(), Malformed);
  }
  Cursor text(
      std::string_view("\x05"
                       "abcd"));
  EXPECT_THROW(text.string(), Malformed);
}

TEST_F(IndexTest, GivesIdsInTheOrderOfTheAddresses) {
  const IndexSummary summary = build(joined(small_heap()));
  EXPECT_TRUE(summary.built);
  EXPECT_TRUE(summary.complete);
  EXPECT_EQ(summary.objects, 14u);
  const HeapIndex heap(index_);
  ASSERT_EQ(heap.objects(), 14u);
  for (uint32_t id = 1; id < heap.objects(); ++id) EXPECT_LT(heap.address(id - 1), heap.address(id));
  for (uint32_t id = 0; id < heap.objects(); ++id) EXPECT_EQ(heap.find(heap.address(id)), id);
  EXPECT_EQ(heap.find(kNowhere), kNone);
  EXPECT_EQ(heap.find(kLonely - 8), kNone);
}

TEST_F(IndexTest, KeepsTheColumns) {
  build(joined(small_heap()));
  const HeapIndex heap(index_);
  const uint32_t value = heap.find(kValue), dict = heap.find(kTheDict), quote = heap.find(kKeyQuote);
  EXPECT_EQ(heap.size(value), uint64_t{1} << 40);
  EXPECT_EQ(heap.refcount(value), (uint64_t{1} << 53) + 1);
  EXPECT_EQ(heap.size(dict), 232u);
  EXPECT_EQ(heap.flags(dict), HD_TRACKED | HD_GENERATION_KNOWN | 2 << HD_GENERATION_SHIFT);
  EXPECT_EQ(heap.content(value)->bytes, std::string(200, 'v'));
  EXPECT_TRUE(heap.content(quote)->cut);
  EXPECT_FALSE(heap.content(dict).has_value());
  EXPECT_EQ(heap.text(heap.types()[heap.type(dict)].name), "dict");
  EXPECT_EQ(heap.text(heap.types()[heap.type(heap.find(kTheUser))].name), "shop.models.User");
  EXPECT_EQ(heap.text(heap.types()[heap.type(heap.find(kLost))].name), "<unknown>");
  EXPECT_EQ(heap.types()[heap.type(heap.find(kLost))].object, kNone);
  EXPECT_EQ(heap.size(heap.find(kTheUser)), 48u) << "the first of two counts";
}

TEST_F(IndexTest, KeepsReferencesWithTheirPositions) {
  build(joined(small_heap()));
  const HeapIndex heap(index_);
  EXPECT_EQ(targets(heap, kTheDict), (std::vector{kKeyK, kValue, kKeyQuote, kTheList, kTheUser, kNull}));
  EXPECT_EQ(targets(heap, kTheList), (std::vector{kTheDict, kNull, kNull, kValue}));
  EXPECT_EQ(targets(heap, kBigList), (std::vector{kKeyK, kKeyK, kValue, kKeyK, kTheList}));
  EXPECT_EQ(heap.references(), 17u);
  EXPECT_EQ(meta(heap, "dangling_references"), "1");
  EXPECT_EQ(meta(heap, "duplicate_objects"), "1");
}

TEST_F(IndexTest, FindsEveryReferenceBackward) {
  build(joined(small_heap()));
  const HeapIndex heap(index_);
  uint64_t found = 0;
  for (uint32_t target = 0; target < heap.objects(); ++target) {
    const Range range = heap.referrers(target);
    for (uint64_t row = range.begin; row < range.end; ++row, ++found) {
      const Reference reference = heap.referrer(row);
      EXPECT_EQ(heap.target(heap.positions(reference.source).begin + reference.position), target);
      EXPECT_TRUE(row == range.begin || heap.referrer(row - 1).source <= reference.source);
    }
  }
  EXPECT_EQ(found, heap.references());
}

TEST_F(IndexTest, NamesReferences) {
  build(joined(small_heap()));
  const HeapIndex heap(index_);
  EXPECT_EQ(label_at(heap, kTheDict, 0), "none");
  EXPECT_EQ(label_at(heap, kTheDict, 1), "'k'");
  EXPECT_EQ(label_at(heap, kTheDict, 3), "\"it's…\"");
  EXPECT_EQ(label_at(heap, kTheDict, 5), "none") << "the key has no content";
  EXPECT_EQ(label_at(heap, kTheList, 3), "3");
  EXPECT_EQ(label_at(heap, kBigList, 4), "4");
  EXPECT_EQ(label_at(heap, kTheUser, 0), "name");
  EXPECT_EQ(label_at(heap, kTheUser, 1), "none");
  EXPECT_EQ(label_at(heap, kTheUser, 3), "none") << "beyond the named ones, without a tail";
  EXPECT_EQ(heap.kind(heap.find(kTheUser), 2), HD_REF_WEAK);
  EXPECT_EQ(heap.kind(heap.find(kTheUser), 3), HD_REF_OTHER);
  EXPECT_EQ(heap.kind(heap.find(kLost), 0), HD_REF_OTHER);
}

TEST(ReprTest, ShowsAStrAsPythonDoes) {
  EXPECT_EQ(repr("k", false), "'k'");
  EXPECT_EQ(repr("it's", false), "\"it's\"");
  EXPECT_EQ(repr("'\"", false), "'\\'\"'");
  EXPECT_EQ(repr("a\\b\n\r\t\x01\x7f", false), "'a\\\\b\\n\\r\\t\\x01\\x7f'");
  EXPECT_EQ(repr("é \xc2\xa0 日 \xe2\x80\xa8 😀", false), "'é \\xa0 日 \\u2028 😀'");
  EXPECT_EQ(repr(std::string_view("\0", 1), false), "'\\x00'");
  EXPECT_EQ(repr("\xff\xe2\x82", false), "'\\udcff\\udce2\\udc82'");
  EXPECT_EQ(repr("cut", true), "'cut…'");
}

TEST_F(IndexTest, OrdersBySizeAndByType) {
  build(joined(small_heap()));
  const HeapIndex heap(index_);
  for (uint32_t rank = 1; rank < heap.objects(); ++rank) {
    const uint32_t a = heap.by_size(rank - 1), b = heap.by_size(rank);
    EXPECT_TRUE(heap.size(a) > heap.size(b) || (heap.size(a) == heap.size(b) && a < b));
  }
  uint64_t count = 0;
  for (uint32_t type = 0; type < heap.types().size(); ++type) {
    const Range range = heap.instances(type);
    uint64_t size = 0;
    for (uint64_t rank = range.begin; rank < range.end; ++rank) {
      EXPECT_EQ(heap.type(heap.by_type(rank)), type);
      size += heap.size(heap.by_type(rank));
    }
    EXPECT_EQ(size, heap.types()[type].size);
    count += range.size();
  }
  EXPECT_EQ(count, heap.objects());
}

TEST_F(IndexTest, ReachesWithoutWeakReferencesAndTypes) {
  build(joined(small_heap()));
  const HeapIndex heap(index_);
  std::vector<std::pair<uint64_t, uint32_t>> reached;
  for (ReachableWalk walk(heap, heap.find(kTheUser)); !walk.done(); walk.next()) {
    reached.emplace_back(heap.address(walk.id()), walk.distance());
  }
  EXPECT_EQ(reached,
            (std::vector<std::pair<uint64_t, uint32_t>>{
                {kTheUser, 0}, {kKeyK, 1}, {kTheList, 1}, {kValue, 1}, {kTheDict, 2}, {kKeyQuote, 3}}));
  EXPECT_TRUE(ReachableWalk(heap, kNone).done());
}

TEST_F(IndexTest, KeepsThreadsFramesModulesAndRoots) {
  build(joined(small_heap()));
  const HeapIndex heap(index_);
  std::vector<uint32_t> named;
  for (const RootRow& root : heap.roots()) {
    if (root.kind != HD_ROOT_C) named.push_back(root.object);
  }
  EXPECT_EQ(named, std::vector{heap.find(kTheDict)}) << "a root that is not in the dump is left out";
  ASSERT_EQ(heap.frames().size(), 1u);
  EXPECT_EQ(heap.frames()[0].object, kNone);
  EXPECT_EQ(heap.text(heap.frames()[0].function), "main");
  EXPECT_EQ(heap.threads()[0].id, 4242u);
  EXPECT_EQ(heap.text(heap.modules()[0].file), "/srv/app.py");
  EXPECT_EQ(meta(heap, "pid"), "1");
  EXPECT_EQ(meta(heap, "status"), "ok");
}

TEST_F(IndexTest, ReadsGzipWhateverTheName) {
  build(joined(small_heap()));
  build(gzip(joined(small_heap())));
  const HeapIndex heap(index_);
  EXPECT_EQ(targets(heap, kTheDict).size(), 6u);
  EXPECT_EQ(heap.content(heap.find(kValue))->bytes, std::string(200, 'v'));
  const std::string whole = joined(small_heap());
  build(gzip(whole.substr(0, 300)) + gzip(whole.substr(300)));  // members one after another are one stream
  EXPECT_EQ(HeapIndex(index_).header().complete, 1u);
}

TEST_F(IndexTest, ReadsAHeapWithoutObjects) {
  const IndexSummary summary = build(file_header() + meta_chunk() + end_chunk(0, 0));
  EXPECT_TRUE(summary.complete);
  const HeapIndex heap(index_);
  EXPECT_EQ(heap.objects(), 0u);
  EXPECT_EQ(heap.lower_bound(0), 0u);
}

TEST_F(IndexTest, SaysWhatIsNoDump) {
  EXPECT_EQ(refusal(""), dump_ + ": is empty, not a heap dump");
  EXPECT_EQ(refusal("hello\n"), dump_ + ": is not a heap dump but text");
  EXPECT_EQ(refusal(std::string("\x7f"
                                "ELF\x02",
                                5)),
            dump_ + ": is not a heap dump but an ELF file (a core dump or a program)");
  EXPECT_EQ(refusal("SQLite format 3"), dump_ + ": is not a heap dump but an SQLite database");
  EXPECT_EQ(refusal(gzip("hello")), dump_ + ": is not a heap dump but text");
  EXPECT_EQ(refusal(gzip("").substr(0, 5)), dump_ + ": holds no heap dump");
  EXPECT_EQ(refusal("HEAP"), dump_ + ": is cut off inside the file header");
  EXPECT_EQ(refusal(file_header(2) + meta_chunk()),
            dump_ + ": is a heap dump of format 2; this version of heapdump reads format 1");
  EXPECT_EQ(refusal(file_header()), dump_ + ": is cut off before its metadata");
  std::string meta = meta_chunk();
  meta[30] ^= 1;
  EXPECT_EQ(refusal(file_header() + meta), dump_ + ": has damaged metadata");
}

TEST_F(IndexTest, RefusesFoldersAndMissingFiles) {
  for (const std::string& path : {path("nothing"), path("")}) {
    try {
      ensure_index(path, index_, [](double) {});
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUnreadable);
    }
  }
}

TEST_F(IndexTest, IsBuiltOnceAndAgainWhenTheDumpChanges) {
  EXPECT_TRUE(build(joined(small_heap())).built);
  EXPECT_FALSE(ensure_index(dump_, index_, [](double) {}).built);
  const timespec later[2] = {{2000000000, 0}, {2000000000, 1}};
  utimensat(AT_FDCWD, dump_.c_str(), later, 0);
  EXPECT_TRUE(ensure_index(dump_, index_, [](double) {}).built);
  EXPECT_FALSE(ensure_index(dump_, index_, [](double) {}).built);
  struct stat st;
  stat(index_.c_str(), &st);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST_F(IndexTest, IsBuiltAgainForAnotherDumpOfTheSameSizeAndTime) {
  const timespec time[2] = {{2000000000, 0}, {2000000000, 0}};
  for (const char* id : {"one", "two"}) {
    std::vector<std::string> pieces = small_heap();
    pieces[1] = chunk_of(HD_CHUNK_META, pairs_of({{"dump_id", id}}));
    write_file(dump_, joined(pieces));
    utimensat(AT_FDCWD, dump_.c_str(), time, 0);
    EXPECT_TRUE(ensure_index(dump_, index_, [](double) {}).built);
    EXPECT_FALSE(ensure_index(dump_, index_, [](double) {}).built);
  }
}

TEST_F(IndexTest, BelongsToTheUserWhoCalledSudo) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  write_file(dump_, joined(small_heap()));
  setenv("SUDO_UID", "1234", 1);
  setenv("SUDO_GID", "2345", 1);
  ensure_index(dump_, index_, [](double) {});
  unsetenv("SUDO_UID");
  unsetenv("SUDO_GID");
  struct stat st;
  stat(index_.c_str(), &st);
  EXPECT_EQ(st.st_uid, 1234u);
  EXPECT_EQ(st.st_gid, 2345u);
}

TEST_F(IndexTest, IsBuiltAgainWhereItIsForeignCutOrDamaged) {
  build(joined(small_heap()));
  const std::string good = read_file(index_);
  std::vector<std::string> bad = {"", "hello", good.substr(0, kPage), good.substr(0, good.size() - 1),
                                  good + "x"};
  for (size_t at = 0; at < offsetof(IndexHeader, crc) + sizeof(uint32_t); at += 7) {
    bad.push_back(good);
    bad.back()[at] ^= 0x10;
  }
  const HeapIndex heap(index_);
  const uint64_t small = heap.header().sections[static_cast<uint32_t>(Section::kTypes)].offset;
  bad.push_back(good);
  bad.back()[small + 3] ^= 0x10;
  for (const std::string& bytes : bad) {
    write_file(index_, bytes);
    EXPECT_TRUE(ensure_index(dump_, index_, [](double) {}).built);
    EXPECT_FALSE(ensure_index(dump_, index_, [](double) {}).built);
  }
}

TEST_F(IndexTest, IsBuiltByTwoProcessesAtOnce) {
  write_file(dump_, joined(small_heap()));
  for (int round = 0; round < 20; ++round) {
    std::filesystem::remove(index_);
    pid_t children[2];
    for (pid_t& child : children) {
      child = fork();
      if (child == 0) {
        int status = 1;
        try {
          ensure_index(dump_, index_, [](double) {});
          status = HeapIndex(index_).objects() == 14 ? 0 : 2;
        } catch (const Error&) {
        }
        _exit(status);
      }
    }
    for (const pid_t child : children) {
      int status;
      waitpid(child, &status, 0);
      EXPECT_EQ(status, 0);
    }
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder()), {}), 2)
      << "nothing else is left behind";
}

// Runs `work` in a process of its own and gives what it returns.
template <typename Work>
int in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Gives this process mounts that no other sees.
bool own_mounts() {
  const std::string user = "0 " + std::to_string(getuid()) + " 1";
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    write_file("/proc/self/uid_map", user);
  }
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

TEST_F(IndexTest, LeavesNothingWhereTheFileSystemIsFull) {
  constexpr int kNotAllowed = 77;
  write_file(dump_, joined(small_heap()));
  const std::string full = path("full");
  std::filesystem::create_directory(full);
  const int result = in_child([&] {
    if (!own_mounts() || mount("none", full.c_str(), "tmpfs", 0, "size=16k") != 0) return kNotAllowed;
    try {
      ensure_index(dump_, full + "/index", [](double) {});
    } catch (const Error& error) {
      const std::string message = error.what();
      if (error.code() != ExitCode::kCaptureFailed) return 1;
      if (message.find("no space is left") == message.npos || message.find(full) == message.npos) return 2;
      return std::filesystem::is_empty(full) ? 0 : 3;
    }
    return 4;
  });
  if (result == kNotAllowed) GTEST_SKIP() << "no mount namespaces here";
  EXPECT_EQ(result, 0);
}

TEST_F(IndexTest, SaysWhereTheIndexCannotBeWritten) {
  write_file(dump_, joined(small_heap()));
  try {
    ensure_index(dump_, path("no/such/folder/index"), [](double) {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("no/such/folder/index"), std::string::npos);
  }
}

}  // namespace
}  // namespace heapdump
