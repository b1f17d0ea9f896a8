#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "treadle/bag_partition.h"
#include "treadle/bag_text.h"
#include "treadle/codecs.h"
#include "treadle/error.h"

// Texts into files, a line each.
namespace treadle::bag {
namespace {

namespace fs = std::filesystem;

/// A file that appears under its name once it is whole; what is left of it otherwise is removed.
class LinesFile {
 public:
  explicit LinesFile(fs::path target) : target_(std::move(target)), staged_(target_) {
    staged_.replace_filename("." + target_.filename().string() + ".partial");
    out_.open(staged_, std::ios::binary | std::ios::trunc);
    check("cannot write");
  }
  LinesFile(const LinesFile&) = delete;
  LinesFile& operator=(const LinesFile&) = delete;
  ~LinesFile() {
    std::error_code ignored;
    fs::remove(staged_, ignored);
  }

  void add(std::string_view text) {
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (text.empty() || text.back() != '\n') out_.put('\n');
    check("cannot write");
  }

  void commit() {
    out_.close();
    check("cannot write");
    std::error_code error;
    fs::rename(staged_, target_, error);
    if (error) throw IoError::from_errno("cannot rename to", target_.string(), error.value());
  }

 private:
  void check(const char* what) const {
    if (!out_) throw IoError::from_errno(what, target_.string(), errno);
  }

  fs::path target_;
  fs::path staged_;
  std::ofstream out_;
};

/// The partition's number in the place of the star, as wide as the last one's.
std::string path_of(const std::string& pattern, std::size_t partition, std::size_t count) {
  std::string number = std::to_string(partition);
  const std::size_t width = std::to_string(count == 0 ? 0 : count - 1).size();
  number.insert(0, width - number.size(), '0');
  std::string path = pattern;
  return path.replace(path.find('*'), 1, number);
}

}  // namespace

NodePtr write_texts(const NodePtr& texts, const std::string& pattern) {
  const std::string whole = pattern.find('*') == std::string::npos ? pattern + "/*.part" : pattern;
  if (whole.find('*') != whole.rfind('*')) {
    throw InvalidArgument("to_textfiles: expected a path with one '*', found \"" + pattern + "\"");
  }
  const std::size_t count = num_blocks(texts);
  return each("to_textfiles",
              [whole, count](std::span<const Value> inputs, std::size_t partition, TaskContext& context) {
                const std::string path = path_of(whole, partition, count);
                std::error_code error;
                if (const fs::path folder = fs::path(path).parent_path(); !folder.empty())
                  fs::create_directories(folder, error);
                if (error) throw IoError::from_errno("cannot make the folder of", path, error.value());
                LinesFile file(path);
                std::uint64_t bytes = 0;
                for_each_item_watched<std::string>(inputs[0], partition, context, [&](std::string_view text) {
                  file.add(text);
                  bytes += text.size();
                });
                file.commit();
                context.count(Counter::kBytesWritten, bytes);
                return make_partition(std::vector<std::string>{path});
              },
              {texts});
}

}  // namespace treadle::bag
