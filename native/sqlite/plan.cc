#include "sqlite/plan.h"

#include <algorithm>
#include <new>

namespace heapdump {

int Plan::find(int column, unsigned char op, int from) const {
  for (int i = from; i < info_->nConstraint; ++i) {
    const auto& constraint = info_->aConstraint[i];
    if (constraint.usable && constraint.iColumn == column && constraint.op == op) return i;
  }
  return -1;
}

bool Plan::waits_for(int column) const {
  for (int i = 0; i < info_->nConstraint; ++i) {
    const auto& constraint = info_->aConstraint[i];
    if (!constraint.usable && constraint.iColumn == column && constraint.op == SQLITE_INDEX_CONSTRAINT_EQ)
      return true;
  }
  return false;
}

void Plan::use(int constraint, std::string_view shown) {
  info_->aConstraintUsage[constraint].argvIndex = ++values_;
  if (!note_.empty()) note_ += ' ';
  note_ += shown;
}

bool Plan::use_equal(int column, std::string_view shown) {
  const int constraint = find(column, SQLITE_INDEX_CONSTRAINT_EQ);
  if (constraint >= 0) use(constraint, shown);
  return constraint >= 0;
}

void Plan::use_argument(int constraint, int argument, std::string_view shown) {
  use(constraint, shown);
  info_->aConstraintUsage[constraint].omit = 1;
  arguments_given_ |= 1 << argument;
}

void Plan::answer(int code, double cost, double rows, bool unique) {
  info_->idxNum = code << kMaxArguments | arguments_given_;
  info_->estimatedCost = cost;
  info_->estimatedRows = static_cast<sqlite3_int64>(std::max(1.0, rows));
  if (unique) info_->idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
  if (note_.empty()) return;
  info_->idxStr = sqlite3_mprintf("%s", note_.c_str());
  info_->needToFreeIdxStr = 1;
  if (info_->idxStr == nullptr) throw std::bad_alloc();
}

}  // namespace heapdump
