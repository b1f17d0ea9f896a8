#include <cstdint>
#include <string>
#include <vector>

#include "bag/text_steps.h"
#include "io/text/decoder.h"

// A shell's patterns over characters, as Python's fnmatch reads them where file names tell capitals from
// small letters.
namespace treadle::bag {
namespace {

using Characters = std::vector<std::uint32_t>;

void read_characters(std::string_view text, Characters& to) {
  to.clear();
  const auto* end = reinterpret_cast<const unsigned char*>(text.data()) + text.size();
  for (const auto* at = end - text.size(); at != end;) to.push_back(text::next_code_point(at, end));
}

/// The place behind the set that begins at `at`; `at` if the bracket is an ordinary character.
std::size_t end_of_set(const Characters& pattern, std::size_t at) {
  std::size_t end = at + 1;
  if (end < pattern.size() && pattern[end] == '!') ++end;
  if (end < pattern.size() && pattern[end] == ']') ++end;
  while (end < pattern.size() && pattern[end] != ']') ++end;
  return end < pattern.size() ? end + 1 : at;
}

bool in_set(const Characters& pattern, std::size_t begin, std::size_t end, std::uint32_t code) {
  std::size_t at = begin + 1;
  const std::size_t last = end - 1;
  const bool negated = pattern[at] == '!';
  if (negated) ++at;
  bool found = false;
  while (at < last) {
    if (at + 2 < last && pattern[at + 1] == '-') {
      found |= pattern[at] <= code && code <= pattern[at + 2];
      at += 3;
    } else {
      found |= pattern[at++] == code;
    }
  }
  return found != negated;
}

/// Goes back to the last star only: each character is looked at a bounded number of times a star.
bool matches(const Characters& pattern, const Characters& text) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::size_t p = 0, t = 0, star = kNone, star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      star_text = t;
      continue;
    }
    const std::size_t set = p < pattern.size() && pattern[p] == '[' ? end_of_set(pattern, p) : p;
    const bool fits =
        p < pattern.size() &&
        (pattern[p] == '?' || (set != p ? in_set(pattern, p, set, text[t]) : pattern[p] == text[t]));
    if (fits) {
      p = set != p ? set : p + 1;
      ++t;
    } else if (star != kNone) {
      p = star;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

class Match final : public Step {
 public:
  explicit Match(std::string pattern) : text_(std::move(pattern)) { read_characters(text_, pattern_); }
  std::string_view name() const override { return "match"; }
  std::string parameters() const override { return '"' + text_ + '"'; }
  std::unique_ptr<Receiver> start(Receiver& next, TaskContext&) const override {
    return std::make_unique<AtWork>(pattern_, next);
  }

 private:
  class AtWork final : public Receiver {
   public:
    AtWork(const Characters& pattern, Receiver& next) : pattern_(pattern), next_(next) {}
    void take(std::string_view text) override {
      read_characters(text, characters_);
      if (matches(pattern_, characters_)) next_.take(text);
    }

   private:
    const Characters& pattern_;
    Characters characters_;
    Receiver& next_;
  };

  std::string text_;
  Characters pattern_;
};

}  // namespace

StepPtr match_step(std::string pattern) { return std::make_shared<const Match>(std::move(pattern)); }

}  // namespace treadle::bag
