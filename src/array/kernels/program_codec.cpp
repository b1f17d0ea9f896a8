#include "array/kernels/program_codec.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "array/kernels/ufunc.h"
#include "treadle/codecs.h"
#include "treadle/error.h"

namespace treadle {
namespace {

using array::Program;

const array::Loop& find_loop(const array::Ufunc& ufunc, const std::vector<ElementKind>& inputs,
                             ElementKind output) {
  const auto found = std::ranges::find_if(
      ufunc.loops, [&](const array::Loop& loop) { return loop.inputs == inputs && loop.output == output; });
  if (found == ufunc.loops.end())
    throw IoError("the bytes of an expression are corrupt: " + ufunc.name + " has no loop for its types");
  return *found;
}

/// A step by its name and types, as what makes programs would have made it.
Program::Step made_step(const std::string& name, const std::vector<ElementKind>& inputs, DType type) {
  if (name == "cast" && inputs.size() == 1)
    return {"cast", array::cast_function(inputs[0], type.kind()), {}, type};
  const std::vector<ElementKind> counts = {ElementKind::kTimedelta, ElementKind::kInt64};
  if (name == "refine" || name == "coarsen") {
    const bool finer = name == "refine";
    const auto& ufunc = array::find_ufunc(finer ? "multiply" : "floor_divide");
    return {finer ? "refine" : "coarsen", find_loop(ufunc, counts, ElementKind::kTimedelta).run, {}, type};
  }
  const auto& ufunc = array::find_ufunc(name);
  return {ufunc.name, find_loop(ufunc, inputs, type.kind()).run, {}, type};
}

}  // namespace

void Codec<Program>::write(const Program& program, ByteSink& sink) {
  Codec<std::vector<DType>>::write(program.inputs(), sink);
  Codec<std::vector<NdArray>>::write(program.constants(), sink);
  Codec<std::uint64_t>::write(program.steps().size(), sink);
  for (const Program::Step& step : program.steps()) {
    Codec<std::string>::write(std::string(step.name), sink);
    Codec<DType>::write(step.type, sink);
    Codec<std::vector<std::uint32_t>>::write(step.arguments, sink);
  }
}

Program Codec<Program>::read(ByteSource& source) {
  auto inputs = Codec<std::vector<DType>>::read(source);
  auto constants = Codec<std::vector<NdArray>>::read(source);
  std::vector<DType> types = inputs;
  for (const NdArray& constant : constants) types.push_back(constant.dtype());
  std::vector<Program::Step> steps;
  for (auto count = Codec<std::uint64_t>::read(source); count != 0; --count) {
    const std::string name = Codec<std::string>::read(source);
    const DType type = Codec<DType>::read(source);
    auto arguments = Codec<std::vector<std::uint32_t>>::read(source);
    std::vector<ElementKind> kinds;
    for (const std::uint32_t argument : arguments) {
      if (argument >= types.size())
        throw IoError("the bytes of an expression are corrupt: a step reads what comes later");
      kinds.push_back(types[argument].kind());
    }
    Program::Step step = made_step(name, kinds, type);
    step.arguments = std::move(arguments);
    steps.push_back(std::move(step));
    types.push_back(type);
  }
  return {std::move(inputs), std::move(constants), std::move(steps)};
}

}  // namespace treadle
