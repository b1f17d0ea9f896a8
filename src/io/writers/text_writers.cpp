#include "io/writers/text_writers.h"

#include <algorithm>
#include <utility>

#include "io/file_output.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;

// Text is handed on in pieces of about this size.
constexpr std::size_t kPiece = 256 << 10;
// Rows that are encoded before the piece's size is looked at.
constexpr std::int64_t kRowsAtOnce = 1024;

class TextWriter final : public TableWriter {
 public:
  TextWriter(std::unique_ptr<TextEncoder> encoder, const Schema& schema, const std::string& path)
      : encoder_(std::move(encoder)), output_(path) {
    encoder_->begin(text_, schema);
  }

  void write(const Batch& batch) override {
    for (std::int64_t row = 0; row < batch.num_rows(); row += kRowsAtOnce) {
      encoder_->append(text_, batch.slice(row, std::min(kRowsAtOnce, batch.num_rows() - row)));
      if (text_.size() >= kPiece) flush();
    }
  }
  void flush() override {
    output_.write(text_.data(), text_.size());
    text_.clear();
  }
  void close() override {
    encoder_->end(text_);
    flush();
    output_.close();
  }
  std::uint64_t bytes_written() const override { return output_.bytes_written(); }
  std::size_t bytes_buffered() const override { return text_.size(); }

 private:
  std::unique_ptr<TextEncoder> encoder_;
  FileOutput output_;
  std::string text_;
};

}  // namespace

TableWriterFactory open_csv_writer(const CsvWriteOptions& options) {
  make_csv_encoder(options);  // refuses wrong options now rather than in a task
  return [options](const std::string& path, const columnar::SchemaPtr& schema) {
    return std::make_unique<TextWriter>(make_csv_encoder(options), *schema, path);
  };
}

TableWriterFactory open_pandas_csv_writer(const PandasCsv& options) {
  make_pandas_csv_encoder(options);
  return [options](const std::string& path, const columnar::SchemaPtr& schema) {
    return std::make_unique<TextWriter>(make_pandas_csv_encoder(options), *schema, path);
  };
}

TableWriterFactory open_json_writer(bool lines) {
  return [lines](const std::string& path, const columnar::SchemaPtr& schema) {
    return std::make_unique<TextWriter>(make_json_encoder(lines), *schema, path);
  };
}

}  // namespace treadle::io
