#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "treadle/error.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10;

// A file that appears under its name once it is whole: written beside it and renamed.
class GraphFile final : public ByteSink {
 public:
  explicit GraphFile(const std::string& path)
      : path_(path), partial_(path + ".partial-" + std::to_string(::getpid())) {
    file_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) throw IoError::from_errno("cannot make the graph's file", path_, errno);
  }
  GraphFile(const GraphFile&) = delete;
  GraphFile& operator=(const GraphFile&) = delete;
  ~GraphFile() override {
    if (file_ >= 0) ::close(file_);
    if (!partial_.empty()) ::unlink(partial_.c_str());
  }

  void write(const void* bytes, std::size_t size) override {
    buffer_.append(static_cast<const char*>(bytes), size);
    if (buffer_.size() >= kBlock) flush();
  }

  void commit() {
    flush();
    const bool closed = ::close(std::exchange(file_, -1)) == 0;
    if (!closed || ::rename(partial_.c_str(), path_.c_str()) != 0) {
      throw IoError::from_errno("cannot write the graph", path_, errno);
    }
    partial_.clear();
  }

 private:
  void flush() {
    std::string_view left = buffer_;
    while (!left.empty()) {
      const ssize_t written = ::write(file_, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw IoError::from_errno("cannot write the graph", path_, errno);
      left.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
  }

  const std::string path_;
  std::string partial_;
  std::string buffer_;
  int file_ = -1;
};

class GraphReader final : public ByteSource {
 public:
  explicit GraphReader(const std::string& path)
      : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) throw IoError::from_errno("cannot read the graph", path_, errno);
  }
  GraphReader(const GraphReader&) = delete;
  GraphReader& operator=(const GraphReader&) = delete;
  ~GraphReader() override { ::close(file_); }

  void read(void* bytes, std::size_t size) override {
    auto* to = static_cast<char*>(bytes);
    while (size != 0) {
      if (next_ == end_) fill();
      const std::size_t some = std::min(size, end_ - next_);
      std::memcpy(to, block_.data() + next_, some);
      next_ += some;
      to += some;
      size -= some;
    }
  }

 private:
  void fill() {
    ssize_t got = 0;
    do {
      got = ::read(file_, block_.data(), block_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw IoError::from_errno("cannot read the graph", path_, errno);
    if (got == 0) throw IoError("the file of a graph ends too early: " + path_);
    next_ = 0;
    end_ = static_cast<std::size_t>(got);
  }

  const std::string path_;
  const int file_;
  std::vector<char> block_ = std::vector<char>(kBlock);
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

void save(const TaskGraph& graph, const std::string& path) {
  GraphFile file(path);
  write(graph, file);
  file.commit();
}

TaskGraph load(const std::string& path) {
  GraphReader file(path);
  return read(file);
}

}  // namespace treadle::graph
