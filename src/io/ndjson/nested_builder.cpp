#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "columnar/builder.h"
#include "io/ndjson/value_builder.h"
#include "treadle/schema.h"

namespace treadle::ndjson {
namespace {

using columnar::Column;
using ondemand::json_type;

/// A row's elements are those between the end of the row before and its own: what a row that failed has left
/// behind belongs to the null that completes it.
class Lists final : public ValueBuilder {
 public:
  explicit Lists(const DataType& type)
      : type_(type), elements_(make_value_builder(type.fields().front().type)) {
    ends_.append_value(std::int32_t{0});
  }
  bool append(ondemand::value& value, json_type) override {
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto element : array) {
      ondemand::value each;
      if (std::move(element).get(each) != simdjson::SUCCESS || !elements_->append_value(each)) {
        complete_element();
        return false;
      }
    }
    append_end();
    validity_.append_valid();
    return true;
  }
  void append_null() override {
    append_end();
    validity_.append_null();
  }
  std::int64_t length() const override { return validity_.length(); }
  Column finish() override {
    const std::int64_t length = validity_.length(), nulls = validity_.null_count();
    std::vector<Column> elements;
    elements.push_back(elements_->finish());
    BufferPtr ends = ends_.finish();
    ends_.append_value(std::int32_t{0});
    return Column::nested(type_, length, validity_.finish(), std::move(ends), std::move(elements), nulls);
  }

 private:
  void append_end() { ends_.append_value(static_cast<std::int32_t>(elements_->length())); }
  /// An element that is a struct may be half there.
  void complete_element() { elements_->append_null(); }

  DataType type_;
  std::unique_ptr<ValueBuilder> elements_;
  BufferBuilder ends_;
  columnar::ValidityBuilder validity_;
};

class Structs final : public ValueBuilder {
 public:
  explicit Structs(const DataType& type) : type_(type) {
    for (const Field& field : type_.fields()) {
      places_.emplace(field.name, children_.size());
      children_.push_back(make_value_builder(field.type));
    }
  }
  bool append(ondemand::value& value, json_type) override {
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return false;
    for (auto member : object) {
      ondemand::field field;
      std::string_view key;
      if (std::move(member).get(field) != simdjson::SUCCESS ||
          field.unescaped_key().get(key) != simdjson::SUCCESS) {
        return false;
      }
      const auto place = places_.find(key);
      if (place == places_.end()) return false;
      ValueBuilder& child = *children_[place->second];
      const bool twice = child.length() != length();
      if (twice || !child.append_value(field.value())) return false;
    }
    complete_children();
    validity_.append_valid();
    return true;
  }
  void append_null() override {
    complete_children();
    validity_.append_null();
  }
  std::int64_t length() const override { return validity_.length(); }
  Column finish() override {
    const std::int64_t length = validity_.length(), nulls = validity_.null_count();
    std::vector<Column> children;
    for (const auto& child : children_) children.push_back(child->finish());
    return Column::nested(type_, length, validity_.finish(), nullptr, std::move(children), nulls);
  }

 private:
  void complete_children() {
    for (const auto& child : children_) {
      if (child->length() == length()) child->append_null();
    }
  }

  DataType type_;
  std::vector<std::unique_ptr<ValueBuilder>> children_;
  std::unordered_map<std::string_view, std::size_t> places_;  // names lie in type_
  columnar::ValidityBuilder validity_;
};

}  // namespace

std::unique_ptr<ValueBuilder> make_nested_builder(const DataType& type) {
  if (type.id() == TypeId::kList) return std::make_unique<Lists>(type);
  return std::make_unique<Structs>(type);
}

}  // namespace treadle::ndjson
