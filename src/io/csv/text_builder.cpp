#include "io/csv/text_builder.h"

#include <string>
#include <utility>

#include "io/csv/dictionary.h"

namespace treadle::csv {
namespace {

using columnar::Column;
using columnar::Layout;
using columnar::TextView;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

/// A view of up to 12 bytes, which lie inside it. Reads 12 bytes, whatever `size`, which is at least 1.
TextView short_view(const std::uint8_t* text, std::uint32_t size) {
  std::uint64_t words[2] = {load8(text) & first_bytes(size < 8 ? size : 8), 0};
  if (size > 8) words[1] = load8(text + 8) & first_bytes(size - 8);
  TextView view;
  view.size = static_cast<std::int32_t>(size);
  std::memcpy(view.inlined, words, sizeof view.inlined);
  return view;
}

/// Views of one morsel, and the buffers that the long ones lie in.
class ViewColumn {
 public:
  void reserve(std::size_t rows, std::size_t kept) {
    views_.reserve(rows * sizeof(TextView), kept * sizeof(TextView));
  }
  TextView* at(std::size_t row) { return views_.as<TextView>() + row; }

  /// Text that lies in a block of which `block_index` numbers the buffer.
  static TextView in_block(const FieldColumn& fields, std::int32_t block_index, const std::uint8_t* text,
                           std::uint32_t size) {
    if (size <= sizeof(TextView::inlined)) return short_view(text, size);
    return long_view(text, size, block_index, static_cast<std::int32_t>(text - fields.text));
  }

  /// Text that will not stay where it is.
  TextView copied(std::string_view text) {
    TextView view = {};
    view.size = static_cast<std::int32_t>(text.size());
    if (text.size() <= sizeof(TextView::inlined)) {
      std::memcpy(view.inlined, text.data(), text.size());
      return view;
    }
    if (copies_index_ < 0) copies_index_ = add_buffer(nullptr);
    const auto offset = static_cast<std::int32_t>(copies_.size());
    copies_.append(text.data(), text.size());
    return long_view(bytes_of(text), static_cast<std::uint32_t>(text.size()), copies_index_, offset);
  }

  std::int32_t add_buffer(BufferPtr buffer) {
    buffers_.push_back(std::move(buffer));
    return static_cast<std::int32_t>(buffers_.size() - 1);
  }

  Column finish(const DataType& type, std::size_t rows, BufferPtr validity, std::int64_t null_count) {
    if (copies_index_ >= 0) buffers_[static_cast<std::size_t>(copies_index_)] = copies_.finish();
    BufferPtr views = views_.share(rows * sizeof(TextView));
    Column column(type, Layout::kView, static_cast<std::int64_t>(rows), std::move(validity), std::move(views),
                  std::move(buffers_), null_count);
    restart();
    return column;
  }

  void restart() {
    copies_index_ = -1;
    copies_.clear();
    buffers_.clear();
  }
  void restart_views() { views_.restart(); }

 private:
  static TextView long_view(const std::uint8_t* text, std::uint32_t size, std::int32_t buffer,
                            std::int32_t offset) {
    TextView view;
    view.size = static_cast<std::int32_t>(size);
    std::memcpy(view.far.prefix, text, sizeof view.far.prefix);
    view.far.buffer = buffer;
    view.far.offset = offset;
    return view;
  }

  RecycledBuffer views_;
  std::vector<BufferPtr> buffers_;
  BufferBuilder copies_;
  std::int32_t copies_index_ = -1;
};

class TextBuilder final : public ColumnBuilder {
 public:
  TextBuilder(DataType type, const NullSpellings& nulls) : type_(std::move(type)), nulls_(nulls) {}

  std::size_t append(const FieldColumn& fields) override {
    std::size_t coded = 0;
    if (coding_) {
      coded = fields.plain ? append_codes(fields) : append_decoded_codes(fields);
      num_rows_ += coded;
      rows_of_strip_ += coded;
      if (coded < fields.num_rows) stop_coding();
    }
    if (!coding_) append_views(fields, coded);
    return fields.num_rows;
  }

  Column finish() override {
    const std::size_t rows = std::exchange(num_rows_, 0);
    const std::int64_t null_count = null_rows_.count();
    BufferPtr validity = null_rows_.finish(rows);
    if (!coding_) return views_.finish(type_, rows, std::move(validity), null_count);
    return Column::dictionary_coded(static_cast<std::int64_t>(rows), std::move(validity),
                                    codes_.share(rows * sizeof(std::int32_t)), dictionary_.column(type_),
                                    null_count);
  }

  void restart() override {
    num_rows_ = rows_of_strip_ = 0;
    null_rows_.clear();
    views_.restart();
    dictionary_.clear();
    coding_ = true;
  }

 private:
  std::int32_t* code_room(std::size_t more) {
    if (num_rows_ == 0) codes_.restart();
    codes_.reserve((num_rows_ + more) * sizeof(std::int32_t), num_rows_ * sizeof(std::int32_t));
    return codes_.as<std::int32_t>() + num_rows_;
  }

  /// Answers how many rows it took: fewer than there are if coding is to stop.
  std::size_t append_codes(const FieldColumn& fields) {
    std::int32_t* out = code_room(fields.num_rows);
    const std::uint8_t* const text = fields.text;
    const std::uint32_t* edges = fields.edges;
    const std::size_t stride = fields.stride, rows = fields.num_rows;
    for (std::size_t row = 0; row < rows; ++row, edges += stride) {
      const std::uint32_t begin = edges[0] + 1, size = edges[1] - begin;
      const std::int32_t code = size == 0 ? Dictionary::kNull : dictionary_.find(text + begin, size);
      out[row] = code;
      if (code < 0 && !take_rare({fields.raw(row), false, false}, out[row], row)) return row;
    }
    return rows;
  }

  std::size_t append_decoded_codes(const FieldColumn& fields) {
    std::int32_t* out = code_room(fields.num_rows);
    for (std::size_t row = 0; row < fields.num_rows; ++row) {
      const FieldText field = fields.decode(row, scratch_);
      if (!field.in_scratch && !field.text.empty() && !(field.quoted && nulls_.contains(field.text))) {
        out[row] = dictionary_.find(bytes_of(field.text), static_cast<std::uint32_t>(field.text.size()));
        if (out[row] >= 0) continue;
      }
      if (!take_rare(field.in_scratch ? padded_scratch(field) : field, out[row], row)) return row;
    }
    return fields.num_rows;
  }

  /// The same text, with behind it what a look-up may read.
  FieldText padded_scratch(const FieldText& field) {
    const std::size_t size = field.text.size();
    scratch_.resize(size + Dictionary::kHeadBytes);
    return {std::string_view(scratch_).substr(0, size), field.quoted, true};
  }

  /// Finds or adds a value, or notes a null. False: coding is to stop.
  [[gnu::noinline]] bool take_rare(const FieldText& field, std::int32_t& code, std::size_t row) {
    const bool is_null = nulls_.is_null(field);
    const bool quoted_null = !is_null && nulls_.contains(field.text);
    const auto size = static_cast<std::uint32_t>(field.text.size());
    code = Dictionary::kNull;
    // Only null spellings that a look-up compares whole are worth a place in the table.
    if (!is_null || (size != 0 && size <= Dictionary::kHeadBytes)) {
      code = dictionary_.find(bytes_of(field.text), size, quoted_null);
      if (code == Dictionary::kUnknown) {
        const auto added =
            dictionary_.insert(bytes_of(field.text), size, is_null, rows_of_strip_ + row, quoted_null);
        if (!added) return false;
        code = *added;
      }
    }
    if (code >= 0) return true;
    code = 0;
    null_rows_.add(num_rows_ + row);
    return true;
  }

  /// The rows coded so far become views.
  void stop_coding() {
    coding_ = false;
    views_.restart_views();
    views_.reserve(num_rows_, 0);
    const std::int32_t* codes = codes_.as<std::int32_t>();
    for (std::size_t row = 0; row < num_rows_; ++row) *views_.at(row) = TextView{};
    std::size_t next_null = 0;
    const std::vector<std::uint32_t>& nulls = null_rows_.rows();
    for (std::size_t row = 0; row < num_rows_; ++row) {
      if (next_null < nulls.size() && nulls[next_null] == row) {
        ++next_null;
      } else {
        *views_.at(row) = views_.copied(dictionary_.value(codes[row]));
      }
    }
  }

  void append_views(const FieldColumn& fields, std::size_t first) {
    if (num_rows_ == 0) views_.restart_views();
    views_.reserve(num_rows_ + fields.num_rows - first, num_rows_);
    const std::int32_t block = views_.add_buffer(fields.block->share(fields.block->capacity()));
    for (std::size_t row = first; row < fields.num_rows; ++row) {
      const FieldText field =
          fields.plain ? FieldText{fields.raw(row), false, false} : fields.decode(row, scratch_);
      *views_.at(num_rows_) = view_of(fields, block, field);
      ++num_rows_;
    }
  }

  TextView view_of(const FieldColumn& fields, std::int32_t block, const FieldText& field) {
    const auto size = static_cast<std::uint32_t>(field.text.size());
    if (nulls_.is_null(field)) {
      null_rows_.add(num_rows_);
      return {};
    }
    if (size == 0) return {};
    if (field.in_scratch) return views_.copied(field.text);
    return ViewColumn::in_block(fields, block, bytes_of(field.text), size);
  }

  DataType type_;
  const NullSpellings& nulls_;
  bool coding_ = true;
  std::size_t num_rows_ = 0;
  std::size_t rows_of_strip_ = 0;
  Dictionary dictionary_;
  RecycledBuffer codes_;
  ViewColumn views_;
  NullRows null_rows_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<ColumnBuilder> make_text_builder(const DataType& type, const NullSpellings& nulls) {
  return std::make_unique<TextBuilder>(type, nulls);
}

}  // namespace treadle::csv
