#include "columnar/chunks.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/text_view.h"
#include "columnar/type_dispatch.h"

namespace treadle::columnar {
namespace {

using Chunks = std::span<const Column>;
using Places = std::span<const ChunkIndex::Place>;

/// Rows are looked up by blocks of so many.
constexpr int kBlockBits = 12;

template <class T>
BufferPtr take_values(Chunks chunks, Places places) {
  std::vector<const T*> values;
  for (const Column& chunk : chunks) values.push_back(chunk.values_as<T>());
  BufferBuilder taken(places.size() * sizeof(T));
  T* out = taken.as<T>();
  for (std::size_t i = 0; i < places.size(); ++i) {
    out[i] = places[i].chunk == ChunkIndex::kNowhere ? T{} : values[places[i].chunk][places[i].row];
  }
  return taken.finish();
}

BufferPtr take_bools(Chunks chunks, Places places) {
  return bits_from_rows(static_cast<std::int64_t>(places.size()), [&](std::int64_t i) {
    const auto [chunk, row] = places[static_cast<std::size_t>(i)];
    return chunk != ChunkIndex::kNowhere && get_bit(chunks[chunk].values()->data(), row);
  });
}

BufferPtr take_validity(Chunks chunks, Places places) {
  const bool complete = std::ranges::all_of(chunks, [](const Column& chunk) { return chunk.has_no_nulls(); });
  const auto nowhere = [](const ChunkIndex::Place& place) { return place.chunk == ChunkIndex::kNowhere; };
  if (complete && std::ranges::none_of(places, nowhere)) return nullptr;
  return bits_from_rows(static_cast<std::int64_t>(places.size()), [&](std::int64_t i) {
    const auto [chunk, row] = places[static_cast<std::size_t>(i)];
    return chunk != ChunkIndex::kNowhere && chunks[chunk].is_valid(row);
  });
}

std::vector<std::string_view> texts_at(Chunks chunks, Places places) {
  std::vector<const std::int32_t*> offsets;
  std::vector<const char*> bytes;
  for (const Column& chunk : chunks) {
    offsets.push_back(chunk.values_as<std::int32_t>());
    bytes.push_back(reinterpret_cast<const char*>(chunk.data()[0]->data()));
  }
  std::vector<std::string_view> texts(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [chunk, row] = places[i];
    if (chunk == ChunkIndex::kNowhere) continue;
    const std::int32_t begin = offsets[chunk][row];
    texts[i] = {bytes[chunk] + begin, static_cast<std::size_t>(offsets[chunk][row + 1] - begin)};
  }
  return texts;
}

/// Views of the texts where they lie.
Column take_as_views(Chunks chunks, Places places) {
  const std::vector<std::string_view> texts = texts_at(chunks, places);
  BufferBuilder views(places.size() * sizeof(TextView));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [chunk, row] = places[i];
    const bool any = chunk != ChunkIndex::kNowhere;
    views.as<TextView>()[i] = make_view(texts[i], any ? static_cast<std::int32_t>(chunk) : 0,
                                        any ? chunks[chunk].values_as<std::int32_t>()[row] : 0);
  }
  std::vector<BufferPtr> data;
  for (const Column& chunk : chunks) data.push_back(chunk.data()[0]);
  return {chunks[0].type(),
          Layout::kView,
          static_cast<std::int64_t>(places.size()),
          take_validity(chunks, places),
          views.finish(),
          std::move(data)};
}

Column take_text(Chunks chunks, Places places) {
  const std::vector<std::string_view> texts = texts_at(chunks, places);
  std::int64_t total = 0;
  for (const std::string_view text : texts) total += static_cast<std::int64_t>(text.size());
  if (total > INT32_MAX) return take_as_views(chunks, places);
  BufferBuilder offsets((texts.size() + 1) * sizeof(std::int32_t));
  BufferBuilder bytes(static_cast<std::size_t>(total));
  std::int32_t end = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    offsets.as<std::int32_t>()[i] = end;
    if (!texts[i].empty()) std::memcpy(bytes.data() + end, texts[i].data(), texts[i].size());
    end += static_cast<std::int32_t>(texts[i].size());
  }
  offsets.as<std::int32_t>()[texts.size()] = end;
  return {chunks[0].type(),
          Layout::kPlain,
          static_cast<std::int64_t>(places.size()),
          take_validity(chunks, places),
          offsets.finish(),
          {bytes.finish()}};
}

}  // namespace

ChunkIndex::ChunkIndex(std::span<const std::int64_t> lengths) {
  std::int64_t end = 0;
  for (const std::int64_t length : lengths) {
    end += length;
    ends_.push_back(end);
  }
  std::uint32_t chunk = 0;
  for (std::int64_t row = 0; row < end; row += std::int64_t{1} << kBlockBits) {
    while (ends_[chunk] <= row) ++chunk;
    first_chunk_.push_back(chunk);
  }
}

std::vector<ChunkIndex::Place> ChunkIndex::places(std::span<const std::int64_t> rows) const {
  std::vector<Place> places(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0) continue;
    std::uint32_t chunk = first_chunk_[static_cast<std::size_t>(rows[i]) >> kBlockBits];
    while (ends_[chunk] <= rows[i]) ++chunk;
    const std::int64_t begin = chunk == 0 ? 0 : ends_[chunk - 1];
    places[i] = {chunk, static_cast<std::uint32_t>(rows[i] - begin)};
  }
  return places;
}

bool can_take_from_chunks(const Column& column) {
  const TypeId type = column.type().id();
  const bool nested = type == TypeId::kNull || type == TypeId::kList || type == TypeId::kStruct;
  return column.layout() == Layout::kPlain && !nested && column.values() != nullptr;
}

Column take(std::span<const Column> chunks, std::span<const ChunkIndex::Place> places) {
  const DataType& type = chunks[0].type();
  if (is_text(type)) return take_text(chunks, places);
  BufferPtr values =
      type.id() == TypeId::kBool ? take_bools(chunks, places) : visit_width(type.byte_width(), [&](auto tag) {
        return take_values<typename decltype(tag)::type>(chunks, places);
      });
  return {type, Layout::kPlain, static_cast<std::int64_t>(places.size()), take_validity(chunks, places),
          std::move(values)};
}

}  // namespace treadle::columnar
