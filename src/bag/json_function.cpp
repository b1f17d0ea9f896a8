#include "bag/json_function.h"

#include <simdjson.h>

#include <compare>
#include <utility>

#include "bag/json.h"
#include "bag/json_parser.h"
#include "bag/pipeline.h"

namespace treadle::bag {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using Kind = JsonFunction::Kind;

/// Only Python can say what comes of a record.
[[noreturn]] void leave_to_python(const char* why) { throw BadItem(why); }

/// What a tree comes to: a part of the record, or a value of the tree's own, which it views.
struct Found {
  enum class Kind : std::uint8_t { kNone, kBool, kInteger, kFloat, kText, kOther };
  Kind kind = Kind::kNone;
  std::int64_t integer = 0;  // of a bool as well: to Python it is a number
  double number = 0;
  std::string_view text;
  std::optional<element> part;

  bool is_number() const { return kind == Kind::kBool || kind == Kind::kInteger || kind == Kind::kFloat; }
};

Found found_bool(bool value) {
  Found found;
  found.kind = Found::Kind::kBool;
  found.integer = value ? 1 : 0;
  return found;
}

Found found_of(const element& part) {
  Found found;
  found.part = part;
  switch (part.type()) {
    case element_type::NULL_VALUE:
      break;
    case element_type::BOOL:
      found.kind = Found::Kind::kBool;
      found.integer = bool{part} ? 1 : 0;
      break;
    case element_type::INT64:
      found.kind = Found::Kind::kInteger;
      found.integer = std::int64_t{part};
      break;
    case element_type::DOUBLE:
      found.kind = Found::Kind::kFloat;
      found.number = double{part};
      break;
    case element_type::STRING:
      found.kind = Found::Kind::kText;
      found.text = std::string_view(part);
      break;
    case element_type::UINT64:
      leave_to_python("an integer beyond 64 bits");
    default:
      found.kind = Found::Kind::kOther;
  }
  return found;
}

Found found_of(const Item& constant) {
  const Item::Variant& value = constant.value();
  if (const auto* truth = std::get_if<bool>(&value)) return found_bool(*truth);
  Found found;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    found.kind = Found::Kind::kInteger;
    found.integer = *integer;
  } else if (const auto* number = std::get_if<double>(&value)) {
    found.kind = Found::Kind::kFloat;
    found.number = *number;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    found.kind = Found::Kind::kText;
    found.text = *text;
  } else if (!constant.is_null()) {
    leave_to_python("a constant that is no number or text");
  }
  return found;
}

bool is_true(const Found& found) {
  switch (found.kind) {
    case Found::Kind::kNone:
      return false;
    case Found::Kind::kFloat:
      return found.number != 0;
    case Found::Kind::kText:
      return !found.text.empty();
    case Found::Kind::kOther:
      return found.part->is_object() ? simdjson::dom::object(*found.part).size() != 0
                                     : simdjson::dom::array(*found.part).size() != 0;
    default:
      return found.integer != 0;
  }
}

/// By value: an integer may have more digits than a float holds.
std::partial_ordering order_of_numbers(const Found& a, const Found& b) {
  const bool is_float[] = {a.kind == Found::Kind::kFloat, b.kind == Found::Kind::kFloat};
  if (!is_float[0] && !is_float[1]) return a.integer <=> b.integer;
  auto exact = [](const Found& one, bool has_float) {
    return has_float ? static_cast<long double>(one.number) : static_cast<long double>(one.integer);
  };
  return exact(a, is_float[0]) <=> exact(b, is_float[1]);
}

bool is_equal(const Found& a, const Found& b) {
  if (a.kind == Found::Kind::kOther && b.kind == Found::Kind::kOther)
    leave_to_python("lists and objects are compared");
  if (a.is_number() && b.is_number()) return order_of_numbers(a, b) == 0;
  if (a.kind != b.kind) return false;
  return a.kind != Found::Kind::kText || a.text == b.text;
}

std::partial_ordering order_of(const Found& a, const Found& b) {
  if (a.is_number() && b.is_number()) return order_of_numbers(a, b);
  if (a.kind != Found::Kind::kText || b.kind != Found::Kind::kText) leave_to_python("values have no order");
  return a.text <=> b.text;  // of UTF-8's bytes: that of code points
}

class Evaluation {
 public:
  explicit Evaluation(const element& item) : item_(item) {}

  Found of(const JsonFunction& function) const {
    switch (function.kind) {
      case Kind::kItem:
        return found_of(item_);
      case Kind::kConstant:
        return found_of(function.constant);
      case Kind::kPart:
      case Kind::kPartOr:
      case Kind::kGet:
        return part_of(function);
      case Kind::kHas: {
        const element in = part(*function.parts[0]);
        element ignored;
        if (!in.is_object()) leave_to_python("'in' of what is no object");
        return found_bool(find_part(in, function.key, ignored));
      }
      case Kind::kIn:
      case Kind::kInSet:
        return found_bool(is_in(of(*function.parts[0]), function));
      case Kind::kIsNone:
        return found_bool(of(*function.parts[0]).kind == Found::Kind::kNone);
      case Kind::kNot:
        return found_bool(!is_true(of(*function.parts[0])));
      case Kind::kIf:
        return of(*function.parts[is_true(of(*function.parts[0])) ? 1 : 2]);
      case Kind::kVariable:
        throw InternalError("bag: a variable that was not read");
      default:
        return found_bool(compared(function.kind, of(*function.parts[0]), of(*function.parts[1])));
    }
  }

 private:
  element part(const JsonFunction& function) const {
    if (function.kind == Kind::kItem) return item_;
    const Found found = of(function);
    if (!found.part) leave_to_python("a part of a constant");
    return *found.part;
  }

  Found part_of(const JsonFunction& function) const {
    const element in = part(*function.parts[0]);
    const bool by_name = std::holds_alternative<std::string>(function.key);
    element found;
    if (in.is_object()) {
      if (by_name && find_part(in, function.key, found)) return found_of(found);
      if (function.kind != Kind::kPart) return of(*function.parts[1]);
    } else if (in.is_array() && !by_name && function.kind != Kind::kGet) {
      if (find_part(in, function.key, found)) return found_of(found);
      if (function.kind == Kind::kPartOr) return of(*function.parts[1]);
    }
    leave_to_python("a part that is not there");
  }

  static bool is_in(const Found& found, const JsonFunction& function) {
    if (function.kind == Kind::kInSet && found.kind == Found::Kind::kOther)
      leave_to_python("what has no hash is looked up");
    for (const Item& one : function.constant.get<Item::List>()) {
      if (is_equal(found, found_of(one))) return true;
    }
    return false;
  }

  static bool compared(Kind kind, const Found& a, const Found& b) {
    switch (kind) {
      case Kind::kEqual:
        return is_equal(a, b);
      case Kind::kNotEqual:
        return !is_equal(a, b);
      case Kind::kLess:
        return order_of(a, b) < 0;
      case Kind::kLessEqual:
        return order_of(a, b) <= 0;
      case Kind::kGreater:
        return order_of(a, b) > 0;
      default:
        return order_of(a, b) >= 0;
    }
  }

  const element& item_;
};

/// The same with the variables' values of now.
JsonFunctionPtr with_variables(const JsonFunctionPtr& function) {
  JsonFunction copy = *function;
  bool changed = false;
  if (function->kind == Kind::kVariable) {
    copy.kind = Kind::kConstant;
    copy.constant = function->variable();
    changed = true;
  }
  for (JsonFunctionPtr& part : copy.parts) {
    JsonFunctionPtr next = with_variables(part);
    changed = changed || next != part;
    part = std::move(next);
  }
  return changed ? std::make_shared<const JsonFunction>(std::move(copy)) : function;
}

/// Whether an Item can hold it as it is.
bool is_exact(const element& value) {
  if (value.is_uint64() && !value.is_int64()) return false;
  if (value.is_array()) {
    for (const element& one : simdjson::dom::array(value)) {
      if (!is_exact(one)) return false;
    }
  } else if (value.is_object()) {
    for (const auto& field : simdjson::dom::object(value)) {
      if (!is_exact(field.value)) return false;
    }
  }
  return true;
}

/// What the steps of this file have in common.
class FunctionStep : public Step {
 public:
  FunctionStep(std::string_view name, JsonFunctionPtr function)
      : name_(name), function_(std::move(function)) {}
  std::string_view name() const override { return name_; }

 protected:
  JsonFunctionPtr begun() const { return with_variables(function_); }

 private:
  std::string_view name_;
  JsonFunctionPtr function_;
};

class KeepTexts final : public FunctionStep {
 public:
  explicit KeepTexts(JsonFunctionPtr keep) : FunctionStep("keep json", std::move(keep)) {}
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext& context) const override {
    return std::make_unique<AtWork>(begun(), next, context);
  }

 private:
  class AtWork final : public Receiver {
   public:
    AtWork(JsonFunctionPtr keep, Receiver& next, TaskContext& context)
        : judge_(std::move(keep)), next_(next), parser_(reader_->start(judge_, context)) {}
    void take(std::string_view text) override {
      parser_->take(text);
      if (judge_.kept) next_.take(text);
    }

   private:
    struct Judge final : Receiver {
      explicit Judge(JsonFunctionPtr keep) : function(std::move(keep)) {}
      void take_json(const element& record) override { kept = is_true(Evaluation(record).of(*function)); }
      JsonFunctionPtr function;
      bool kept = false;
    };
    Judge judge_;
    Receiver& next_;
    StepPtr reader_ = json_step(OnBadJson::kErrorAsPython);
    std::unique_ptr<Receiver> parser_;
  };
};

class KeepRecords final : public FunctionStep {
 public:
  explicit KeepRecords(JsonFunctionPtr keep) : FunctionStep("filter", std::move(keep)) {}
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext&) const override {
    return std::make_unique<AtWork>(begun(), next);
  }

 private:
  class AtWork final : public Receiver {
   public:
    AtWork(JsonFunctionPtr keep, Receiver& next) : keep_(std::move(keep)), next_(next) {}
    void take_json(const element& record) override {
      if (is_true(Evaluation(record).of(*keep_))) next_.take_json(record);
    }

   private:
    JsonFunctionPtr keep_;
    Receiver& next_;
  };
};

class PickParts final : public FunctionStep {
 public:
  explicit PickParts(JsonFunctionPtr pick) : FunctionStep("pick", std::move(pick)) {}
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext&) const override {
    return std::make_unique<AtWork>(begun(), next);
  }

 private:
  class AtWork final : public Receiver {
   public:
    AtWork(JsonFunctionPtr pick, Receiver& next) : pick_(std::move(pick)), next_(next) {
      if (pick_->parts.size() < 2) return;
      has_default_ = parser_.parse(pick_->parts[1]->constant.to_json(), default_) == simdjson::SUCCESS;
    }
    void take_json(const element& record) override {
      const Found found = Evaluation(record).of(*pick_);
      if (!found.part) {
        if (!has_default_) leave_to_python("a default that is no JSON");
        return next_.take_json(default_);
      }
      if (!is_exact(*found.part)) leave_to_python("an integer beyond 64 bits");
      next_.take_json(*found.part);
    }

   private:
    JsonFunctionPtr pick_;
    Receiver& next_;
    JsonParser parser_;
    element default_;
    bool has_default_ = false;
  };
};

NodePtr otherwise_by(const NodePtr& texts, Steps steps, const Key& identity, BlockFunction otherwise) {
  steps.otherwise = std::make_shared<const Otherwise>(Otherwise{std::move(otherwise), identity});
  return std::make_shared<const Pipeline>(texts, std::move(steps));
}

}  // namespace

NodePtr texts_of_json(const NodePtr& texts, const JsonFunctionPtr& keep, const Key& identity,
                      BlockFunction otherwise) {
  Steps steps;
  steps.steps.push_back(std::make_shared<const KeepTexts>(keep));
  return otherwise_by(texts, std::move(steps), identity, std::move(otherwise));
}

NodePtr items_of_json(const NodePtr& texts, const std::vector<JsonUse>& uses, const Key& identity,
                      BlockFunction otherwise) {
  Steps steps;
  steps.output = Output::kItems;
  steps.steps.push_back(json_step(OnBadJson::kErrorAsPython));
  for (const JsonUse& use : uses) {
    if (use.kind == JsonUse::Kind::kKeep) {
      steps.steps.push_back(std::make_shared<const KeepRecords>(use.function));
    } else {
      steps.steps.push_back(std::make_shared<const PickParts>(use.function));
    }
  }
  return otherwise_by(texts, std::move(steps), identity, std::move(otherwise));
}

}  // namespace treadle::bag
