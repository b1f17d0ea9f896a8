#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/nearest_name.h"
#include "treadle/delayed_call.h"

namespace treadle {
namespace {

// The functions that TREADLE_TASK made known. Filled while the program's static objects are made, in no
// certain order, hence built at first use.
struct Registry {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<const Callable>, std::less<>> by_name;
  std::map<std::pair<const void*, std::type_index>, std::shared_ptr<const Callable>> by_address;
};

Registry& registry() {
  static Registry* registry = new Registry;  // never destroyed: tasks may run while the process exits
  return *registry;
}

}  // namespace

namespace delayed_call {

std::shared_ptr<const Callable> find_registered(const void* address, std::type_index callable_type) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  const auto found = known.by_address.find({address, callable_type});
  return found == known.by_address.end() ? nullptr : found->second;
}

bool register_callable(std::string name, const void* address, std::type_index callable_type,
                       std::shared_ptr<const Callable> callable) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  const auto [place, added] = known.by_name.try_emplace(std::move(name), callable);
  const auto same = known.by_address.find({address, callable_type});
  if (!added && same == known.by_address.end()) {
    throw InvalidArgument("two functions are registered by the name \"" + place->first + "\"");
  }
  known.by_address.try_emplace({address, callable_type}, std::move(callable));
  return true;
}

}  // namespace delayed_call

std::shared_ptr<const Callable> registered_callable(std::string_view name) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  const auto found = known.by_name.find(name);
  if (found != known.by_name.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [each, callable] : known.by_name) names.push_back(each);
  throw NotFound("no function is registered as \"" + std::string(name) + "\"" + nearest_hint(name, names));
}

}  // namespace treadle
