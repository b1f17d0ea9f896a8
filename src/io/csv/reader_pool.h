#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "io/csv/read_plan.h"

namespace treadle::csv {

/// Reading states of a partition that are used again for its next strips: their memory is warm. Thread-safe.
/// A Reader is made from a plan and the assumed schema, and both live as long as it does.
template <class Reader>
class ReaderPool {
 public:
  struct Entry {
    Entry(const ReadPlan& base, columnar::SchemaPtr schema)
        : assumed(std::move(schema)), plan(base), reader((set_text_fields(), plan), assumed) {}

    columnar::SchemaPtr assumed;
    ReadPlan plan;
    Reader reader;

   private:
    /// Columns read as text must be UTF-8.
    void set_text_fields() {
      for (std::size_t i = 0; i < plan.columns.size(); ++i) {
        const bool is_read = plan.columns[i].field != kMissingColumn;
        if (is_read && assumed->field(i).type.id() == TypeId::kUtf8)
          plan.shape.text_fields.push_back(plan.columns[i].field);
      }
    }
  };

  std::unique_ptr<Entry> take(const ReadPlan& plan, const columnar::SchemaPtr& assumed) {
    {
      const std::lock_guard lock(mutex_);
      while (!idle_.empty()) {
        std::unique_ptr<Entry> entry = std::move(idle_.back());
        idle_.pop_back();
        if (entry->assumed == assumed) return entry;
      }
    }
    return std::make_unique<Entry>(plan, assumed);
  }

  void give_back(std::unique_ptr<Entry> entry) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(entry));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Entry>> idle_;
};

}  // namespace treadle::csv
