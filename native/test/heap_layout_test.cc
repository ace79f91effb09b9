// The rows of the heap layouts against running CPythons: those that HEAPDUMP_PYTHONS names, `:` between them.
#include "python/heap_layout.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "python/heap_fields.h"

namespace heapdump {
namespace {

// A CPython that says when it has started, and then works.
class Python {
 public:
  explicit Python(const std::string& path) {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    child_ = fork();
    if (child_ == 0) {
      dup2(ready[1], 1);
      const char* program =
          "import os, threading\n"
          "def work(n):\n"
          "    while True:\n"
          "        [x for x in range(n)]\n"
          "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
          "os.write(1, b'.')\n"
          "work(100)\n";
      execl(path.c_str(), path.c_str(), "-c", program, nullptr);
      _exit(127);
    }
    close(ready[1]);
    char byte;
    started_ = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
  }
  ~Python() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Python(const Python&) = delete;

  bool started() const { return started_; }
  pid_t pid() const { return child_; }

 private:
  pid_t child_;
  bool started_;
};

std::vector<std::string> pythons() {
  std::vector<std::string> found;
  const char* named = getenv("HEAPDUMP_PYTHONS");
  std::istringstream paths(named == nullptr ? "" : named);
  for (std::string path; std::getline(paths, path, ':');) found.push_back(path);
  return found;
}

const CPythonLayout* nearest(const std::string& version) {
  const auto rows = find_layouts(version);
  return rows.empty() ? nullptr : rows.front();
}

class HeapLayoutTest : public ::testing::TestWithParam<std::string> {
 protected:
  HeapLayoutTest()
      : python_(GetParam()),
        memory_(python_.pid()),
        maps_(read_maps(python_.pid())),
        interpreter_(Interpreter::find(python_.pid(), memory_, maps_, read_images(memory_, maps_))),
        row_(nearest(interpreter_.version())) {}

  std::string contradiction(const CPythonLayout& row) const {
    return heap_layout_contradiction(memory_, interpreter_, row);
  }

  const Python python_;
  const Memory memory_;
  const std::vector<Mapping> maps_;
  const Interpreter interpreter_;
  const CPythonLayout* const row_;
};

TEST_P(HeapLayoutTest, HoldsOfTheCPythonThatItIsOf) {
  ASSERT_NE(row_, nullptr);
  EXPECT_EQ(contradiction(*row_), "") << interpreter_.version();
  EXPECT_EQ(&check_heap_layout(memory_, interpreter_), row_);
}

TEST_P(HeapLayoutTest, IsRefusedWhereAFieldIsWrong) {
  constexpr uint32_t hd_layout::*kFields[] = {&hd_layout::type_name,
                                              &hd_layout::type_basicsize,
                                              &hd_layout::type_flags,
                                              &hd_layout::type_mro,
                                              &hd_layout::type_base,
                                              &hd_layout::type_dictoffset,
                                              &hd_layout::interpreter_modules,
                                              &hd_layout::interpreter_sysdict,
                                              &hd_layout::interpreter_builtins,
                                              &hd_layout::interpreter_threads,
                                              &hd_layout::interpreter_importlib,
                                              &hd_layout::interpreter_id,
                                              &hd_layout::thread_frame,
                                              &hd_layout::gc_collecting,
                                              &hd_layout::gil_last_holder,
                                              &hd_layout::dict_keys,
                                              &hd_layout::dict_used,
                                              &hd_layout::keys_entries,
                                              &hd_layout::keys_indices,
                                              &hd_layout::list_items,
                                              &hd_layout::tuple_items,
                                              &hd_layout::str_state,
                                              &hd_layout::str_length,
                                              &hd_layout::str_ascii_size,
                                              &hd_layout::int_digits,
                                              &hd_layout::float_value,
                                              &hd_layout::module_dict,
                                              &hd_layout::code_file,
                                              &hd_layout::code_line_table,
                                              &hd_layout::code_argument_count,
                                              &hd_layout::frame_code,
                                              &hd_layout::iframe_code,
                                              &hd_layout::static_type_dict,
                                              &hd_layout::member_name};
  for (const auto field : kFields) {
    if (row_->heap.*field == HD_ABSENT) continue;
    CPythonLayout wrong = *row_;
    wrong.heap.*field += 8;
    EXPECT_NE(contradiction(wrong), "") << interpreter_.version() << ", a field at " << wrong.heap.*field;
  }
  CPythonLayout wrong = *row_;
  wrong.heap.gc_list[1] += 8;
  EXPECT_NE(contradiction(wrong), "");
}

TEST(HeapLayouts, APatchReleaseThatIsNotKnownGetsTheNearest) {
  ASSERT_NE(nearest("3.11.7"), nullptr);
  EXPECT_EQ(nearest("3.11.99"), nearest("3.11.7"));
  EXPECT_EQ(nearest("3.13.0rc2"), nearest("3.13.0"));
  EXPECT_NE(nearest("3.13.18"), nearest("3.13.0"));
  EXPECT_EQ(nearest("3.7.16"), nullptr);
  EXPECT_EQ(nearest("2.7.18"), nullptr);
}

TEST(HeapLayouts, NameTheVersionsThatAreKnown) {
  EXPECT_EQ(known_versions(), "3.8 to 3.14");
  std::set<int> minors;
  for (const CPythonLayout& row : all_layouts()) {
    minors.insert(row.minor);
    EXPECT_EQ(&row, nearest("3." + std::to_string(row.minor) + "." + std::to_string(row.first_micro)));
  }
  EXPECT_EQ(minors.size(), 7u);
}

// CPython's What's New of 3.11 and 3.12 says it.
TEST(HeapLayouts, SayWhatVersionsAreKnownFor) {
  for (const CPythonLayout& row : all_layouts()) {
    EXPECT_EQ(row.frames_are_objects(), row.minor < 11) << row.minor;
    EXPECT_EQ(row.has_values_apart(), row.minor == 11 || row.minor == 12) << row.minor;
    EXPECT_EQ(row.heap.flag_managed_dict != 0, row.minor >= 11) << row.minor;
    EXPECT_EQ(row.heap.immortal_bit != HD_ABSENT, row.minor >= 12) << row.minor;
    EXPECT_EQ(row.thread_tracing == 0, row.minor >= 11) << row.minor;
    EXPECT_EQ(row.pending_calls.main_interpreter_only, row.minor >= 12) << row.minor;
  }
}

TEST(HeapFields, StandOnceEachAndWhereTheLayoutHasThem) {
  for (const CPythonLayout& row : all_layouts()) {
    const std::string version = "3." + std::to_string(row.minor) + "." + std::to_string(row.last_micro);
    std::set<std::tuple<std::string, uint32_t>> places;
    const hd_layout& layout = row.heap;
    std::map<std::string, uint32_t> expected = {{"@interpreter sysdict", layout.interpreter_sysdict},
                                                {"@type __mro__", layout.type_mro},
                                                {"@code co_filename", layout.code_file},
                                                {"module __dict__", layout.module_dict}};
    for (const hd_field& field : find_heap_fields(row, version)) {
      EXPECT_TRUE(places.emplace(field.owner, field.offset).second)
          << version << " " << field.owner << " " << field.name;
      EXPECT_LT(strlen(field.name), sizeof field.name);
      const auto found = expected.find(std::string(field.owner) + " " + field.name);
      if (found == expected.end()) continue;
      EXPECT_EQ(field.offset, found->second) << version << " " << found->first;
      expected.erase(found);
    }
    EXPECT_TRUE(expected.empty()) << version << " has no " << expected.begin()->first;
  }
}

INSTANTIATE_TEST_SUITE_P(Pythons, HeapLayoutTest, ::testing::ValuesIn(pythons()));
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HeapLayoutTest);

}  // namespace
}  // namespace heapdump
