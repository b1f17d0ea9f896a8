#include "io/writers/text_writers.h"

#include <unistd.h>

#include <cerrno>
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

/// A descriptor that someone else opened and closes.
class DescriptorOutput {
 public:
  DescriptorOutput(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  void write(const void* bytes, std::size_t size) {
    const char* next = static_cast<const char*>(bytes);
    while (size > 0) {
      const ssize_t put = ::write(descriptor_, next, size);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw IoError::from_errno("cannot write", name_, errno);
      next += put;
      size -= static_cast<std::size_t>(put);
      bytes_written_ += static_cast<std::uint64_t>(put);
    }
  }
  void close() {}
  std::uint64_t bytes_written() const noexcept { return bytes_written_; }

 private:
  int descriptor_;
  std::string name_;
  std::uint64_t bytes_written_ = 0;
};

template <class Output>
class TextWriter final : public TableWriter {
 public:
  template <class... OutputArguments>
  TextWriter(std::unique_ptr<TextEncoder> encoder, const Schema& schema, OutputArguments&&... arguments)
      : encoder_(std::move(encoder)), output_(std::forward<OutputArguments>(arguments)...) {
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
  Output output_;
  std::string text_;
};

}  // namespace

TableWriterFactory open_csv_writer(const CsvWriteOptions& options) {
  make_csv_encoder(options);  // refuses wrong options now rather than in a task
  return [options](const std::string& path, const columnar::SchemaPtr& schema) {
    return std::make_unique<TextWriter<FileOutput>>(make_csv_encoder(options), *schema, path);
  };
}

TableWriterFactory open_pandas_csv_writer(const PandasCsv& options) {
  make_pandas_csv_encoder(options);
  return [options](const std::string& path, const columnar::SchemaPtr& schema) {
    return std::make_unique<TextWriter<FileOutput>>(make_pandas_csv_encoder(options), *schema, path);
  };
}

TableWriterFactory open_json_writer(bool lines) {
  return [lines](const std::string& path, const columnar::SchemaPtr& schema) {
    return std::make_unique<TextWriter<FileOutput>>(make_json_encoder(lines), *schema, path);
  };
}

std::unique_ptr<TableWriter> write_text_to(int descriptor, std::string name,
                                           std::unique_ptr<TextEncoder> encoder,
                                           const columnar::SchemaPtr& schema) {
  return std::make_unique<TextWriter<DescriptorOutput>>(std::move(encoder), *schema, descriptor,
                                                        std::move(name));
}

}  // namespace treadle::io
