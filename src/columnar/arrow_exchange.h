#pragma once

#include <vector>

#include "columnar/batch.h"
#include "treadle/arrow_c.h"

// Columns across Arrow's C data interface, without copying where layouts allow. This is also how the adapters
// that link Arrow C++ hand batches over (arrow::ImportRecordBatch, arrow::ExportRecordBatch).
namespace treadle::columnar {

/// How text columns cross.
enum class TextExport : std::uint8_t {
  kAsIs,     ///< views as utf8_view, dictionaries as dictionaries of int32 codes
  kNoViews,  ///< views are copied together to utf8; dictionaries stay
  kPlain,    ///< all as utf8
};

/// The layout that each column crosses in: one for all batches, as a stream has one type. Columns that are
/// views in one batch and dictionaries or plain in another become views.
std::vector<Layout> exported_layouts(std::size_t num_columns, const std::vector<Batch>& batches,
                                     TextExport text);

/// Both answer with structs that own what they point to; the caller, or whom they are handed to, releases
/// them.
void export_schema(const Schema& schema, const std::vector<Layout>& layouts, ArrowSchema* out);
void export_batch(const Batch& batch, const std::vector<Layout>& layouts, ArrowArray* out);

/// The type that a column has once imported; its values' type for a dictionary.
/// Throws TypeError, naming the column, for types that Treadle does not have.
DataType imported_type(const ArrowSchema& schema);
/// The same for a struct that stands for batches.
Schema import_schema(const ArrowSchema& schema);
/// Takes `array` over, also if it throws: columns keep it alive and release it. `arrow_schema` describes it
/// and stays the caller's. `schema` is what import_schema() made of that.
Batch import_batch(const SchemaPtr& schema, const ArrowSchema& arrow_schema, ArrowArray* array);

}  // namespace treadle::columnar
