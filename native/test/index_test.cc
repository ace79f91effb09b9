// From a dump to an open index: what is in the one is in the other.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "index/build_index.h"
#include "index/heap_index.h"
#include "index/label.h"
#include "index/reachable.h"
#include "support/cursor.h"
#include "support/error.h"
#include "test/small_heap.h"
#include "test/temporary_folder.h"

namespace heapdump {
namespace {

using namespace test;

class IndexTest : public TemporaryFolder {
 protected:
  IndexSummary Build(std::string_view dump) {
    WriteFile(dump_, dump);
    return EnsureIndex(dump_, index_, [](double) {});
  }
  std::string Refusal(std::string_view dump) {
    try {
      Build(dump);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUnreadable);
      EXPECT_FALSE(std::filesystem::exists(index_));
      return error.what();
    }
    return "none";
  }
  static std::string Meta(const HeapIndex& heap, std::string_view key) {
    for (const MetaRow& row : heap.meta()) {
      if (heap.text(row.key) == key) return std::string(heap.text(row.value));
    }
    return "none";
  }
  static std::vector<uint64_t> Targets(const HeapIndex& heap, uint64_t address) {
    std::vector<uint64_t> targets;
    const Range range = heap.Positions(heap.Find(address));
    for (uint64_t row = range.begin; row < range.end; row++) {
      targets.push_back(heap.target(row) == kNone ? kNull : heap.address(heap.target(row)));
    }
    return targets;
  }
  static std::string LabelOf(const HeapIndex& heap, uint64_t address, uint64_t position) {
    return Label(heap, heap.Find(address), position).value_or("none");
  }

  const std::string dump_ = path("heap.bin");
  const std::string index_ = path("heap.bin.index");
};

TEST(CursorTest, ReadsVarintsOfEveryLength) {
  for (int bits = 0; bits <= 64; bits++) {
    for (const uint64_t value :
         {bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1, uint64_t{1} << (bits & 63)}) {
      for (const size_t behind : {0, 3, 16}) {
        std::string bytes;
        AppendVarint(bytes, value);
        bytes.append(behind, '\xff');
        Cursor cursor(bytes);
        EXPECT_EQ(cursor.Varint(), value);
        EXPECT_EQ(cursor.left(), behind);
      }
    }
  }
}

TEST(CursorTest, RefusesWhatRunsOver) {
  for (const std::string& bytes : {std::string(), std::string("\x80"), std::string(10, '\x80'),
                                   std::string(11, '\xff'), std::string(9, '\xff') + "\x02"}) {
    Cursor cursor(bytes);
    EXPECT_THROW(cursor.Varint(), Malformed);
  }
  Cursor text(
      std::string_view("\x05"
                       "abcd"));
  EXPECT_THROW(text.String(), Malformed);
}

TEST_F(IndexTest, GivesIdsInTheOrderOfTheAddresses) {
  const IndexSummary summary = Build(Joined(SmallHeap()));
  EXPECT_TRUE(summary.built);
  EXPECT_TRUE(summary.complete);
  EXPECT_EQ(summary.objects, 14u);
  const HeapIndex heap(index_);
  ASSERT_EQ(heap.objects(), 14u);
  for (uint32_t id = 1; id < heap.objects(); id++) EXPECT_LT(heap.address(id - 1), heap.address(id));
  for (uint32_t id = 0; id < heap.objects(); id++) EXPECT_EQ(heap.Find(heap.address(id)), id);
  EXPECT_EQ(heap.Find(kNowhere), kNone);
  EXPECT_EQ(heap.Find(kLonely - 8), kNone);
}

TEST_F(IndexTest, KeepsTheColumns) {
  Build(Joined(SmallHeap()));
  const HeapIndex heap(index_);
  const uint32_t value = heap.Find(kValue), dict = heap.Find(kTheDict), quote = heap.Find(kKeyQuote);
  EXPECT_EQ(heap.size(value), uint64_t{1} << 40);
  EXPECT_EQ(heap.refcount(value), (uint64_t{1} << 53) + 1);
  EXPECT_EQ(heap.size(dict), 232u);
  EXPECT_EQ(heap.flags(dict), HD_TRACKED | HD_GENERATION_KNOWN | 2 << HD_GENERATION_SHIFT);
  EXPECT_EQ(heap.content(value)->bytes, std::string(200, 'v'));
  EXPECT_TRUE(heap.content(quote)->cut);
  EXPECT_FALSE(heap.content(dict).has_value());
  EXPECT_EQ(heap.text(heap.types()[heap.type(dict)].name), "dict");
  EXPECT_EQ(heap.text(heap.types()[heap.type(heap.Find(kTheUser))].name), "shop.models.User");
  EXPECT_EQ(heap.text(heap.types()[heap.type(heap.Find(kLost))].name), "<unknown>");
  EXPECT_EQ(heap.types()[heap.type(heap.Find(kLost))].object, kNone);
  EXPECT_EQ(heap.size(heap.Find(kTheUser)), 48u) << "the first of two counts";
}

TEST_F(IndexTest, KeepsReferencesWithTheirPositions) {
  Build(Joined(SmallHeap()));
  const HeapIndex heap(index_);
  EXPECT_EQ(Targets(heap, kTheDict), (std::vector{kKeyK, kValue, kKeyQuote, kTheList, kTheUser, kNull}));
  EXPECT_EQ(Targets(heap, kTheList), (std::vector{kTheDict, kNull, kNull, kValue}));
  EXPECT_EQ(Targets(heap, kBigList), (std::vector{kKeyK, kKeyK, kValue, kKeyK, kTheList}));
  EXPECT_EQ(heap.references(), 17u);
  EXPECT_EQ(Meta(heap, "dangling_references"), "1");
  EXPECT_EQ(Meta(heap, "duplicate_objects"), "1");
}

TEST_F(IndexTest, FindsEveryReferenceBackward) {
  Build(Joined(SmallHeap()));
  const HeapIndex heap(index_);
  uint64_t found = 0;
  for (uint32_t target = 0; target < heap.objects(); target++) {
    const Range range = heap.Referrers(target);
    for (uint64_t row = range.begin; row < range.end; row++, found++) {
      const Reference reference = heap.referrer(row);
      EXPECT_EQ(heap.target(heap.Positions(reference.source).begin + reference.position), target);
      EXPECT_TRUE(row == range.begin || heap.referrer(row - 1).source <= reference.source);
    }
  }
  EXPECT_EQ(found, heap.references());
}

TEST_F(IndexTest, NamesReferences) {
  Build(Joined(SmallHeap()));
  const HeapIndex heap(index_);
  EXPECT_EQ(LabelOf(heap, kTheDict, 0), "none");
  EXPECT_EQ(LabelOf(heap, kTheDict, 1), "'k'");
  EXPECT_EQ(LabelOf(heap, kTheDict, 3), "\"it's…\"");
  EXPECT_EQ(LabelOf(heap, kTheDict, 5), "none") << "the key has no content";
  EXPECT_EQ(LabelOf(heap, kTheList, 3), "3");
  EXPECT_EQ(LabelOf(heap, kBigList, 4), "4");
  EXPECT_EQ(LabelOf(heap, kTheUser, 0), "name");
  EXPECT_EQ(LabelOf(heap, kTheUser, 1), "none");
  EXPECT_EQ(LabelOf(heap, kTheUser, 3), "none") << "beyond the named ones, without a tail";
  EXPECT_EQ(heap.kind(heap.Find(kTheUser), 2), HD_REF_WEAK);
  EXPECT_EQ(heap.kind(heap.Find(kTheUser), 3), HD_REF_OTHER);
  EXPECT_EQ(heap.kind(heap.Find(kLost), 0), HD_REF_OTHER);
}

TEST(ReprTest, ShowsAStrAsPythonDoes) {
  EXPECT_EQ(Repr("k", false), "'k'");
  EXPECT_EQ(Repr("it's", false), "\"it's\"");
  EXPECT_EQ(Repr("'\"", false), "'\\'\"'");
  EXPECT_EQ(Repr("a\\b\n\r\t\x01\x7f", false), "'a\\\\b\\n\\r\\t\\x01\\x7f'");
  EXPECT_EQ(Repr("é \xc2\xa0 日 \xe2\x80\xa8 😀", false), "'é \\xa0 日 \\u2028 😀'");
  EXPECT_EQ(Repr(std::string_view("\0", 1), false), "'\\x00'");
  EXPECT_EQ(Repr("\xff\xe2\x82", false), "'\\udcff\\udce2\\udc82'");
  EXPECT_EQ(Repr("cut", true), "'cut…'");
}

TEST_F(IndexTest, OrdersBySizeAndByType) {
  Build(Joined(SmallHeap()));
  const HeapIndex heap(index_);
  for (uint32_t rank = 1; rank < heap.objects(); rank++) {
    const uint32_t a = heap.by_size(rank - 1), b = heap.by_size(rank);
    EXPECT_TRUE(heap.size(a) > heap.size(b) || (heap.size(a) == heap.size(b) && a < b));
  }
  uint64_t count = 0;
  for (uint32_t type = 0; type < heap.types().size(); type++) {
    const Range range = heap.Instances(type);
    uint64_t size = 0;
    for (uint64_t rank = range.begin; rank < range.end; rank++) {
      EXPECT_EQ(heap.type(heap.by_type(rank)), type);
      size += heap.size(heap.by_type(rank));
    }
    EXPECT_EQ(size, heap.types()[type].size);
    count += range.size();
  }
  EXPECT_EQ(count, heap.objects());
}

TEST_F(IndexTest, ReachesWithoutWeakReferencesAndTypes) {
  Build(Joined(SmallHeap()));
  const HeapIndex heap(index_);
  std::vector<std::pair<uint64_t, uint32_t>> reached;
  for (ReachableWalk walk(heap, heap.Find(kTheUser)); !walk.done(); walk.Next()) {
    reached.emplace_back(heap.address(walk.id()), walk.distance());
  }
  EXPECT_EQ(reached,
            (std::vector<std::pair<uint64_t, uint32_t>>{
                {kTheUser, 0}, {kKeyK, 1}, {kTheList, 1}, {kValue, 1}, {kTheDict, 2}, {kKeyQuote, 3}}));
  EXPECT_TRUE(ReachableWalk(heap, kNone).done());
}

TEST_F(IndexTest, KeepsThreadsFramesModulesAndRoots) {
  Build(Joined(SmallHeap()));
  const HeapIndex heap(index_);
  std::vector<uint32_t> named;
  for (const RootRow& root : heap.roots()) {
    if (root.kind != HD_ROOT_C) named.push_back(root.object);
  }
  EXPECT_EQ(named, std::vector{heap.Find(kTheDict)}) << "a root that is not in the dump is left out";
  ASSERT_EQ(heap.frames().size(), 1u);
  EXPECT_EQ(heap.frames()[0].object, kNone);
  EXPECT_EQ(heap.text(heap.frames()[0].function), "main");
  EXPECT_EQ(heap.threads()[0].id, 4242u);
  EXPECT_EQ(heap.text(heap.modules()[0].file), "/srv/app.py");
  EXPECT_EQ(Meta(heap, "pid"), "1");
  EXPECT_EQ(Meta(heap, "status"), "ok");
}

TEST_F(IndexTest, ReadsGzipWhateverTheName) {
  Build(Joined(SmallHeap()));
  Build(Gzip(Joined(SmallHeap())));
  const HeapIndex heap(index_);
  EXPECT_EQ(Targets(heap, kTheDict).size(), 6u);
  EXPECT_EQ(heap.content(heap.Find(kValue))->bytes, std::string(200, 'v'));
  const std::string whole = Joined(SmallHeap());
  Build(Gzip(whole.substr(0, 300)) + Gzip(whole.substr(300)));  // members one after another are one stream
  EXPECT_EQ(HeapIndex(index_).header().complete, 1u);
}

TEST_F(IndexTest, ReadsAHeapWithoutObjects) {
  const IndexSummary summary = Build(FileHeader() + MetaChunk() + EndChunk(0, 0));
  EXPECT_TRUE(summary.complete);
  const HeapIndex heap(index_);
  EXPECT_EQ(heap.objects(), 0u);
  EXPECT_EQ(heap.LowerBound(0), 0u);
}

TEST_F(IndexTest, SaysWhatIsNoDump) {
  EXPECT_EQ(Refusal(""), dump_ + ": is empty, not a heap dump");
  EXPECT_EQ(Refusal("hello\n"), dump_ + ": is not a heap dump but text");
  EXPECT_EQ(Refusal(std::string("\x7f"
                                "ELF\x02",
                                5)),
            dump_ + ": is not a heap dump but an ELF file (a core dump or a program)");
  EXPECT_EQ(Refusal("SQLite format 3"), dump_ + ": is not a heap dump but an SQLite database");
  EXPECT_EQ(Refusal(Gzip("hello")), dump_ + ": is not a heap dump but text");
  EXPECT_EQ(Refusal(Gzip("").substr(0, 5)), dump_ + ": holds no heap dump");
  EXPECT_EQ(Refusal("HEAP"), dump_ + ": is cut off inside the file header");
  EXPECT_EQ(Refusal(FileHeader(2) + MetaChunk()),
            dump_ + ": is a heap dump of format 2; this version of heapdump reads format 1");
  EXPECT_EQ(Refusal(FileHeader()), dump_ + ": is cut off before its metadata");
  std::string meta = MetaChunk();
  meta[30] ^= 1;
  EXPECT_EQ(Refusal(FileHeader() + meta), dump_ + ": has damaged metadata");
}

TEST_F(IndexTest, RefusesFoldersAndMissingFiles) {
  for (const std::string& path : {path("nothing"), path("")}) {
    try {
      EnsureIndex(path, index_, [](double) {});
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUnreadable);
    }
  }
}

TEST_F(IndexTest, IsBuiltOnceAndAgainWhenTheDumpChanges) {
  EXPECT_TRUE(Build(Joined(SmallHeap())).built);
  EXPECT_FALSE(EnsureIndex(dump_, index_, [](double) {}).built);
  const timespec later[2] = {{2000000000, 0}, {2000000000, 1}};
  utimensat(AT_FDCWD, dump_.c_str(), later, 0);
  EXPECT_TRUE(EnsureIndex(dump_, index_, [](double) {}).built);
  EXPECT_FALSE(EnsureIndex(dump_, index_, [](double) {}).built);
  struct stat st;
  stat(index_.c_str(), &st);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST_F(IndexTest, IsBuiltAgainForAnotherDumpOfTheSameSizeAndTime) {
  const timespec time[2] = {{2000000000, 0}, {2000000000, 0}};
  for (const char* id : {"one", "two"}) {
    std::vector<std::string> pieces = SmallHeap();
    pieces[1] = ChunkOf(HD_CHUNK_META, PairsOf({{"dump_id", id}}));
    WriteFile(dump_, Joined(pieces));
    utimensat(AT_FDCWD, dump_.c_str(), time, 0);
    EXPECT_TRUE(EnsureIndex(dump_, index_, [](double) {}).built);
    EXPECT_FALSE(EnsureIndex(dump_, index_, [](double) {}).built);
  }
}

TEST_F(IndexTest, BelongsToTheUserWhoCalledSudo) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  WriteFile(dump_, Joined(SmallHeap()));
  setenv("SUDO_UID", "1234", 1);
  setenv("SUDO_GID", "2345", 1);
  EnsureIndex(dump_, index_, [](double) {});
  unsetenv("SUDO_UID");
  unsetenv("SUDO_GID");
  struct stat st;
  stat(index_.c_str(), &st);
  EXPECT_EQ(st.st_uid, 1234u);
  EXPECT_EQ(st.st_gid, 2345u);
}

TEST_F(IndexTest, IsBuiltAgainWhereItIsForeignCutOrDamaged) {
  Build(Joined(SmallHeap()));
  const std::string good = ReadFile(index_);
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
    WriteFile(index_, bytes);
    EXPECT_TRUE(EnsureIndex(dump_, index_, [](double) {}).built);
    EXPECT_FALSE(EnsureIndex(dump_, index_, [](double) {}).built);
  }
}

TEST_F(IndexTest, IsBuiltByTwoProcessesAtOnce) {
  WriteFile(dump_, Joined(SmallHeap()));
  for (int round = 0; round < 20; round++) {
    std::filesystem::remove(index_);
    pid_t children[2];
    for (pid_t& child : children) {
      child = fork();
      if (child == 0) {
        int status = 1;
        try {
          EnsureIndex(dump_, index_, [](double) {});
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
int InChild(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Gives this process mounts that no other sees.
bool OwnMounts() {
  const std::string user = "0 " + std::to_string(getuid()) + " 1";
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    WriteFile("/proc/self/uid_map", user);
  }
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

TEST_F(IndexTest, LeavesNothingWhereTheFileSystemIsFull) {
  constexpr int kNotAllowed = 77;
  WriteFile(dump_, Joined(SmallHeap()));
  const std::string full = path("full");
  std::filesystem::create_directory(full);
  const int result = InChild([&] {
    if (!OwnMounts() || mount("none", full.c_str(), "tmpfs", 0, "size=16k") != 0) return kNotAllowed;
    try {
      EnsureIndex(dump_, full + "/index", [](double) {});
    } catch (const Error& error) {
      const std::string told = error.what();
      if (error.code() != ExitCode::kUsage) return 1;
      if (told.find("no space left") == told.npos || told.find(full) == told.npos) return 2;
      return std::filesystem::is_empty(full) ? 0 : 3;
    }
    return 4;
  });
  if (result == kNotAllowed) GTEST_SKIP() << "no mount namespaces here";
  EXPECT_EQ(result, 0);
}

TEST_F(IndexTest, SaysWhereTheIndexCannotBeWritten) {
  WriteFile(dump_, Joined(SmallHeap()));
  try {
    EnsureIndex(dump_, path("no/such/folder/index"), [](double) {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("no/such/folder/index"), std::string::npos);
  }
}

}  // namespace
}  // namespace heapdump
