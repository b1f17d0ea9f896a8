#include "io/ndjson/record_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "columnar/builder.h"
#include "columnar/selection.h"
#include "io/ndjson/bad_input.h"
#include "io/ndjson/json.h"
#include "io/ndjson/value_builder.h"
#include "memory/buffer.h"
#include "treadle/error.h"

namespace treadle::ndjson {
namespace {

static_assert(simdjson::SIMDJSON_PADDING <= Buffer::kPadding);

// A morsel of this many rows pays for its making; fewer are handed on only when their text is this much.
constexpr std::size_t kEnoughRows = 1024;
constexpr std::size_t kMuchText = 2 << 20;

std::string_view without_spaces(std::string_view line) {
  constexpr std::string_view kSpaces = " \t\r";
  const std::size_t first = line.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kSpaces) + 1 - first);
}

}  // namespace

class RecordReader::State {
 public:
  State(const ReadPlan& plan, columnar::SchemaPtr assumed) : plan_(plan), assumed_(std::move(assumed)) {
    restart();
  }

  void restart() {
    builders_.clear();
    for (const Field& field : assumed_->fields()) builders_.push_back(make_value_builder(field.type));
    dropped_.clear();
    num_pending_ = pending_bytes_ = 0;
    num_rows_ = num_skipped_ = 0;
  }

  bool take(std::string_view text, const io::MorselConsumer& consume, const LineOf& line_of) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view line = without_spaces(text.substr(at, end - at));
      if (!line.empty() && !take_line(line, consume, [&] { return line_of(at); })) return false;
      at = end + 1;
    }
    pending_bytes_ += text.size();
    return (num_pending_ < kEnoughRows && pending_bytes_ < kMuchText) || deliver(consume);
  }

  bool deliver(const io::MorselConsumer& consume) {
    const std::size_t rows = std::exchange(num_pending_, 0);
    pending_bytes_ = 0;
    if (rows == 0) return true;
    std::vector<columnar::Column> columns;
    for (const auto& builder : builders_) columns.push_back(builder->finish());
    columnar::Batch batch(assumed_, std::move(columns), static_cast<std::int64_t>(rows));
    if (!dropped_.empty()) batch = columnar::filter(batch, kept_rows(rows));
    dropped_.clear();
    num_rows_ += static_cast<std::uint64_t>(batch.num_rows());
    return batch.num_rows() == 0 || consume(batch);
  }

  std::uint64_t num_rows() const { return num_rows_; }
  std::uint64_t num_skipped() const { return num_skipped_; }
  std::vector<std::size_t> odd_columns() const {
    std::vector<std::size_t> odd;
    for (std::size_t i = 0; i < builders_.size(); ++i) {
      if (builders_[i]->has_odd_values()) odd.push_back(i);
    }
    return odd;
  }

 private:
  /// Why a line was not taken.
  struct Refusal {
    /// The column whose value did not fit, if that was it.
    std::size_t column = SIZE_MAX;
  };

  static simdjson::padded_string_view padded(std::string_view line) {
    return simdjson::padded_string_view(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
  }

  template <class LineNumber>
  bool take_line(std::string_view line, const io::MorselConsumer& consume, const LineNumber& line_number) {
    const std::optional<Refusal> refusal = append(line);
    if (refusal) {
      complete_row();
      if (!refuse(line, *refusal, consume, line_number)) return false;
    }
    ++num_pending_;
    return num_pending_ < plan_.morsel_rows || deliver(consume);
  }

  std::optional<Refusal> append(std::string_view line) {
    ondemand::document document;
    ondemand::object object;
    if (parser_.iterate(padded(line)).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
      return Refusal{};
    }
    std::size_t filled = 0, place = KnownKeys::kNone;
    for (auto member : object) {
      ondemand::field field;
      std::string_view key;
      if (std::move(member).get(field) != simdjson::SUCCESS ||
          field.unescaped_key().get(key) != simdjson::SUCCESS) {
        return Refusal{};
      }
      place = plan_.keys->find(key, place + 1);
      if (place == KnownKeys::kNone) {
        if (plan_.ignore_unknown_keys) continue;
        return Refusal{};
      }
      const std::size_t column = plan_.columns[place];
      if (column == ReadPlan::kNotRead) continue;
      ValueBuilder& builder = *builders_[column];
      const bool twice = builder.length() != static_cast<std::int64_t>(num_pending_);
      if (twice || !builder.append_value(field.value())) return Refusal{column};
      ++filled;
    }
    if (document.current_location().error() == simdjson::SUCCESS) return Refusal{};
    if (filled != builders_.size()) complete_row();
    return std::nullopt;
  }

  /// Nulls where the row under way has no value.
  void complete_row() {
    for (const auto& builder : builders_) {
      if (builder->length() == static_cast<std::int64_t>(num_pending_)) builder->append_null();
    }
  }

  /// Skips the line, which is a row of nulls by now, or throws; what was before it is handed on first. False:
  /// no more morsels are wanted.
  template <class LineNumber>
  bool refuse(std::string_view line, Refusal refusal, const io::MorselConsumer& consume,
              const LineNumber& line_number) {
    dropped_.push_back(num_pending_);
    Inspection inspection(plan_, *assumed_);
    const std::string fault = inspection.read(parser_, padded(line));
    if (!fault.empty() && plan_.skip_bad_lines) {
      ++num_skipped_;
      return true;
    }
    ++num_pending_;
    if (!deliver(consume)) return false;
    const std::uint64_t number = line_number();
    if (fault.empty()) inspection.reject(refusal.column, number);
    throw ParseError({plan_.path, number, 0}, fault + " (bad_rows can skip such lines)");
  }

  columnar::Column kept_rows(std::size_t rows) const {
    columnar::BoolBuilder kept;
    auto dropped = dropped_.begin();
    for (std::size_t row = 0; row < rows; ++row) {
      const bool is_dropped = dropped != dropped_.end() && *dropped == row;
      kept.append(!is_dropped);
      dropped += is_dropped;
    }
    return kept.finish();
  }

  const ReadPlan& plan_;
  const columnar::SchemaPtr assumed_;
  ondemand::parser parser_;
  std::vector<std::unique_ptr<ValueBuilder>> builders_;
  std::vector<std::size_t> dropped_;  // of the pending rows, in order
  std::size_t num_pending_ = 0;       // rows since the last morsel, dropped ones included
  std::size_t pending_bytes_ = 0;
  std::uint64_t num_rows_ = 0;
  std::uint64_t num_skipped_ = 0;
};

RecordReader::RecordReader(const ReadPlan& plan, columnar::SchemaPtr assumed)
    : state_(std::make_unique<State>(plan, std::move(assumed))) {}
RecordReader::~RecordReader() = default;

void RecordReader::begin_strip() { state_->restart(); }
bool RecordReader::take(std::string_view text, const io::MorselConsumer& consume, const LineOf& line_of) {
  return state_->take(text, consume, line_of);
}
bool RecordReader::finish(const io::MorselConsumer& consume) { return state_->deliver(consume); }
std::uint64_t RecordReader::num_rows() const noexcept { return state_->num_rows(); }
std::uint64_t RecordReader::num_skipped() const noexcept { return state_->num_skipped(); }
std::vector<std::size_t> RecordReader::odd_columns() const { return state_->odd_columns(); }

}  // namespace treadle::ndjson
