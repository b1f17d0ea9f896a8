#include "bag/json.h"

#include <simdjson.h>

#include "bag/condition.h"
#include "bag/json_parser.h"
#include "treadle/error.h"

namespace treadle::bag {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// The last field of that name, which is the one that counts.
bool find(const element& in, const std::string& name, element& found) {
  simdjson::dom::object fields;
  if (in.get(fields) != simdjson::SUCCESS) return false;
  bool is_there = false;
  for (const auto& field : fields) {
    if (field.key != name) continue;
    found = field.value;
    is_there = true;
  }
  return is_there;
}

bool find(const element& in, std::int64_t place, element& found) {
  simdjson::dom::array items;
  if (in.get(items) != simdjson::SUCCESS) return false;
  if (place < 0) place += static_cast<std::int64_t>(items.size());
  return place >= 0 && items.at(static_cast<std::size_t>(place)).get(found) == simdjson::SUCCESS;
}

bool find_at(const element& in, const ItemPath& path, element& found) {
  found = in;
  for (const ItemKey& key : path) {
    element next;
    if (!find_part(found, key, next)) return false;
    found = next;
  }
  return true;
}

Scalar scalar_of(const element& value) {
  Scalar scalar;
  scalar.kind = Scalar::Kind::kNumber;
  switch (value.type()) {
    case element_type::INT64:
      scalar.number = std::int64_t{value};
      break;
    case element_type::UINT64:
      scalar.number = static_cast<double>(std::uint64_t{value});
      break;
    case element_type::DOUBLE:
      scalar.number = double{value};
      break;
    case element_type::BOOL:
      scalar.kind = Scalar::Kind::kBool;
      scalar.number = std::int64_t{bool{value}};
      break;
    case element_type::STRING:
      scalar.kind = Scalar::Kind::kText;
      scalar.text = std::string_view(value);
      break;
    case element_type::NULL_VALUE:
      scalar.kind = Scalar::Kind::kMissing;
      break;
    default:
      scalar.kind = Scalar::Kind::kOther;
  }
  return scalar;
}

class ReadJson final : public Step {
 public:
  explicit ReadJson(OnBadJson on_bad) : on_bad_(on_bad) {}
  std::string_view name() const override { return "json"; }
  std::string parameters() const override { return on_bad_ == OnBadJson::kSkip ? "skip" : ""; }
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext& context) const override {
    return std::make_unique<AtWork>(on_bad_, next, context);
  }

 private:
  class AtWork final : public Receiver {
   public:
    AtWork(OnBadJson on_bad, Receiver& next, TaskContext& context)
        : on_bad_(on_bad), next_(next), context_(context) {}
    void take(std::string_view text) override {
      element value;
      const bool is_marked = on_bad_ == OnBadJson::kErrorAsPython && text.starts_with("\xEF\xBB\xBF");
      const simdjson::error_code error =
          is_marked ? simdjson::error_code::TAPE_ERROR : parser_.parse(text, value);
      if (error == simdjson::SUCCESS) return next_.take_json(value);
      if (error == simdjson::MEMALLOC) throw OutOfMemory("json: no memory for a text of its size");
      if (on_bad_ != OnBadJson::kSkip) {
        throw BadItem(std::string("expected JSON, found ") + simdjson::error_message(error) + " in " +
                      std::string(text.substr(0, 200)));
      }
      if (!warned_)
        context_.warn("texts that are no JSON were skipped, the first: " + std::string(text.substr(0, 80)));
      warned_ = true;
      context_.count(Counter::kRowsSkipped, 1);
    }

   private:
    OnBadJson on_bad_;
    Receiver& next_;
    TaskContext& context_;
    JsonParser parser_;
    bool warned_ = false;
  };

  OnBadJson on_bad_;
};

class FilterJson final : public Step {
 public:
  explicit FilterJson(ItemCondition condition) : condition_(std::move(condition)) {}
  std::string_view name() const override { return "filter"; }
  std::string parameters() const override { return condition_.to_string(); }
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext&) const override {
    return std::make_unique<AtWork>(*condition_.condition(), next);
  }

 private:
  class AtWork final : public Receiver {
   public:
    AtWork(const Condition& condition, Receiver& next) : condition_(condition), next_(next) {}
    void take_json(const element& value) override {
      const bool kept = holds(condition_, [&](const ItemPath& path) {
        element found;
        return find_at(value, path, found) ? scalar_of(found) : Scalar();
      });
      if (kept) next_.take_json(value);
    }

   private:
    const Condition& condition_;
    Receiver& next_;
  };

  ItemCondition condition_;
};

class PluckJson final : public Step {
 public:
  PluckJson(ItemPath path, std::optional<Item> missing) : path_(std::move(path)) {
    if (missing) missing_ = missing->to_json();
  }
  std::string_view name() const override { return "pluck"; }
  std::string parameters() const override { return to_string(path_) + (missing_ ? ", " + *missing_ : ""); }
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext&) const override {
    return std::make_unique<AtWork>(*this, next);
  }

 private:
  class AtWork final : public Receiver {
   public:
    AtWork(const PluckJson& step, Receiver& next) : step_(step), next_(next) {
      if (step.missing_ && parser_.parse(*step.missing_, missing_) != simdjson::SUCCESS) {
        throw InvalidArgument("pluck: expected a default that JSON can say, found " + *step.missing_);
      }
    }
    void take_json(const element& value) override {
      element found;
      if (find_at(value, step_.path_, found)) return next_.take_json(found);
      if (!step_.missing_) {
        throw BadItem("pluck: expected '" + to_string(step_.path_) + "', found " +
                      simdjson::minify(value).substr(0, 200));
      }
      next_.take_json(missing_);
    }

   private:
    const PluckJson& step_;
    Receiver& next_;
    JsonParser parser_;
    element missing_;
  };

  ItemPath path_;
  std::optional<std::string> missing_;
};

}  // namespace

bool find_part(const element& in, const ItemKey& key, element& found) {
  return std::visit([&](const auto& one) { return find(in, one, found); }, key);
}

StepPtr json_step(OnBadJson on_bad) { return std::make_shared<const ReadJson>(on_bad); }

StepPtr json_filter_step(ItemCondition condition) {
  return std::make_shared<const FilterJson>(std::move(condition));
}

StepPtr json_pluck_step(ItemPath path, std::optional<Item> missing) {
  return std::make_shared<const PluckJson>(std::move(path), std::move(missing));
}

Item to_item(const element& value) {
  switch (value.type()) {
    case element_type::INT64:
      return std::int64_t{value};
    case element_type::UINT64:
      return static_cast<double>(std::uint64_t{value});
    case element_type::DOUBLE:
      return double{value};
    case element_type::BOOL:
      return bool{value};
    case element_type::STRING:
      return std::string(std::string_view(value));
    case element_type::ARRAY: {
      Item::List items;
      for (const element& one : simdjson::dom::array(value)) items.push_back(to_item(one));
      return items;
    }
    case element_type::OBJECT: {
      Item::Object fields;
      for (const auto& field : simdjson::dom::object(value)) {
        fields.emplace_back(std::string(field.key), to_item(field.value));
      }
      return fields;
    }
    default:
      return {};
  }
}

}  // namespace treadle::bag

namespace treadle {

Item Item::from_json(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  const simdjson::error_code error = parser.parse(text.data(), text.size(), true).get(value);
  if (error != simdjson::SUCCESS) {
    throw ParseError({}, std::string("expected JSON, found ") + simdjson::error_message(error) + " in " +
                             std::string(text.substr(0, 200)));
  }
  return bag::to_item(value);
}

}  // namespace treadle
