#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/pipe.h"

// Late widening: rows were read with types that turned out too narrow. What sinks hold of them becomes what
// the wider types, known from the start, would have given:
//
//   kept        nothing that the sink saw depends on the columns that widen
//   converted   int64 -> float64, date -> timestamp[us]: every value converts to what the text reads as, and
//               filters let the same rows pass
//   replaced    the sink holds rows: only the columns that widen are read again, and take the place of the
//   old repeated    the rows are read again, the columns that this sink looks at
//
// See docs/design/late-widening.md.
namespace treadle::dataframe {

/// What is to be done with what one sink holds.
struct Mend {
  enum class How : std::uint8_t { kKeep, kConvert, kReplace, kRepeat };
  How how = How::kKeep;
  /// Columns of the sink that widen: those that are converted or replaced.
  std::vector<std::size_t> columns;
};

/// One mend a sink of `pipe`, whose input's types widen from `narrower` to `wider`. `odd`: columns of which
/// values were read that the wider type reads otherwise ("-0"). A sink may still refuse to convert: then it
/// is replaced or repeated, see without_conversion().
std::vector<Mend> plan_mends(const PipeSpec& pipe, const Schema& narrower, const Schema& wider,
                             const std::vector<std::size_t>& odd);

/// What is done if the sink does not convert.
Mend without_conversion(Mend mend, const SinkSpec& sink);

/// The part of `pipe` that must see the rows again: sinks that are repeated, and for those that are replaced
/// one that takes the columns. Nothing if there are none. Its sinks are in the order of `mends`.
std::optional<PipeSpec> pipe_again(const PipeSpec& pipe, const std::vector<Mend>& mends);

/// Whether the sink takes part in pipe_again().
bool sees_again(const Mend& mend);

}  // namespace treadle::dataframe
