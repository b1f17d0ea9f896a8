#include <algorithm>
#include <unordered_map>

#include "dataframe/operators/merged_rows.h"

// The groups of all partitions in the order of their first rows, range by range: the places of a range are
// nearly dense, so groups are put in order by writing each where its place says.
namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::RowRef;

// Groups of a range: as many as make blocks that the system gives in huge pages, but for all threads some.
constexpr std::size_t kLeastRows = std::size_t{1} << 17;
constexpr std::size_t kMostRows = std::size_t{1} << 20;
constexpr std::size_t kRanges = 8;
constexpr std::size_t kSampleStep = std::size_t{1} << 10;
// Places of which so few are taken are sorted instead.
constexpr std::int64_t kPlacesPerRow = 4;
constexpr std::uint32_t kNoSource = 0xFFFFFFFF;

class Assembly final : public StripLoop {
 public:
  Assembly(std::span<const MergedRows* const> partitions, columnar::BatchList& result)
      : partitions_(partitions), result_(result) {
    for (const MergedRows* partition : partitions_) add_sources(*partition);
    cut();
    batches_.resize(cuts_.size() - 1);
  }

  std::size_t num_strips() const override { return batches_.size(); }
  // What a range holds is the result's; beside it lie the order, and which row each is.
  std::size_t bytes_per_strip() const override { return range_rows_ * 4 * sizeof(RowRef); }
  void run(std::size_t strip, TaskContext& context) override {
    context.check_stopped();
    batches_[strip] = range(strip);
  }
  bool commit(std::size_t strip, TaskContext&) override {
    if (batches_[strip].num_rows() != 0) result_.batches.push_back(std::move(batches_[strip]));
    return true;
  }

 private:
  // Sources that partitions share are there once.
  void add_sources(const MergedRows& partition) {
    keys_.resize(partition.keys.num_keys());
    numbers_.emplace_back();
    for (std::uint32_t source = 0; source < partition.keys.num_sources(); ++source) {
      const auto next = static_cast<std::uint32_t>(keys_[0].size());
      const void* shared = partition.sources[source].get();
      const auto [found, added] = known_.try_emplace(shared, next);
      if (shared != nullptr && !added) {
        numbers_.back().push_back(found->second);
        continue;
      }
      numbers_.back().push_back(next);
      for (std::size_t key = 0; key < keys_.size(); ++key)
        keys_[key].push_back(partition.keys.columns(key)[source]);
    }
  }

  // Cuts all places into ranges of about equally many groups.
  void cut() {
    std::vector<std::int64_t> samples;
    std::size_t num_groups = 0;
    for (const MergedRows* partition : partitions_) {
      num_groups += partition->size();
      for (std::size_t group = 0; group < partition->size(); group += kSampleStep)
        samples.push_back(partition->places[group]);
    }
    std::sort(samples.begin(), samples.end());
    range_rows_ = std::clamp(num_groups / kRanges, kLeastRows, kMostRows);
    const std::size_t num_ranges = num_groups / range_rows_ + 1;
    cuts_.emplace_back(partitions_.size(), 0);
    for (std::size_t i = 1; i < num_ranges; ++i)
      cuts_.push_back(begins_at(samples[samples.size() * i / num_ranges]));
    cuts_.emplace_back();
    for (const MergedRows* partition : partitions_) cuts_.back().push_back(partition->size());
  }
  std::vector<std::size_t> begins_at(std::int64_t place) const {
    std::vector<std::size_t> begins;
    for (const MergedRows* partition : partitions_) {
      const std::int64_t* places = partition->places.data();
      begins.push_back(
          static_cast<std::size_t>(std::lower_bound(places, places + partition->size(), place) - places));
    }
    return begins;
  }

  // The groups of a range in order, as rows of the partitions.
  std::vector<RowRef> in_order(std::size_t range) const {
    std::int64_t count = 0, least = INT64_MAX, most = INT64_MIN;
    for (std::size_t p = 0; p < partitions_.size(); ++p) {
      const std::size_t begin = cuts_[range][p], end = cuts_[range + 1][p];
      if (begin == end) continue;
      count += static_cast<std::int64_t>(end - begin);
      least = std::min(least, partitions_[p]->places[begin]);
      most = std::max(most, partitions_[p]->places[end - 1]);
    }
    if (count == 0) return {};
    if (most - least >= kPlacesPerRow * count) return sorted(range);
    std::vector<RowRef> order(static_cast<std::size_t>(most - least + 1), RowRef{kNoSource, 0});
    for_each_group(range, [&](std::int64_t place, RowRef group) {
      order[static_cast<std::size_t>(place - least)] = group;
    });
    std::erase_if(order, [](const RowRef& group) { return group.source == kNoSource; });
    return order;
  }
  std::vector<RowRef> sorted(std::size_t range) const {
    std::vector<std::pair<std::int64_t, RowRef>> groups;
    for_each_group(range, [&](std::int64_t place, RowRef group) { groups.emplace_back(place, group); });
    std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<RowRef> order;
    order.reserve(groups.size());
    for (const auto& [place, group] : groups) order.push_back(group);
    return order;
  }
  template <class F>
  void for_each_group(std::size_t range, F&& use) const {
    for (std::uint32_t p = 0; p < partitions_.size(); ++p) {
      for (std::size_t group = cuts_[range][p]; group < cuts_[range + 1][p]; ++group)
        use(partitions_[p]->places[group], RowRef{p, static_cast<std::uint32_t>(group)});
    }
  }

  Batch range(std::size_t number) const {
    std::vector<RowRef> groups = in_order(number);
    if (groups.empty()) return {};
    std::vector<Column> columns(keys_.size());
    const std::size_t num_aggregates = result_.schema->num_fields() - keys_.size();
    for (std::size_t i = 0; i < num_aggregates; ++i) {
      std::vector<Column> parts;
      for (const MergedRows* partition : partitions_) parts.push_back(partition->aggregates[i]);
      columns.push_back(columnar::gather(parts, groups));
    }
    for (RowRef& group : groups) {
      const RowRef first = partitions_[group.source]->first[group.row];
      group = RowRef{numbers_[group.source][first.source], first.row};
    }
    for (std::size_t key = 0; key < keys_.size(); ++key) columns[key] = columnar::gather(keys_[key], groups);
    return {result_.schema, std::move(columns), static_cast<std::int64_t>(groups.size())};
  }

  std::span<const MergedRows* const> partitions_;
  columnar::BatchList& result_;
  std::vector<std::vector<Column>> keys_;            // of all sources
  std::vector<std::vector<std::uint32_t>> numbers_;  // by partition and its own source: the source's number
  std::unordered_map<const void*, std::uint32_t> known_;  // numbers of shared sources
  std::vector<std::vector<std::size_t>>
      cuts_;  // range i of partition p: groups cuts_[i][p] .. cuts_[i + 1][p] - 1
  std::size_t range_rows_ = 0;
  std::vector<Batch> batches_;
};

}  // namespace

columnar::BatchList assemble(std::span<const MergedRows* const> partitions, const columnar::SchemaPtr& schema,
                             TaskContext& context) {
  columnar::BatchList result{schema, {}};
  Assembly assembly(partitions, result);
  context.run_strips(assembly);
  return result;
}

}  // namespace treadle::dataframe
