#include "bag/receiver.h"

namespace treadle::bag {

void Receiver::take(std::string_view) { throw TypeError("expected another item, found a text"); }
void Receiver::take_json(const simdjson::dom::element&) {
  throw TypeError("expected another item, found JSON");
}
void Receiver::begin_list() { throw TypeError("expected another item, found a list of texts"); }

}  // namespace treadle::bag
