#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "array/align.h"
#include "array/linear/contract.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Sums of products by letters: pairs of operands, from the left, each a contraction of axes brought into
// order.
namespace treadle::array {
namespace {

using Axes = std::vector<std::int64_t>;

/// The elements whose indices along two axes are equal, along a last axis.
Array diagonal(const Array& x, std::size_t first, std::size_t second) {
  const std::int64_t length = x.shape()[first];
  if (length != x.shape()[second]) {
    throw InvalidArgument("expected axes of one length for a diagonal, found the shape " +
                          to_string(x.shape()));
  }
  const Array whole = x.rechunk(Chunking::some({{static_cast<std::int64_t>(first), std::int64_t{-1}},
                                                {static_cast<std::int64_t>(second), std::int64_t{-1}}}));
  std::vector<std::vector<std::int64_t>> axes;
  for (std::size_t i = 0; i < x.ndim(); ++i) {
    if (i != first && i != second) axes.push_back(whole.chunks().axis(i));
  }
  axes.push_back({length});
  KeyBuilder identity("array.diagonal");
  const Key key =
      identity.add(static_cast<std::uint64_t>(first)).add(static_cast<std::uint64_t>(second)).finish();
  return Array(std::make_shared<const Step>(
      "Diagonal", "", key, x.dtype(), Chunks(std::move(axes)), std::vector<lazy::NodePtr>{whole.node()},
      [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const auto operation =
            chunk_operation("diagonal", key, {}, [=](std::span<const NdArray> chunks, TaskContext&) {
              const NdArray& chunk = chunks[0];
              Shape shape;
              std::vector<std::int64_t> strides;
              for (std::size_t i = 0; i < chunk.ndim(); ++i) {
                if (i == first || i == second) continue;
                shape.push_back(chunk.shape()[i]);
                strides.push_back(chunk.strides()[i]);
              }
              shape.push_back(chunk.shape()[first]);
              strides.push_back(chunk.strides()[first] + chunk.strides()[second]);
              return NdArray(chunk.dtype(), std::move(shape), std::move(strides), chunk.data(), chunk.owner(),
                             chunk.owned_bytes())
                  .compacted();
            });
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& block : lowering.blocks(inputs[0]))
          blocks.push_back({lowering.graph().add(operation, {block})});
        return blocks;
      }));
}

/// An operand of einsum: an array and the letter of each axis.
struct Lettered {
  Array array;
  std::string letters;
};

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

Array with_order(const Lettered& operand, const std::string& letters) {
  Axes axes;
  for (const char letter : letters) axes.push_back(static_cast<std::int64_t>(operand.letters.find(letter)));
  return operand.array.transpose(std::move(axes));
}

/// Letters of axes that an ellipsis stands for: bytes that no text has.
char ellipsis_letter(std::size_t axis_from_the_end) { return static_cast<char>(1 + axis_from_the_end); }

std::string spell_out(const std::string& letters, std::size_t ndim) {
  const auto dots = letters.find("...");
  if (dots == std::string::npos) return letters;
  const std::size_t named = letters.size() - 3;
  std::string between;
  for (std::size_t i = ndim < named ? 0 : ndim - named; i-- > 0;) between += ellipsis_letter(i);
  return letters.substr(0, dots) + between + letters.substr(dots + 3);
}

/// One axis for each letter, and none that nobody else wants.
Lettered simplified(Lettered operand, const std::string& wanted) {
  for (std::size_t i = 0; i < operand.letters.size(); ++i) {
    const std::size_t again = operand.letters.find(operand.letters[i], i + 1);
    if (again == std::string::npos) continue;
    const char letter = operand.letters[i];
    operand.array = diagonal(operand.array, i, again);
    operand.letters.erase(again, 1);
    operand.letters.erase(i, 1);
    operand.letters += letter;
    return simplified(std::move(operand), wanted);
  }
  Axes summed;
  std::string kept;
  for (std::size_t i = 0; i < operand.letters.size(); ++i) {
    if (wanted.find(operand.letters[i]) == std::string::npos)
      summed.push_back(static_cast<std::int64_t>(i));
    else
      kept += operand.letters[i];
  }
  if (!summed.empty()) {
    const DType dtype = operand.array.dtype();
    operand = {operand.array.sum({summed}).astype(dtype), kept};
  }
  return operand;
}

Lettered multiply_pair(const Lettered& a, const Lettered& b, const std::string& wanted) {
  std::string batch;
  std::string own_a;
  std::string summed;
  std::string own_b;
  for (const char letter : a.letters) {
    const bool in_both = b.letters.find(letter) != std::string::npos;
    const bool stays = wanted.find(letter) != std::string::npos;
    (in_both ? stays ? batch : summed : own_a) += letter;
  }
  for (const char letter : b.letters) {
    if (a.letters.find(letter) == std::string::npos) own_b += letter;
  }
  Array left = with_order(a, batch + own_a + summed);
  Array right = with_order(b, batch + summed + own_b);
  if (summed.empty()) {
    left = expand_dims(left, {-1});
    right = expand_dims(right, {static_cast<std::int64_t>(batch.size())});
  }
  return {contract(left, right, {batch.size(), std::max<std::size_t>(summed.size(), 1)}),
          batch + own_a + own_b};
}

/// Letters of equal axes, of which some are broadcast: all made as long as the longest.
void broadcast_letters(std::vector<Lettered>& operands) {
  std::map<char, std::int64_t> lengths;
  for (const Lettered& operand : operands) {
    for (std::size_t i = 0; i < operand.letters.size(); ++i) {
      std::int64_t& length = lengths.try_emplace(operand.letters[i], 1).first->second;
      if (length == 1) length = operand.array.shape()[i];
    }
  }
  for (Lettered& operand : operands) {
    Shape shape;
    for (const char letter : operand.letters) shape.push_back(lengths[letter]);
    if (operand.array.chunks().known()) operand.array = broadcast_to(operand.array, shape);
  }
}

bool stands_for_dots(char letter) { return letter > 0 && letter < 32; }

/// The operands with their letters, as `terms` between commas say.
std::vector<Lettered> with_letters(const std::vector<std::string>& terms, std::vector<Array> operands,
                                   std::string_view subscripts) {
  if (terms.size() != operands.size()) {
    throw InvalidArgument("expected as many operands as there are in \"" + std::string(subscripts) +
                          "\", found " + std::to_string(operands.size()));
  }
  std::vector<Lettered> lettered;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::string letters = spell_out(terms[i], operands[i].ndim());
    if (letters.size() != operands[i].ndim()) {
      throw InvalidArgument("expected a letter for each axis of the shape " + to_string(operands[i].shape()) +
                            ", found \"" + terms[i] + "\"");
    }
    for (const char letter : letters) {
      if (!stands_for_dots(letter) && !std::isalpha(static_cast<unsigned char>(letter))) {
        throw InvalidArgument("expected letters, commas, dots and one arrow in subscripts, found \"" +
                              std::string(subscripts) + "\"");
      }
    }
    lettered.push_back({std::move(operands[i]), letters});
  }
  return lettered;
}

/// The letters of the result: `written` behind an arrow, or else those that occur once, behind the dots.
std::string output_letters(const std::vector<Lettered>& operands, const std::optional<std::string>& written,
                           std::string_view subscripts) {
  std::size_t most_dots = 0;
  std::map<char, int> uses;
  for (const Lettered& operand : operands) {
    for (const char letter : operand.letters) {
      if (stands_for_dots(letter)) most_dots = std::max(most_dots, static_cast<std::size_t>(letter));
      ++uses[letter];
    }
  }
  std::string dots;
  for (std::size_t i = most_dots; i-- > 0;) dots += ellipsis_letter(i);
  if (!written) {
    for (const auto& [letter, count] : uses) {
      if (count == 1 && !stands_for_dots(letter)) dots += letter;
    }
    return dots;
  }
  const auto place = written->find("...");
  const std::string output =
      place == std::string::npos ? *written : written->substr(0, place) + dots + written->substr(place + 3);
  for (const char letter : output) {
    if (!uses.contains(letter)) {
      throw InvalidArgument("expected letters of the operands behind the arrow, found \"" +
                            std::string(subscripts) + "\"");
    }
  }
  return output;
}

}  // namespace

Array einsum(std::string_view subscripts, std::vector<Array> operands) {
  std::string text(subscripts);
  std::erase(text, ' ');
  const auto arrow = text.find("->");
  std::vector<Lettered> lettered =
      with_letters(split(text.substr(0, arrow), ','), std::move(operands), subscripts);
  std::optional<std::string> written;
  if (arrow != std::string::npos) written = text.substr(arrow + 2);
  const std::string output = output_letters(lettered, written, subscripts);
  broadcast_letters(lettered);
  Lettered result = lettered[0];
  for (std::size_t i = 0; i < lettered.size(); ++i) {
    std::string later = output;
    for (std::size_t k = i + 1; k < lettered.size(); ++k) later += lettered[k].letters;
    if (i == 0) {
      result = simplified(std::move(result), later);
      continue;
    }
    const Lettered next = simplified(lettered[i], later + result.letters);
    result = multiply_pair(result, next, later);
    result = simplified(std::move(result), later);
  }
  return with_order(simplified(std::move(result), output), output);
}

}  // namespace treadle::array
