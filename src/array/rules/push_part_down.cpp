#include <algorithm>
#include <utility>

#include "array/nodes/elementwise.h"
#include "array/nodes/part.h"
#include "array/nodes/portable_source.h"
#include "array/nodes/rechunk.h"
#include "array/nodes/source.h"
#include "array/nodes/transpose.h"
#include "array/rules/rules.h"
#include "treadle/codecs.h"

// Parts are taken before anything is computed or read that is not wanted.
namespace treadle::array {
namespace {

/// A part of a source, as a source.
class SourcePart final : public PortableSource {
 public:
  SourcePart(std::shared_ptr<const ArraySource> whole, PartSpec spec, Shape shape)
      : whole_(std::move(whole)), spec_(std::move(spec)), shape_(std::move(shape)) {}

  std::string to_string() const override { return "part of " + whole_->to_string(); }
  std::size_t read_bytes(std::size_t bytes) const override { return whole_->read_bytes(bytes); }
  bool reads_parts() const override { return whole_->reads_parts(); }
  void add_to(KeyBuilder& key) const override {
    whole_->add_to(key);
    spec_.add_to(key);
  }
  std::string_view reader_name() const override {
    return SourceField{whole_}.portable() ? kReader : std::string_view();
  }
  void write(ByteSink& sink) const override {
    Codec<SourceField>::write({whole_}, sink);
    spec_.write(sink);
    Codec<Shape>::write(shape_, sink);
  }
  static std::shared_ptr<const ArraySource> read(ByteSource& source) {
    SourceField whole = Codec<SourceField>::read(source);
    PartSpec spec = PartSpec::read(source);
    return std::make_shared<const SourcePart>(std::move(whole.source), std::move(spec),
                                              Codec<Shape>::read(source));
  }
  static constexpr std::string_view kReader = "part";
  NdArray read(std::span<const AxisSlice> region, TaskContext& context) const override {
    std::vector<AxisSlice> wanted;
    std::vector<AxisSlice> view;
    for (std::size_t i = 0; i < spec_.input_axes.size(); ++i) {
      AxisSlice slice = {0, 1, shape_[i]};
      if (!spec_.input_axes[i].whole) slice = spec_.input_axes[i].slice;
      const auto place = std::find(spec_.output_axes.begin(), spec_.output_axes.end(), std::optional(i));
      if (place != spec_.output_axes.end()) {
        const AxisSlice& own = region[static_cast<std::size_t>(place - spec_.output_axes.begin())];
        slice = {slice.start + own.start * slice.step, slice.step * own.step, own.count};
      }
      // Sources read forwards; the view turns what was wanted backwards.
      const bool backwards = slice.step < 0;
      if (slice.count == 0) slice = {0, 1, 0};
      view.push_back(backwards && slice.count > 0 ? AxisSlice{slice.count - 1, -1, slice.count}
                                                  : AxisSlice{0, 1, slice.count});
      if (slice.step < 0) slice = {slice.start + (slice.count - 1) * slice.step, -slice.step, slice.count};
      wanted.push_back(slice);
    }
    return part_of(whole_->read(wanted, context), view, spec_.output_axes);
  }

 private:
  std::shared_ptr<const ArraySource> whole_;
  PartSpec spec_;
  Shape shape_;
};

[[maybe_unused]] const bool kRegistered = register_source(SourcePart::kReader, &SourcePart::read);

/// What a part of an expression takes of an input, whose axes stand below the last ones of the expression's
/// `whole`: nothing of an axis that it lacks or that is broadcast.
PartSpec part_of_input(const PartSpec& spec, const Chunks& input, const Chunks& whole) {
  const std::size_t added = whole.ndim() - input.ndim();
  PartSpec own;
  for (std::size_t i = 0; i < input.ndim(); ++i) {
    AxisPart axis = spec.input_axes[added + i];
    const bool broadcast = input.axis(i) != whole.axis(added + i);
    if (broadcast && axis.dropped)
      axis.slice = {0, 1, 1};
    else if (broadcast)
      axis = {{}, true, false};
    own.input_axes.push_back(axis);
  }
  for (const auto& axis : spec.output_axes) {
    if (axis && *axis >= added)
      own.output_axes.emplace_back(*axis - added);
    else if (added == 0 || !own.output_axes.empty())
      own.output_axes.emplace_back();
  }
  return own;
}

/// Whether something is left out, not only axes put in.
bool takes_less(const PartSpec& spec) {
  return !std::ranges::all_of(spec.input_axes, [](const AxisPart& axis) { return axis.whole; });
}

/// A part that puts the new axes of `spec` in, in front of the axes that it puts them in front of.
lazy::NodePtr with_new_axes(const PartSpec& spec, lazy::NodePtr input) {
  PartSpec added;
  for (const auto& axis : spec.output_axes) {
    if (!axis) {
      added.output_axes.emplace_back();
      continue;
    }
    added.output_axes.emplace_back(added.input_axes.size());
    added.input_axes.push_back({{}, true, false});
  }
  if (added.output_axes.size() == added.input_axes.size()) return input;
  return std::make_shared<const Part>(std::move(added), input);
}

}  // namespace

lazy::NodePtr push_part_below_elementwise(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* part = dynamic_cast<const Part*>(node.get());
  if (part == nullptr) return nullptr;
  const auto* inner = dynamic_cast<const Elementwise*>(part->inputs()[0].get());
  if (inner == nullptr || consumers.shared(*inner)) return nullptr;
  std::vector<lazy::NodePtr> inputs;
  for (const lazy::NodePtr& input : inner->inputs()) {
    const PartSpec own = part_of_input(part->spec(), as_array(input).chunks(), inner->chunks());
    const bool all = own.input_axes.size() == own.output_axes.size() &&
                     std::all_of(own.input_axes.begin(), own.input_axes.end(),
                                 [](const AxisPart& axis) { return axis.whole; });
    inputs.push_back(all ? input : std::make_shared<const Part>(own, input));
  }
  return std::make_shared<const Elementwise>(inner->program(), part->chunks(), std::move(inputs));
}

lazy::NodePtr push_part_below_transpose(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* part = dynamic_cast<const Part*>(node.get());
  if (part == nullptr || !takes_less(part->spec())) return nullptr;
  const auto* inner = dynamic_cast<const Transpose*>(part->inputs()[0].get());
  if (inner == nullptr || consumers.shared(*inner)) return nullptr;
  const std::vector<std::size_t>& order = inner->order();
  PartSpec own;
  own.input_axes.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) own.input_axes[order[i]] = part->spec().input_axes[i];
  // Where each axis that stays stands among those that stay.
  std::vector<std::size_t> place(order.size());
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    place[axis] = own.output_axes.size();
    if (!own.input_axes[axis].dropped) own.output_axes.emplace_back(axis);
  }
  std::vector<std::size_t> kept;
  for (const auto& axis : part->spec().output_axes) {
    if (axis) kept.push_back(place[order[*axis]]);
  }
  lazy::NodePtr result = std::make_shared<const Part>(std::move(own), inner->inputs()[0]);
  if (!std::ranges::is_sorted(kept)) result = std::make_shared<const Transpose>(std::move(kept), result);
  return with_new_axes(part->spec(), std::move(result));
}

lazy::NodePtr push_part_below_rechunk(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* part = dynamic_cast<const Part*>(node.get());
  if (part == nullptr || !takes_less(part->spec())) return nullptr;
  const auto* inner = dynamic_cast<const Rechunk*>(part->inputs()[0].get());
  if (inner == nullptr || consumers.shared(*inner)) return nullptr;
  auto own = std::make_shared<const Part>(part->spec(), inner->inputs()[0]);
  if (own->chunks() == part->chunks()) return own;
  return std::make_shared<const Rechunk>(part->chunks(), std::move(own));
}

lazy::NodePtr push_part_into_source(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* part = dynamic_cast<const Part*>(node.get());
  if (part == nullptr) return nullptr;
  const auto* source = dynamic_cast<const Source*>(part->inputs()[0].get());
  if (source == nullptr || !source->source()->reads_parts()) return nullptr;
  // What others want as well is read once for all, unless little of it is wanted here.
  const auto size = num_elements(part->chunks().shape());
  if (consumers.shared(*source) && size > part->touched_elements() / 4) return nullptr;
  auto wanted = std::make_shared<const SourcePart>(source->source(), part->spec(), source->chunks().shape());
  return std::make_shared<const Source>(std::move(wanted), source->dtype(), part->chunks());
}

}  // namespace treadle::array
