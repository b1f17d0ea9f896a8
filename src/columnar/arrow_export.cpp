#include <algorithm>
#include <cstring>
#include <string>

#include "columnar/arrow_exchange.h"
#include "columnar/text_layout.h"
#include "columnar/type_dispatch.h"

namespace treadle::columnar {
namespace {

/// What an exported ArrowSchema owns.
struct SchemaState {
  std::string format, name;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
  ArrowSchema dictionary{};
};

/// What an exported ArrowArray owns: the column keeps its buffers alive.
struct ArrayState {
  Column column;
  BufferPtr narrowed;
  std::vector<const void*> buffers;
  std::vector<std::int64_t> view_buffer_sizes;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
  ArrowArray dictionary{};
};

/// The consumer may have moved children away: those have no release left.
template <class Struct, class State>
void release(Struct* released) {
  for (std::int64_t i = 0; i < released->n_children; ++i) {
    if (Struct* child = released->children[i]; child->release != nullptr) child->release(child);
  }
  if (released->dictionary != nullptr && released->dictionary->release != nullptr) {
    released->dictionary->release(released->dictionary);
  }
  delete static_cast<State*>(released->private_data);
  released->release = nullptr;
}

std::string arrow_format(const DataType& type, Layout layout) {
  static constexpr char kUnits[] = {'s', 'm', 'u', 'n'};
  const char unit = kUnits[static_cast<std::size_t>(type.unit())];
  switch (type.id()) {
    case TypeId::kNull:
      return "n";
    case TypeId::kBool:
      return "b";
    case TypeId::kInt8:
      return "c";
    case TypeId::kUInt8:
      return "C";
    case TypeId::kInt16:
      return "s";
    case TypeId::kUInt16:
      return "S";
    case TypeId::kInt32:
      return "i";
    case TypeId::kUInt32:
      return "I";
    case TypeId::kInt64:
      return "l";
    case TypeId::kUInt64:
      return "L";
    case TypeId::kFloat32:
      return "f";
    case TypeId::kFloat64:
      return "g";
    case TypeId::kDecimal128:
      return "d:" + std::to_string(type.precision()) + "," + std::to_string(type.scale());
    case TypeId::kDate:
      return "tdD";
    case TypeId::kTime:
      return std::string("tt") + unit;
    case TypeId::kTimestamp:
      return std::string("ts") + unit + ":" + type.zone();
    case TypeId::kDuration:
      return std::string("tD") + unit;
    case TypeId::kUtf8:
      return layout == Layout::kView ? "vu" : "u";
    case TypeId::kBinary:
      return layout == Layout::kView ? "vz" : "z";
    case TypeId::kList:
      return "+l";
    case TypeId::kStruct:
      return "+s";
  }
  return "n";
}

void export_type(const std::string& name, const DataType& type, Layout layout, ArrowSchema* out);

void finish_schema(SchemaState* state, ArrowSchema* out) {
  for (ArrowSchema& child : state->children) state->child_pointers.push_back(&child);
  *out = {};
  out->format = state->format.c_str();
  out->name = state->name.c_str();
  out->flags = ARROW_FLAG_NULLABLE;
  out->n_children = static_cast<std::int64_t>(state->children.size());
  out->children = state->child_pointers.data();
  out->dictionary = state->dictionary.release == nullptr ? nullptr : &state->dictionary;
  out->release = release<ArrowSchema, SchemaState>;
  out->private_data = state;
}

void export_type(const std::string& name, const DataType& type, Layout layout, ArrowSchema* out) {
  auto state = std::make_unique<SchemaState>();
  state->name = name;
  if (layout == Layout::kDictionary) {
    state->format = "i";
    export_type("", type, Layout::kPlain, &state->dictionary);
  } else {
    state->format = arrow_format(type, layout);
    state->children.resize(type.fields().size());
    for (std::size_t i = 0; i < type.fields().size(); ++i) {
      export_type(type.fields()[i].name, type.fields()[i].type, Layout::kPlain, &state->children[i]);
    }
  }
  finish_schema(state.release(), out);
}

/// Arrow's times of seconds and milliseconds have 32 bits.
BufferPtr narrowed_times(const Column& column) {
  BufferBuilder values(static_cast<std::size_t>(column.length()) * 4);
  const std::int64_t* from = column.values_as<std::int64_t>();
  std::transform(from, from + column.length(), values.as<std::int32_t>(),
                 [](std::int64_t value) { return static_cast<std::int32_t>(value); });
  return values.finish();
}

const void* address(const BufferPtr& buffer) { return (buffer ? buffer : Buffer::empty())->data(); }

void add_value_buffers(ArrayState& state) {
  const Column& column = state.column;
  const DataType& type = column.type();
  const bool short_time = type.id() == TypeId::kTime && type.unit() <= TimeUnit::kMilli;
  if (type.id() == TypeId::kStruct) return;
  if (short_time) state.narrowed = narrowed_times(column);
  state.buffers.push_back(address(short_time ? state.narrowed : column.values()));
  if (!is_text(type) || column.layout() == Layout::kDictionary) return;
  for (const BufferPtr& buffer : column.data()) {
    state.buffers.push_back(address(buffer));
    state.view_buffer_sizes.push_back(static_cast<std::int64_t>(buffer->size()));
  }
  if (column.layout() == Layout::kView) state.buffers.push_back(state.view_buffer_sizes.data());
  if (column.layout() == Layout::kPlain && column.data().empty()) state.buffers.push_back(address(nullptr));
}

Column in_layout(const Column& column, Layout layout) {
  if (!is_text(column.type())) return column.to_plain();
  if (layout == column.layout()) return column;
  return layout == Layout::kView ? to_views(column) : column.to_plain();
}

void finish_array(ArrayState* state, std::int64_t length, std::int64_t null_count, ArrowArray* out) {
  for (ArrowArray& child : state->children) state->child_pointers.push_back(&child);
  *out = {};
  out->length = length;
  out->null_count = null_count;
  out->n_buffers = static_cast<std::int64_t>(state->buffers.size());
  out->buffers = state->buffers.data();
  out->n_children = static_cast<std::int64_t>(state->children.size());
  out->children = state->child_pointers.data();
  out->dictionary = state->dictionary.release == nullptr ? nullptr : &state->dictionary;
  out->release = release<ArrowArray, ArrayState>;
  out->private_data = state;
}

void export_column(const Column& column, Layout layout, ArrowArray* out) {
  auto state = std::make_unique<ArrayState>();
  state->column = in_layout(column, layout);
  const Column& values = state->column;
  if (values.type().id() != TypeId::kNull) {
    state->buffers.push_back(values.has_no_nulls() ? nullptr : values.validity()->data());
    add_value_buffers(*state);
  }
  state->children.resize(values.children().size());
  for (std::size_t i = 0; i < values.children().size(); ++i) {
    export_column(values.children()[i], Layout::kPlain, &state->children[i]);
  }
  if (values.layout() == Layout::kDictionary)
    export_column(*values.dictionary(), Layout::kPlain, &state->dictionary);
  const std::int64_t nulls = values.null_count();
  finish_array(state.release(), column.length(), nulls, out);
}

}  // namespace

std::vector<Layout> exported_layouts(std::size_t num_columns, const std::vector<Batch>& batches,
                                     TextExport text) {
  std::vector<Layout> layouts(num_columns, Layout::kPlain);
  if (batches.empty() || text == TextExport::kPlain) return layouts;
  for (std::size_t i = 0; i < num_columns; ++i) {
    layouts[i] = batches[0].column(i).layout();
    for (const Batch& batch : batches) {
      const Layout layout = batch.column(i).layout();
      if (layout != layouts[i]) layouts[i] = Layout::kView;
    }
    if (layouts[i] == Layout::kView && text == TextExport::kNoViews) layouts[i] = Layout::kPlain;
  }
  return layouts;
}

void export_schema(const Schema& schema, const std::vector<Layout>& layouts, ArrowSchema* out) {
  auto state = std::make_unique<SchemaState>();
  state->format = "+s";
  state->children.resize(schema.num_fields());
  for (std::size_t i = 0; i < schema.num_fields(); ++i) {
    export_type(schema.field(i).name, schema.field(i).type, layouts[i], &state->children[i]);
  }
  finish_schema(state.release(), out);
  out->flags = 0;
}

void export_batch(const Batch& batch, const std::vector<Layout>& layouts, ArrowArray* out) {
  auto state = std::make_unique<ArrayState>();
  state->buffers.push_back(nullptr);
  state->children.resize(batch.columns().size());
  for (std::size_t i = 0; i < batch.columns().size(); ++i)
    export_column(batch.column(i), layouts[i], &state->children[i]);
  finish_array(state.release(), batch.num_rows(), 0, out);
}

}  // namespace treadle::columnar
