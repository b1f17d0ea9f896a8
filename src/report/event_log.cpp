// The event log: a magic line, then records of a head (type, length, checksum) and a payload. A reader stops
// at the first record that is cut off or damaged; everything before it is good.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "treadle/error.h"
#include "treadle/events.h"
#include "treadle/key.h"

namespace treadle {
namespace {

constexpr std::string_view kMagic = "treadle event log 1\n";

enum class RecordType : std::uint32_t { kBegin = 1, kKind, kTasks, kSample, kEnd };

struct RecordHead {
  RecordType type{};
  std::uint32_t size = 0;
  std::uint64_t checksum = 0;
};

std::uint64_t checksum(std::string_view payload) { return hash_bytes(std::as_bytes(std::span(payload))).low; }

template <class T>
std::string_view bytes_of(const T& plain) {
  return {reinterpret_cast<const char*>(&plain), sizeof plain};
}

class EventLog final : public EventListener {
 public:
  explicit EventLog(const std::string& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) throw IoError::from_errno("cannot make the event log", path, errno);
    if (!write_all(kMagic)) throw IoError::from_errno("cannot write the event log", path, errno);
  }
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  ~EventLog() override { ::close(descriptor_); }

  void on_begin(const RecordingInfo& info) override {
    const std::uint64_t threads = info.num_threads;
    std::string payload(bytes_of(threads));
    payload += bytes_of(info.started_at);
    append(RecordType::kBegin, payload + info.title);
  }
  void on_kind(std::string_view name) override { append(RecordType::kKind, name); }
  void on_tasks(std::span<const TaskEvent> tasks) override {
    append(RecordType::kTasks, {reinterpret_cast<const char*>(tasks.data()), tasks.size_bytes()});
  }
  void on_sample(const ResourceSample& sample) override { append(RecordType::kSample, bytes_of(sample)); }
  void on_end(std::string_view outcome) override { append(RecordType::kEnd, outcome); }

 private:
  // One write a record: another process that reads sees whole records, or the last one torn.
  void append(RecordType type, std::string_view payload) {
    if (broken_) return;
    const RecordHead head{type, static_cast<std::uint32_t>(payload.size()), checksum(payload)};
    std::string record(bytes_of(head));
    record += payload;
    broken_ = !write_all(record);
  }

  bool write_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) return false;
      bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return true;
  }

  const int descriptor_;
  bool broken_ = false;  // the disk is full, say: the run matters more than its log
};

template <class T>
T read_plain(std::string_view& payload) {
  T plain{};
  if (payload.size() < sizeof plain) return plain;
  std::memcpy(&plain, payload.data(), sizeof plain);
  payload.remove_prefix(sizeof plain);
  return plain;
}

void read_record(RecordType type, std::string_view payload, Recording& recording) {
  switch (type) {
    case RecordType::kBegin:
      recording.info.num_threads = static_cast<unsigned>(read_plain<std::uint64_t>(payload));
      recording.info.started_at = read_plain<std::int64_t>(payload);
      recording.info.title = payload;
      break;
    case RecordType::kKind:
      recording.kinds.emplace_back(payload);
      break;
    case RecordType::kTasks:
      while (payload.size() >= sizeof(TaskEvent)) recording.tasks.push_back(read_plain<TaskEvent>(payload));
      break;
    case RecordType::kSample:
      recording.samples.push_back(read_plain<ResourceSample>(payload));
      break;
    case RecordType::kEnd:
      recording.outcome = payload;
      break;
  }
}

}  // namespace

std::shared_ptr<EventListener> make_event_log(const std::string& path) {
  return std::make_shared<EventLog>(path);
}

Recording read_event_log(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError::from_errno("cannot read the event log", path, errno);
  std::string magic(kMagic.size(), '\0');
  if (!file.read(magic.data(), static_cast<std::streamsize>(magic.size())) || magic != kMagic) {
    throw IoError("expected an event log, found another file: " + path);
  }
  Recording recording;
  RecordHead head;
  std::string payload;
  while (file.read(reinterpret_cast<char*>(&head), sizeof head)) {
    constexpr std::uint32_t kLargest = 1U << 24;  // a damaged size must not be allocated
    payload.resize(head.size <= kLargest ? head.size : 0);
    const bool whole =
        head.size <= kLargest && file.read(payload.data(), head.size) && checksum(payload) == head.checksum;
    if (!whole) {
      recording.truncated = true;
      return recording;
    }
    read_record(head.type, payload, recording);
  }
  recording.truncated = file.gcount() != 0;
  return recording;
}

}  // namespace treadle
