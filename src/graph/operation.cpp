#include "treadle/operation.h"

#include "memory/spill_file.h"

#include <string>

#include "treadle/error.h"

namespace treadle {

Operation::Operation() : identity_(unique_key()) {}

// A copy is another operation: it may be changed before it is used.
Operation::Operation(const Operation&) : identity_(unique_key()) {}

void Operation::add_to(KeyBuilder& key) const { key.add(identity_); }

MemoryNeed Operation::memory_need(std::span<const SizeEstimate>) const { return {}; }

void Operation::write(ByteSink&) const {
  throw TypeError("the operation " + std::string(name()) + " is not portable: it runs in this process only");
}

std::shared_ptr<SpillFile> TaskContext::make_spill_file(std::string_view /*holder*/) {
  return std::make_shared<SpillFile>(spill_directory());
}

void TaskContext::check_stopped() const {
  if (stop_requested()) throw Cancelled();
}

}  // namespace treadle
