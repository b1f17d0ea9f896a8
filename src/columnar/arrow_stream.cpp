#include <cerrno>
#include <exception>
#include <string>

#include "columnar/arrow_exchange.h"
#include "treadle/error.h"
#include "treadle/table.h"

namespace treadle {
namespace {

/// What an exported stream owns.
struct StreamState {
  Table table;
  std::vector<columnar::Layout> layouts;
  std::size_t next = 0;
  std::string error;
};

StreamState& state_of(ArrowArrayStream* stream) { return *static_cast<StreamState*>(stream->private_data); }

/// Exceptions end here: C callers get an errno and ask for the text.
template <class F>
int guarded(ArrowArrayStream* stream, F&& f) noexcept {
  try {
    f(state_of(stream));
    return 0;
  } catch (const std::exception& error) {
    state_of(stream).error = error.what();
    return EIO;
  }
}

/// A stream that is being read: released whatever happens.
class StreamReader {
 public:
  explicit StreamReader(ArrowArrayStream* stream) : stream_(stream) {}
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;
  ~StreamReader() {
    if (schema_.release != nullptr) schema_.release(&schema_);
    if (stream_->release != nullptr) stream_->release(stream_);
  }

  const ArrowSchema& schema() {
    check(stream_->get_schema(stream_, &schema_));
    return schema_;
  }
  bool next(ArrowArray& array) {
    check(stream_->get_next(stream_, &array));
    return array.release != nullptr;
  }

 private:
  void check(int error) const {
    if (error == 0) return;
    const char* text = stream_->get_last_error == nullptr ? nullptr : stream_->get_last_error(stream_);
    throw IoError("an Arrow stream cannot be read: " +
                  (text ? std::string(text) : "error " + std::to_string(error)));
  }

  ArrowArrayStream* stream_;
  ArrowSchema schema_{};
};

}  // namespace

void Table::export_to(ArrowArrayStream* stream) const {
  auto state = std::make_unique<StreamState>(StreamState{
      *this, columnar::exported_layouts(num_columns(), batches(), columnar::TextExport::kAsIs), 0, {}});
  *stream = {};
  stream->get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    return guarded(self, [&](StreamState& s) { columnar::export_schema(s.table.schema(), s.layouts, out); });
  };
  stream->get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    return guarded(self, [&](StreamState& s) {
      *out = {};
      if (s.next < s.table.batches().size())
        columnar::export_batch(s.table.batches()[s.next++], s.layouts, out);
    });
  };
  stream->get_last_error = [](ArrowArrayStream* self) {
    const std::string& error = state_of(self).error;
    return error.empty() ? nullptr : error.c_str();
  };
  stream->release = [](ArrowArrayStream* self) {
    delete static_cast<StreamState*>(self->private_data);
    self->release = nullptr;
  };
  stream->private_data = state.release();
}

Table Table::import_from(ArrowArrayStream* stream) {
  StreamReader reader(stream);
  const ArrowSchema& arrow_schema = reader.schema();
  const auto schema = std::make_shared<const Schema>(columnar::import_schema(arrow_schema));
  std::vector<columnar::Batch> batches;
  for (ArrowArray array{}; reader.next(array);) {
    batches.push_back(columnar::import_batch(schema, arrow_schema, &array));
  }
  return {*schema, std::move(batches)};
}

}  // namespace treadle
