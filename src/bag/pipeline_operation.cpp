#include "bag/pipeline_operation.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "bag/running_steps.h"
#include "io/text/text_blocks.h"
#include "treadle/codecs.h"
#include "treadle/error.h"
#include "treadle/text_items.h"

namespace treadle::bag {
namespace {

/// What reading a strip holds: blocks as they are read and as they are decoded, a long line's growth.
constexpr std::size_t kReadingBytes = 4 * text::TextBlocks::kBlockBytes;

/// The lines of a strip of a file, one after the other or as blocks.
class StripLines {
 public:
  StripLines(const text::TextFiles& files, const text::Strip& strip) : files_(files), blocks_(files, strip) {}

  void run(RunningSteps& steps, TaskContext& context) {
    for (std::string_view block = blocks_.next(context); !block.empty(); block = blocks_.next(context)) {
      if (!whole_blocks() || !steps.take_block(block)) take_lines(block, steps);
      steps.reserve(context);
    }
    if (files_.options().empty_last_line && blocks_.at_last_delimiter()) steps.take({});
  }

 private:
  /// Words do not go on behind the ends of lines, whatever characters these have: all are white space.
  bool whole_blocks() const { return files_.options().line_ends != LineEnds::kDelimiter; }

  void take_lines(std::string_view block, RunningSteps& steps) {
    const ReadTextOptions& options = files_.options();
    std::uint64_t line = 0;
    try {
      text::for_each_line(block, options.line_ends, options.delimiter, [&](std::string_view text) {
        steps.take(text);
        ++line;
      });
    } catch (const BadItem& bad) {
      throw ParseError({blocks_.path(), blocks_.line_number(0) + line, 0}, bad.what());
    }
  }

  const text::TextFiles& files_;
  text::TextBlocks blocks_;
};

/// The strips of a partition.
class PartitionStrips final : public StripLoop {
 public:
  PartitionStrips(const text::TextFiles& files, std::vector<text::Strip> strips, const Steps& steps,
                  TaskContext& context)
      : files_(files),
        strips_(std::move(strips)),
        steps_(steps),
        whole_(steps, context),
        running_(strips_.size()),
        any_order_(whole_.collector().any_order()) {}

  std::size_t num_strips() const override { return strips_.size(); }
  std::size_t bytes_per_strip() const override { return kReadingBytes; }

  void run(std::size_t strip, TaskContext& context) override {
    std::unique_ptr<RunningSteps> steps = begin(context);
    steps->begin_strip(strip);
    StripLines(files_, strips_[strip]).run(*steps, context);
    if (any_order_) {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(steps));
    } else {
      running_[strip] = std::move(steps);
    }
  }

  bool commit(std::size_t strip, TaskContext& context) override {
    if (any_order_) return true;
    whole_.collector().absorb(running_[strip]->collector());
    running_[strip].reset();
    whole_.reserve(context);
    return true;
  }

  std::vector<Value> finish(TaskContext& context) {
    for (auto& steps : idle_) {
      whole_.absorb(*steps, context);
      steps.reset();
      whole_.reserve(context);
    }
    return whole_.finish(context);
  }

 private:
  /// Steps whose collector takes any strips serve as many as they can.
  std::unique_ptr<RunningSteps> begin(TaskContext& context) {
    if (any_order_) {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto steps = std::move(idle_.back());
        idle_.pop_back();
        return steps;
      }
    }
    return std::make_unique<RunningSteps>(steps_, context);
  }

  const text::TextFiles& files_;
  std::vector<text::Strip> strips_;
  const Steps& steps_;
  RunningSteps whole_;
  std::vector<std::unique_ptr<RunningSteps>> running_;  // of strips that were run and not yet committed
  bool any_order_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<RunningSteps>> idle_;
};

/// What `run(steps)` makes of a partition; where it has steps that cannot take an item and may leave it to
/// others, what those make of its texts.
template <class Run>
Outcome run_or_leave(const Steps& steps, std::size_t partition, TaskContext& context, const Run& run) {
  if (steps.otherwise == nullptr) return run(steps);
  std::optional<std::vector<Value>> made;
  try {
    made = run(steps);
  } catch (const ParseError&) {  // BadItem, with its place
    made.reset();
  }
  if (made) return std::move(*made);
  Steps before;
  before.steps.assign(steps.steps.begin(),
                      steps.steps.begin() + static_cast<std::ptrdiff_t>(steps.num_text_steps));
  const std::vector<Value> texts = run(before);
  return std::vector<Value>{steps.otherwise->make(texts, partition, context)};
}

class FilesOperation final : public Operation {
 public:
  FilesOperation(std::shared_ptr<const text::TextFiles> files, std::size_t partition, Steps steps)
      : files_(std::move(files)),
        partition_(partition),
        steps_(std::move(steps)),
        name_(describe(steps_, true)) {}

  std::string_view name() const override { return name_; }
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(steps_.num_parts); }
  void add_to(KeyBuilder& key) const override {
    key.add("bag.files");
    files_->add_to(key);
    key.add(static_cast<std::uint64_t>(partition_));
    add_steps(steps_, key);
  }
  MemoryNeed memory_need(std::span<const SizeEstimate>) const override {
    const bool keeps_texts = steps_.output == Output::kTexts;
    const auto bytes = static_cast<std::size_t>(files_->num_bytes(partition_));
    return {kReadingBytes, kReadingBytes, keeps_texts ? bytes : 0};
  }
  Outcome run(std::span<const Value>, TaskContext& context) const override {
    return run_or_leave(steps_, partition_, context, [&](const Steps& steps) {
      PartitionStrips strips(*files_, files_->strips(partition_), steps, context);
      context.run_strips(strips);
      return strips.finish(context);
    });
  }

 private:
  std::shared_ptr<const text::TextFiles> files_;
  std::size_t partition_;
  Steps steps_;
  std::string name_;
};

class TextsOperation final : public Operation {
 public:
  TextsOperation(std::size_t partition, Steps steps)
      : partition_(partition), steps_(std::move(steps)), name_(describe(steps_, false)) {}

  std::string_view name() const override { return name_; }
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(steps_.num_parts); }
  void add_to(KeyBuilder& key) const override {
    key.add("bag.texts");
    add_steps(steps_, key);
    if (steps_.otherwise != nullptr) key.add(std::uint64_t{partition_});  // it is told
  }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    return run_or_leave(steps_, partition_, context, [&](const Steps& steps) {
      RunningSteps running(steps, context);
      if (inputs[0].holds<TextItems>()) {
        take_all(inputs[0].get<TextItems>(), running, context);
      } else {
        take_all(inputs[0].get<std::vector<std::string>>(), running, context);
      }
      return running.finish(context);
    });
  }

 private:
  static constexpr std::size_t kItemsBetweenPolls = 4096;

  template <class Texts>
  static void take_all(const Texts& texts, RunningSteps& steps, TaskContext& context) {
    std::size_t index = 0;
    try {
      for (; index < texts.size(); ++index) {
        if (index % kItemsBetweenPolls == 0) {
          context.check_stopped();
          steps.reserve(context);
        }
        steps.take(std::string_view(texts[index]));
      }
    } catch (const BadItem& bad) {
      throw ParseError({}, "item " + std::to_string(index) + " of the partition: " + bad.what());
    }
  }

  std::size_t partition_;
  Steps steps_;
  std::string name_;
};

}  // namespace

std::shared_ptr<const Operation> files_operation(std::shared_ptr<const text::TextFiles> files,
                                                 std::size_t partition, Steps steps) {
  return std::make_shared<const FilesOperation>(std::move(files), partition, std::move(steps));
}

std::shared_ptr<const Operation> texts_operation(std::size_t partition, Steps steps) {
  return std::make_shared<const TextsOperation>(partition, std::move(steps));
}

}  // namespace treadle::bag
