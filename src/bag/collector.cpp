#include "bag/collector.h"

#include <simdjson.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "bag/json.h"
#include "bag/words.h"
#include "treadle/codecs.h"
#include "treadle/item.h"
#include "treadle/moments.h"
#include "treadle/text_items.h"

namespace treadle::bag {
namespace {

class Texts final : public Collector {
 public:
  void take(std::string_view text) override { items_.append(text); }
  void absorb(Collector& next) override { items_.append(static_cast<Texts&>(next).items_); }
  Value finish() override {
    items_.shrink_to_fit();
    return Value::of(std::move(items_));
  }
  std::size_t nbytes() const noexcept override { return items_.nbytes(); }

 private:
  TextItems items_;
};

/// Items that own what they have, in a vector.
template <class T>
class Owned : public Collector {
 public:
  void absorb(Collector& next) override {
    auto& later = static_cast<Owned&>(next);
    items_.insert(items_.end(), std::make_move_iterator(later.items_.begin()),
                  std::make_move_iterator(later.items_.end()));
    nbytes_ += later.nbytes_;
  }
  Value finish() override { return Value::of(std::move(items_)); }
  std::size_t nbytes() const noexcept override { return nbytes_ + items_.capacity() * sizeof(T); }

 protected:
  void note_last() { nbytes_ += Codec<T>::nbytes(items_.back()) - sizeof(T); }

  std::vector<T> items_;
  std::size_t nbytes_ = 0;
};

class Lists final : public Owned<std::vector<std::string>> {
 public:
  void begin_list() override { items_.emplace_back(); }
  void take(std::string_view text) override { items_.back().emplace_back(text); }
  void end_list() override { note_last(); }
};

class Items final : public Owned<Item> {
 public:
  void take_json(const simdjson::dom::element& json) override {
    items_.push_back(to_item(json));
    note_last();
  }
};

class Number final : public Collector {
 public:
  void take(std::string_view) override { count_ += inside_ ? 0 : 1; }
  void take_json(const simdjson::dom::element&) override { ++count_; }
  void begin_list() override { inside_ = true; }
  void end_list() override { inside_ = false, ++count_; }
  void absorb(Collector& next) override { count_ += static_cast<Number&>(next).count_; }
  Value finish() override { return Value::of(std::vector<std::int64_t>{count_}); }
  std::size_t nbytes() const noexcept override { return sizeof(Number); }
  bool any_order() const noexcept override { return true; }

 private:
  std::int64_t count_ = 0;
  bool inside_ = false;
};

class JsonMoments final : public Collector {
 public:
  void take_json(const simdjson::dom::element& json) override {
    double number = 0;
    if (json.get(number) != simdjson::SUCCESS) {
      throw BadItem("expected a number, found " + simdjson::minify(json).substr(0, 200));
    }
    moments_.add(number);
  }
  void absorb(Collector& next) override { moments_.absorb(static_cast<JsonMoments&>(next).moments_); }
  Value finish() override { return Value::of(std::vector<Moments>{moments_}); }
  std::size_t nbytes() const noexcept override { return sizeof(JsonMoments); }

 private:
  Moments moments_;
};

}  // namespace

std::string_view to_string(Output output) {
  constexpr std::string_view kNames[] = {"", "lists", "items", "frequencies", "count", "moments"};
  return kNames[static_cast<std::size_t>(output)];
}

std::unique_ptr<Collector> make_collector(Output output, std::size_t num_parts) {
  switch (output) {
    case Output::kTexts:
      return std::make_unique<Texts>();
    case Output::kLists:
      return std::make_unique<Lists>();
    case Output::kItems:
      return std::make_unique<Items>();
    case Output::kTextCounts:
      return std::make_unique<Words>(num_parts);
    case Output::kCount:
      return std::make_unique<Number>();
    case Output::kMoments:
      return std::make_unique<JsonMoments>();
  }
  throw InternalError("bag: an output of no kind that there is");
}

}  // namespace treadle::bag
