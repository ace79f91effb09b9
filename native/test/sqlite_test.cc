// The virtual tables under the sanitizers: every table read through SQLite, of a sound index and of damaged
// ones. What the answers are is tested in test/integration/sqlite-tables.test.ts.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <random>
#include <set>

#include "heap/heap_index.h"
#include "index/build_index.h"
#include "sqlite/table.h"
#include "support/error.h"
#include "test/heap_builder.h"
#include "test/small_heap.h"
#include "test/temporary_folder.h"

extern "C" int sqlite3_heapdump_init(sqlite3* db, char** message, const sqlite3_api_routines* api);

namespace heapdump {
namespace {

using namespace test;

class Database {
 public:
  explicit Database(const std::string& index) {
    sqlite3_open(":memory:", &db_);
    sqlite3_heapdump_init(db_, nullptr, nullptr);
    for (const Table* table : tables()) {
      if (table->kind == TableKind::kCatalog) continue;
      run("CREATE VIRTUAL TABLE " + std::string(table->name) + " USING heapdump(" + table->name + ", '" +
          index + "')");
    }
  }
  ~Database() { sqlite3_close(db_); }

  // Reads every column of every row; gives how many rows, or -1 if the query failed.
  int64_t run(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return -1;
    int64_t rows = 0;
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const unsigned char* text = sqlite3_column_text(statement, i);
        bytes_ += text == nullptr ? 0 : sqlite3_column_bytes(statement, i) + text[0];
      }
      rows++;
    }
    sqlite3_finalize(statement);
    return result == SQLITE_DONE ? rows : -1;
  }

  std::vector<uint32_t> ids(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
    std::vector<uint32_t> ids;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      ids.push_back(static_cast<uint32_t>(sqlite3_column_int64(statement, 0)));
    }
    sqlite3_finalize(statement);
    return ids;
  }

  // Every table whole, and what is pushed down with every id and beyond.
  void read_all() {
    for (const Table* table : tables()) {
      const std::string name = table->name;
      const bool needs_argument = std::ranges::any_of(
          table->columns, [](const Column& column) { return column.argument == Argument::kNeeded; });
      if (needs_argument) continue;
      EXPECT_GE(run("SELECT * FROM " + name), 0) << name;
    }
    for (const std::string two :
         {"same_as('main')", "same_as('main') WHERE id = 5", "leaks('main')", "leaks('main', 'main')",
          "diff('main', 'type')", "diff('main', 'owner')", "diff('main', 'path')", "partition('kind')",
          "partition('rcs')", "partition('via', 'alive')", "partition('size,content,referrers(id)')"}) {
      EXPECT_GE(run("SELECT * FROM " + two), 0) << two;
    }
    // There may be no such row, or type.
    run("SELECT * FROM members('reach(all/kind:0) - referents(all/rcs:0) | holders(all/via:0).*')");
    run("SELECT * FROM freed('all/id:0 | all/id:1')");
    run("SELECT * FROM set_totals('by(>= type) | via([*]) | owner(*) | module(*)')");
    for (const std::string order : {"size DESC", "size", "retained DESC", "retained", "id DESC", "address"}) {
      EXPECT_GE(run("SELECT * FROM object ORDER BY " + order), 0);
    }
    for (int id = -1; id < 17; ++id) {
      const std::string number = std::to_string(id);
      for (const std::string& table : kOfObject_) {
        EXPECT_GE(run("SELECT rowid, * FROM " + table + "(" + number + ")"), 0) << table;
      }
      EXPECT_GE(run("SELECT * FROM path_to_root(" + number + ", 'label:x', 4)"), 0);
      for (const char* where :
           {"object WHERE id = ", "object WHERE type = ", "object WHERE size > ", "object WHERE address > ",
            "object WHERE retained > ",
            "object WHERE garbage = ", "reference WHERE source = ", "reference WHERE target = ",
            "reference WHERE source = 8 AND target = ", "type WHERE id = ", "root WHERE object = "}) {
        EXPECT_GE(run("SELECT rowid, * FROM " + std::string(where) + number), 0);
      }
    }
  }

 private:
  const std::set<std::string> kOfObject_ = {"referrers",       "referents",    "holders",
                                            "holds",           "reachable",    "dominated",
                                            "dominated_types", "path_to_root", "merged_paths"};
  sqlite3* db_ = nullptr;
  int64_t bytes_ = 0;
};

class SqliteTest : public TemporaryFolder {
 protected:
  SqliteTest() {
    write_file(path("heap.bin"), joined(small_heap()));
    ensure_index(path("heap.bin"), index_, [](double) {});
  }

  const std::string index_ = path("index");
};

TEST_F(SqliteTest, ReadsEveryTable) {
  Database database(index_);
  database.read_all();
  EXPECT_EQ(database.run("SELECT * FROM object"), 14);
  EXPECT_EQ(database.run("SELECT * FROM reference WHERE kind <> 'type'"), 17);
  EXPECT_EQ(database.run("SELECT * FROM reference WHERE kind = 'type'"), 13)
      << "one object has a type unknown";
  EXPECT_EQ(database.run("SELECT * FROM type"), 6);
  EXPECT_EQ(database.run("SELECT * FROM referrers"), -1);
}

TEST_F(SqliteTest, ReadsAHeapWithoutObjects) {
  write_file(path("heap.bin"), file_header() + meta_chunk() + end_chunk(0, 0));
  ensure_index(path("heap.bin"), index_, [](double) {});
  Database database(index_);
  database.read_all();
  EXPECT_EQ(database.run("SELECT * FROM object"), 0);
}

TEST_F(SqliteTest, ADamagedColumnNeverLeadsOutOfTheIndex) {
  const std::string good = read_file(index_);
  std::vector<SectionPlace> columns;
  {
    const HeapIndex heap(index_);
    for (uint32_t i = 0; i < static_cast<uint32_t>(kFirstSmall); i++)
      columns.push_back(heap.header().sections[i]);
  }
  std::mt19937_64 random(11);
  for (const SectionPlace& column : columns) {
    for (int round = 0; round < 8 && column.bytes > 0; ++round) {
      std::string bytes = good;
      for (int i = 0; i < 6; i++)
        bytes[column.offset + random() % column.bytes] = static_cast<char>(random());
      const std::string damaged =
          path("damaged." + std::to_string(column.offset) + "." + std::to_string(round));
      write_file(damaged, bytes);
      Database(damaged).read_all();
    }
  }
}

// More objects than the index has in order.
TEST_F(SqliteTest, OrdersAllObjectsBySize) {
  std::mt19937 random(5);
  HeapBuilder made;
  const uint32_t type = made.static_type("app.Thing");
  for (uint32_t i = 0; i < kRanked + 5000; ++i) {
    made.object(type).size(random() % 100 < 99 ? random() % 50 : random());
  }
  write_file(path("heap.bin"), made.dump());
  ensure_index(path("heap.bin"), index_, [](double) {});
  const HeapIndex heap(index_);
  std::vector<uint32_t> all(heap.objects());
  std::iota(all.begin(), all.end(), 0);
  std::ranges::stable_sort(all, std::greater{}, [&](uint32_t id) { return heap.size(id); });
  const uint64_t last = heap.size(all[kRanked - 1]);
  Database database(index_);
  for (const uint64_t low : {uint64_t{0}, last, last + 1, uint64_t{1} << 31}) {
    for (const uint64_t high : {last, last + 1, uint64_t{1} << 40}) {
      std::vector<uint32_t> expected;
      std::ranges::copy_if(all, std::back_inserter(expected),
                           [&](uint32_t id) { return heap.size(id) >= low && heap.size(id) <= high; });
      const std::string where =
          " FROM object WHERE size BETWEEN " + std::to_string(low) + " AND " + std::to_string(high);
      EXPECT_EQ(database.ids("SELECT id" + where + " ORDER BY size DESC"), expected) << low << " " << high;
      std::ranges::reverse(expected);
      EXPECT_EQ(database.ids("SELECT id" + where + " ORDER BY size"), expected) << low << " " << high;
    }
  }
  EXPECT_EQ(database.ids("SELECT id FROM object ORDER BY retained DESC"), all);
}

}  // namespace
}  // namespace heapdump
