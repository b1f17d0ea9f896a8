#include "io/zarr/json_entries.h"

#include <nlohmann/json.hpp>

#include "treadle/error.h"

namespace treadle::io::zarr {

using Json = nlohmann::json;

Json parse_document(std::string_view text, const std::string& path) {
  try {
    Json document = Json::parse(text);
    if (!document.is_object())
      throw IoError(path + ": expected a JSON object, found " + document.type_name());
    return document;
  } catch (const Json::parse_error& error) {
    throw IoError(path + ": not valid JSON at byte " + std::to_string(error.byte) + ": " + error.what());
  } catch (const Json::out_of_range& error) {  // a number beyond any float
    throw IoError(path + ": not valid JSON: " + error.what());
  }
}

const Json* Entries::find(const char* name) const {
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

const Json& Entries::get(const char* name) const {
  const Json* found = find(name);
  if (found == nullptr) throw IoError(path_ + ": the entry \"" + name + "\" is missing");
  return *found;
}

Entries Entries::entries(const char* name) const {
  const Json& value = get(name);
  if (!value.is_object()) refuse(name, "an object");
  return {value, path_};
}

std::string Entries::text(const char* name) const {
  const Json& value = get(name);
  if (!value.is_string()) refuse(name, "a string");
  return value.get<std::string>();
}

std::int64_t Entries::whole(const char* name, std::int64_t least, std::int64_t most) const {
  const Json& value = get(name);
  const bool fits =
      value.is_number_integer() && value.get<std::int64_t>() >= least && value.get<std::int64_t>() <= most;
  if (!fits)
    refuse(name, least == most ? std::to_string(least)
                               : "a number from " + std::to_string(least) + " to " + std::to_string(most));
  return value.get<std::int64_t>();
}

char Entries::separator(const char* name) const {
  const std::string found = text(name);
  if (found != "." && found != "/") refuse(name, R"("." or "/")");
  return found.front();
}

void Entries::refuse(const char* name, const std::string& expected) const {
  // What is no UTF-8 is shown, too.
  throw IoError(path_ + ": expected \"" + name + "\" to be " + expected + ", found " +
                get(name).dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80));
}

}  // namespace treadle::io::zarr
