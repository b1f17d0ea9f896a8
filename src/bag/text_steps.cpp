#include "bag/text_steps.h"

#include <algorithm>
#include <unordered_map>

#include "bag/letter_case.h"
#include "bag/space.h"
#include "io/text/decoder.h"
#include "treadle/error.h"

namespace treadle::bag {
namespace {

/// What a step does with one item: a function of the item and of what comes next.
template <class Use>
class Using final : public Receiver {
 public:
  Using(Use use, Receiver& next) : use_(std::move(use)), next_(next) {}
  void take(std::string_view text) override { use_(text, next_); }

 private:
  Use use_;
  Receiver& next_;
};

/// A step that is made of such a function; each thread has a copy of its own.
template <class Use>
class TextStep final : public Step {
 public:
  TextStep(std::string name, std::string parameters, Use use, Known known)
      : name_(std::move(name)), parameters_(std::move(parameters)), use_(std::move(use)), known_(known) {}
  std::string_view name() const override { return name_; }
  std::string parameters() const override { return parameters_; }
  Known known() const override { return known_; }
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext&) const override {
    return std::make_unique<Using<Use>>(use_, next);
  }

 private:
  std::string name_, parameters_;
  Use use_;
  Known known_;
};

template <class Use>
StepPtr step(std::string name, std::string parameters, Use use, Step::Known known = Step::Known::kOther) {
  return std::make_shared<const TextStep<Use>>(std::move(name), std::move(parameters), std::move(use), known);
}

/// A step that appends what a text becomes to an empty one.
template <class Append>
StepPtr map_step(std::string name, std::string parameters, Append append,
                 Step::Known known = Step::Known::kOther) {
  return step(
      std::move(name), std::move(parameters),
      [append = std::move(append), made = std::string()](std::string_view text, Receiver& next) mutable {
        made.clear();
        append(text, made);
        next.take(std::string_view(made));
      },
      known);
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

/// Bytes of the character that a text, not empty, begins with.
std::size_t character_size(std::string_view text) {
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  const auto* at = begin;
  text::next_code_point(at, begin + text.size());
  return static_cast<std::size_t>(at - begin);
}

std::size_t leading(std::string_view text, const std::optional<std::string>& characters) {
  if (!characters) return leading_space(text);
  if (text.empty()) return 0;
  const std::size_t size = character_size(text);
  return characters->find(text.substr(0, size)) != std::string::npos ? size : 0;
}

std::size_t trailing(std::string_view text, const std::optional<std::string>& characters) {
  if (!characters) return trailing_space(text);
  if (text.empty()) return 0;
  std::size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return characters->find(text.substr(begin)) != std::string::npos ? text.size() - begin : 0;
}

void split_at_space(std::string_view text, std::int64_t most, Receiver& next) {
  for (;;) {
    while (const std::size_t space = leading_space(text)) text.remove_prefix(space);
    if (text.empty()) return;
    if (most-- == 0) break;
    std::size_t end = 0;
    while (end < text.size() && leading_space(text.substr(end)) == 0) end += character_size(text.substr(end));
    next.take(text.substr(0, end));
    text.remove_prefix(end);
  }
  // The rest keeps its white space, at its end as well.
  next.take(text);
}

void split_at(std::string_view text, const std::string& separator, std::int64_t most, Receiver& next) {
  for (; most != 0; --most) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) break;
    next.take(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  next.take(text);
}

void replace(std::string_view text, const std::string& from, const std::string& to, std::int64_t most,
             std::string& made) {
  for (; most != 0; --most) {
    const std::size_t at = from.empty() ? 0 : text.find(from);
    if (at == std::string_view::npos) break;
    made.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
    if (!from.empty()) continue;
    if (text.empty()) break;
    const std::size_t size = character_size(text);
    made.append(text.substr(0, size));
    text.remove_prefix(size);
  }
  made.append(text);
}

class Flatten final : public Step {
 public:
  std::string_view name() const override { return "flatten"; }
  Known known() const override { return Known::kFlatten; }
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext&) const override {
    return std::make_unique<AtWork>(next);
  }

 private:
  class AtWork final : public Receiver {
   public:
    explicit AtWork(Receiver& next) : next_(next) {}
    void take(std::string_view text) override { next_.take(text); }
    void begin_list() override {}

   private:
    Receiver& next_;
  };
};

}  // namespace

StepPtr lower_step() { return map_step("lower", "", append_lower, Step::Known::kLower); }

StepPtr upper_step() { return map_step("upper", "", append_upper); }

StepPtr strip_step(Ends ends, std::optional<std::string> characters) {
  const std::string name = ends == Ends::kBoth ? "strip" : ends == Ends::kLeft ? "lstrip" : "rstrip";
  const std::string parameters = characters ? quoted(*characters) : "";
  return step(name, parameters,
              [ends, characters = std::move(characters)](std::string_view text, Receiver& next) {
                while (const std::size_t size = ends == Ends::kRight ? 0 : leading(text, characters))
                  text.remove_prefix(size);
                while (const std::size_t size = ends == Ends::kLeft ? 0 : trailing(text, characters))
                  text.remove_suffix(size);
                next.take(text);
              });
}

StepPtr replace_step(std::string from, std::string to, std::int64_t most) {
  const std::string parameters = quoted(from) + ", " + quoted(to) + ", " + std::to_string(most);
  return map_step("replace", parameters,
                  [from = std::move(from), to = std::move(to), most](
                      std::string_view text, std::string& made) { replace(text, from, to, most, made); });
}

StepPtr translate_step(std::vector<std::pair<std::uint32_t, std::string>> table) {
  std::sort(table.begin(), table.end());
  std::string parameters;
  for (const auto& [code, text] : table) parameters += std::to_string(code) + ":" + quoted(text) + ",";
  std::unordered_map<std::uint32_t, std::string> texts(table.begin(), table.end());
  return map_step("translate", parameters,
                  [texts = std::move(texts)](std::string_view text, std::string& made) {
                    const auto* end = reinterpret_cast<const unsigned char*>(text.data()) + text.size();
                    for (const auto* at = end - text.size(); at != end;) {
                      const auto* here = at;
                      const auto found = texts.find(text::next_code_point(at, end));
                      if (found != texts.end()) {
                        made += found->second;
                      } else {
                        made.append(reinterpret_cast<const char*>(here), static_cast<std::size_t>(at - here));
                      }
                    }
                  });
}

StepPtr split_step(std::optional<std::string> separator, std::int64_t most) {
  if (separator && separator->empty())
    throw InvalidArgument("split: expected a separator, found an empty one");
  const auto known = !separator && most < 0 ? Step::Known::kSplitAtSpace : Step::Known::kOther;
  const std::string parameters =
      (separator ? quoted(*separator) : "white space") + ", " + std::to_string(most);
  return step(
      "split", parameters,
      [separator = std::move(separator), most](std::string_view text, Receiver& next) {
        next.begin_list();
        separator ? split_at(text, *separator, most, next) : split_at_space(text, most, next);
        next.end_list();
      },
      known);
}

StepPtr flatten_step() { return std::make_shared<const Flatten>(); }

}  // namespace treadle::bag
