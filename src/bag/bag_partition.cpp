#include "treadle/bag_partition.h"

#include "treadle/error.h"

namespace treadle::bag {

void throw_at_item(std::size_t index, std::size_t partition, const std::string& item) {
  std::string place = "item " + std::to_string(index) + " of partition " + std::to_string(partition);
  if (!item.empty()) place += ", " + item.substr(0, 200);
  try {
    throw;
  } catch (const Cancelled&) {
    throw;
  } catch (const OutOfMemory&) {
    throw;
  } catch (const std::exception& error) {
    std::throw_with_nested(std::runtime_error(place + ": " + error.what()));
  } catch (...) {
    std::throw_with_nested(std::runtime_error(place + ": an exception of an unknown type"));
  }
}

}  // namespace treadle::bag
