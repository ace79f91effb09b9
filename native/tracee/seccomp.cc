#include "tracee/seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

namespace heapdump {
namespace {

// linux/ptrace.h, which cannot be included together with sys/ptrace.h.
constexpr int kGetFilter = 0x420c;
// linux/capability.h
constexpr int kSysAdmin = 21;
// include/linux/proc_ns.h: PROC_USER_INIT_INO
constexpr char kInitialUserNamespace[] = "user:[4026531837]";

// A value to run a filter's program to; nothing if it is not one that the kernel takes.
std::optional<uint32_t> run(const SeccompFilters::Program& program, const seccomp_data& data) {
  uint32_t a = 0;
  uint32_t x = 0;
  std::array<uint32_t, BPF_MEMWORDS> memory{};
  for (size_t at = 0; at < program.size(); ++at) {
    const sock_filter& step = program[at];
    const uint32_t operand = BPF_SRC(step.code) == BPF_X ? x : step.k;
    switch (BPF_CLASS(step.code)) {
      case BPF_LD:
      case BPF_LDX: {
        uint32_t value = step.k;
        if (BPF_MODE(step.code) == BPF_ABS && step.k <= sizeof data - sizeof value)
          memcpy(&value, reinterpret_cast<const char*>(&data) + step.k, sizeof value);
        else if (BPF_MODE(step.code) == BPF_MEM && step.k < memory.size())
          value = memory[step.k];
        else if (BPF_MODE(step.code) == BPF_LEN)
          value = sizeof data;
        else if (BPF_MODE(step.code) != BPF_IMM)
          return std::nullopt;
        (BPF_CLASS(step.code) == BPF_LD ? a : x) = value;
        break;
      }
      case BPF_ST:
      case BPF_STX:
        if (step.k >= memory.size()) return std::nullopt;
        memory[step.k] = BPF_CLASS(step.code) == BPF_ST ? a : x;
        break;
      case BPF_ALU:
        switch (BPF_OP(step.code)) {
          case BPF_ADD:
            a += operand;
            break;
          case BPF_SUB:
            a -= operand;
            break;
          case BPF_MUL:
            a *= operand;
            break;
          case BPF_OR:
            a |= operand;
            break;
          case BPF_AND:
            a &= operand;
            break;
          case BPF_XOR:
            a ^= operand;
            break;
          case BPF_LSH:
            a = operand < 32 ? a << operand : 0;
            break;
          case BPF_RSH:
            a = operand < 32 ? a >> operand : 0;
            break;
          case BPF_NEG:
            a = -a;
            break;
          case BPF_DIV:
            if (operand == 0) return 0;
            a /= operand;
            break;
          default:
            return std::nullopt;
        }
        break;
      case BPF_JMP: {
        if (BPF_OP(step.code) == BPF_JA) {
          at += step.k;
          break;
        }
        bool is_true = false;
        switch (BPF_OP(step.code)) {
          case BPF_JEQ:
            is_true = a == operand;
            break;
          case BPF_JGT:
            is_true = a > operand;
            break;
          case BPF_JGE:
            is_true = a >= operand;
            break;
          case BPF_JSET:
            is_true = (a & operand) != 0;
            break;
          default:
            return std::nullopt;
        }
        at += is_true ? step.jt : step.jf;
        break;
      }
      case BPF_RET:
        return BPF_RVAL(step.code) == BPF_A ? a : step.k;
      case BPF_MISC:
        if (BPF_MISCOP(step.code) == BPF_TAX)
          x = a;
        else
          a = x;
        break;
    }
  }
  return std::nullopt;
}

bool is_deadly_action(uint32_t action) {
  switch (action) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_ERRNO:
    case SECCOMP_RET_TRACE:
      return false;
    default:
      return true;
  }
}

}  // namespace

bool may_suspend_filters() {
  std::ifstream file("/proc/thread-self/status");
  bool is_filtered = true;
  uint64_t capabilities = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string key;
    fields >> key;
    int mode;
    if (key == "Seccomp:" && fields >> mode) is_filtered = mode != 0;
    if (key == "CapEff:") fields >> std::hex >> capabilities;
  }
  char name[64]{};
  return !is_filtered && capabilities >> kSysAdmin & 1 &&
         readlink("/proc/self/ns/user", name, sizeof name - 1) > 0 &&
         strcmp(name, kInitialUserNamespace) == 0;
}

std::optional<SeccompFilters> SeccompFilters::read(pid_t tid) {
  std::vector<Program> programs;
  for (long index = 0;; ++index) {
    const auto request = static_cast<__ptrace_request>(kGetFilter);
    const long size = ptrace(request, tid, index, nullptr);
    if (size < 0 && errno == ENOENT) return SeccompFilters(std::move(programs));
    if (size < 0) return std::nullopt;
    Program program(size);
    if (ptrace(request, tid, index, program.data()) != size) return std::nullopt;
    programs.push_back(std::move(program));
  }
}

std::optional<std::vector<uint32_t>> SeccompFilters::actions(const SystemCall& call) const {
  seccomp_data data{};
  data.nr = static_cast<int>(call.number);
  data.arch = AUDIT_ARCH_X86_64;
  for (size_t i = 0; i < call.arguments.size(); ++i) data.args[i] = call.arguments[i];
  std::vector<uint32_t> actions;
  for (const Program& program : programs_) {
    const auto value = run(program, data);
    if (!value) return std::nullopt;
    actions.push_back(*value & SECCOMP_RET_ACTION_FULL);
  }
  return actions;
}

bool SeccompFilters::is_deadly(const SystemCall& call) const {
  const auto all = actions(call);
  return !all || std::any_of(all->begin(), all->end(), is_deadly_action);
}

bool SeccompFilters::allows(const SystemCall& call) const {
  const auto all = actions(call);
  return all && std::all_of(all->begin(), all->end(), [](uint32_t action) {
           return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
         });
}

}  // namespace heapdump
