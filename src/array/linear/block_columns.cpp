#include "array/linear/block_columns.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "array/linear/elimination_kernels.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"

namespace treadle::array {
namespace {

using K = ElementKind;

constexpr std::int64_t kWidth = 512;
constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;

/// The tasks of one factorisation. Equal tasks have equal keys, so that its answers share them.
class Eliminator {
 public:
  Eliminator(lazy::Lowering& lowering, const lazy::NodePtr& a, Elimination elimination, bool refuse_singular)
      : graph_(lowering.graph()), elimination_(elimination), refuse_singular_(refuse_singular) {
    const ArrayNode& node = as_array(a);
    bytes_ = node.chunk_bytes();
    std::int64_t first = 0;
    for (const std::int64_t width : node.chunks().axis(1)) {
      steps_.push_back({elimination, first, width});
      first += width;
    }
    columns_ = lowering.blocks(a);
  }

  std::size_t num_steps() const { return steps_.size(); }
  const EliminationStep& step(std::size_t i) const { return steps_[i]; }
  /// The block columns after their own step; then the pivots.
  TaskOutput column(std::size_t i) const { return columns_[i]; }
  TaskOutput pivots(std::size_t i) const { return {columns_[i].task, 1}; }
  std::vector<std::int64_t> first_rows(std::size_t begin) const {
    std::vector<std::int64_t> rows;
    for (std::size_t i = begin; i < steps_.size(); ++i) rows.push_back(steps_[i].first);
    return rows;
  }

  /// Takes all block columns apart; triangles are that already.
  void factor() {
    if (elimination_ == Elimination::kLowerTriangle || elimination_ == Elimination::kUpperTriangle) return;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      columns_[i] = {graph_.add(factor_operation(steps_[i]), {columns_[i]}), 0};
      for (std::size_t k = i + 1; k < steps_.size(); ++k) {
        columns_[k] = elimination_ == Elimination::kLu ? eliminated(i, columns_[k]) : updated(i, k);
      }
    }
  }

  /// Right sides after all steps there and back.
  TaskOutput solved(TaskOutput right) {
    if (elimination_ != Elimination::kUpperTriangle) {
      for (std::size_t i = 0; i < steps_.size(); ++i) right = eliminated(i, right);
    }
    if (elimination_ != Elimination::kLowerTriangle) {
      for (std::size_t i = steps_.size(); i-- > 0;) {
        right = added("back", steps_[i], {columns_[i], right}, [step = steps_[i]](auto inputs) {
          return substitute_back(step, inputs[0], inputs[1]);
        });
      }
    }
    return right;
  }

  /// A task that makes one matrix; `name` and `step` say which, besides its inputs.
  TaskOutput added(const std::string& name, const EliminationStep& step,
                   const std::vector<TaskOutput>& inputs,
                   std::function<NdArray(std::span<const NdArray>)> run) {
    const auto operation =
        chunk_operation("eliminate." + name, identity(name, step), {bytes_, bytes_},
                        [run = std::move(run)](std::span<const NdArray> chunks, TaskContext& context) {
                          context.check_stopped();
                          return run(chunks);
                        });
    return {graph_.add(operation, inputs)};
  }

 private:
  Key identity(const std::string& name, const EliminationStep& step) const {
    KeyBuilder key("array.eliminate." + name);
    return key.add(static_cast<int>(elimination_))
        .add(refuse_singular_)
        .add(step.first)
        .add(step.width)
        .finish();
  }

  std::shared_ptr<const Operation> factor_operation(const EliminationStep& step) const {
    return chunks_operation("eliminate.factor", identity("factor", step),
                            elimination_ == Elimination::kLu ? 2 : 1, {bytes_, 0},
                            [step, refuse = refuse_singular_](std::span<const NdArray> chunks, TaskContext&) {
                              return factor_column(step, chunks[0], refuse);
                            });
  }

  TaskOutput eliminated(std::size_t i, TaskOutput column) {
    std::vector<TaskOutput> inputs = {column, columns_[i]};
    if (elimination_ == Elimination::kLu) inputs.push_back(pivots(i));
    return added("column", steps_[i], inputs,
                 [step = steps_[i]](auto chunks) { return eliminate(step, chunks.subspan(1), chunks[0]); });
  }

  TaskOutput updated(std::size_t i, std::size_t k) {
    const std::int64_t first = steps_[k].first;
    return added("update." + std::to_string(first), steps_[i], {columns_[k], columns_[i]},
                 [step = steps_[i], first](auto chunks) {
                   return update_symmetric(step, chunks[1], chunks[0], first);
                 });
  }

  TaskGraph& graph_;
  Elimination elimination_;
  bool refuse_singular_;
  std::size_t bytes_ = 0;
  std::vector<EliminationStep> steps_;
  std::vector<TaskOutput> columns_;
};

/// A step whose blocks are made of a factorisation of its first input.
Array eliminated_step(
    const char* kind, std::vector<lazy::NodePtr> inputs, Chunks chunks, Elimination elimination,
    bool refuse_singular,
    std::function<std::vector<TaskOutput>(Eliminator&, lazy::Lowering&, const std::vector<lazy::NodePtr>&)>
        finish) {
  const DType dtype = as_array(inputs[0]).dtype();
  const Key key = KeyBuilder(std::string("array.eliminate.") + kind)
                      .add(static_cast<int>(elimination))
                      .add(refuse_singular)
                      .finish();
  return Array(std::make_shared<const Step>(
      kind, "", key, dtype, std::move(chunks), std::move(inputs),
      [=, finish = std::move(finish)](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& lowered) {
        Eliminator eliminator(lowering, lowered[0], elimination, refuse_singular);
        eliminator.factor();
        return finish(eliminator, lowering, lowered);
      }));
}

}  // namespace

Array in_block_columns(const Array& a) {
  const std::int64_t n = a.shape()[0];
  if (n <= 2 * kWidth) return a.rechunk(-1);
  const auto size = static_cast<std::int64_t>(a.dtype().size());
  const std::int64_t width = std::clamp<std::int64_t>(kMostBytes / (n * size), 16, kWidth);
  return a.rechunk(Chunking({std::int64_t{-1}, width}));
}

Array solve_block_columns(const Array& a, const Array& b, Elimination elimination) {
  return eliminated_step(
      "Solve", {a.node(), b.node()}, b.chunks(), elimination, true,
      [](Eliminator& eliminator, lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& right : lowering.blocks(inputs[1])) blocks.push_back(eliminator.solved(right));
        return blocks;
      });
}

Array cholesky_block_columns(const Array& a) {
  return eliminated_step("Cholesky", {a.node()}, a.chunks(), Elimination::kCholesky, true,
                         [](Eliminator& eliminator, lazy::Lowering&, const std::vector<lazy::NodePtr>&) {
                           std::vector<TaskOutput> blocks;
                           for (std::size_t i = 0; i < eliminator.num_steps(); ++i) {
                             const EliminationStep step = eliminator.step(i);
                             blocks.push_back(eliminator.added(
                                 "lower", step, {eliminator.column(i)},
                                 [step](auto chunks) { return lower_part(step, chunks[0], {}, {}); }));
                           }
                           return blocks;
                         });
}

LuFactors lu_block_columns(const Array& a) {
  const auto part = [&](const char* kind, auto make) {
    return eliminated_step(
        kind, {a.node()}, a.chunks(), Elimination::kLu, false,
        [make](Eliminator& eliminator, lazy::Lowering&, const std::vector<lazy::NodePtr>&) {
          std::vector<TaskOutput> blocks;
          for (std::size_t i = 0; i < eliminator.num_steps(); ++i) blocks.push_back(make(eliminator, i));
          return blocks;
        });
  };
  const std::int64_t n = a.shape()[0];
  const DType dtype = a.dtype();
  return {part("LuRows",
               [n, dtype](Eliminator& eliminator, std::size_t i) {
                 std::vector<TaskOutput> pivots;
                 for (std::size_t k = 0; k < eliminator.num_steps(); ++k)
                   pivots.push_back(eliminator.pivots(k));
                 const EliminationStep step = eliminator.step(i);
                 return eliminator.added(
                     "rows", step, pivots, [=, rows = eliminator.first_rows(0)](auto chunks) {
                       return permutation_part(step.first, step.width, n, dtype, rows, chunks);
                     });
               }),
          part("LuLower",
               [](Eliminator& eliminator, std::size_t i) {
                 std::vector<TaskOutput> inputs = {eliminator.column(i)};
                 for (std::size_t k = i + 1; k < eliminator.num_steps(); ++k)
                   inputs.push_back(eliminator.pivots(k));
                 const EliminationStep step = eliminator.step(i);
                 return eliminator.added("lower", step, inputs,
                                         [step, rows = eliminator.first_rows(i + 1)](auto chunks) {
                                           return lower_part(step, chunks[0], rows, chunks.subspan(1));
                                         });
               }),
          part("LuUpper", [](Eliminator& eliminator, std::size_t i) {
            const EliminationStep step = eliminator.step(i);
            return eliminator.added("upper", step, {eliminator.column(i)},
                                    [step](auto chunks) { return upper_part(step, chunks[0]); });
          })};
}

}  // namespace treadle::array
