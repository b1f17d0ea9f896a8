#include "dataframe/operators/fragment_sink.h"

#include "treadle/error.h"

namespace treadle::dataframe {

bool FragmentSink::enough_with(const SinkPart&) const { return false; }

bool FragmentSink::convert(const columnar::SchemaPtr&, TaskContext&) { return false; }

void FragmentSink::replace(const columnar::SchemaPtr&, const std::vector<std::size_t>&,
                           const columnar::BatchList&) {
  throw InternalError("a sink that does not hold its rows was given columns of them");
}

std::optional<std::vector<Value>> SinkSpec::convert(std::span<const Value>, const columnar::SchemaPtr&,
                                                    TaskContext&) const {
  return std::nullopt;
}

}  // namespace treadle::dataframe
