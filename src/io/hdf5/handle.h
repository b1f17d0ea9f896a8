#pragma once

// Later versions of the library keep the interface of 1.10 under this name.
#define H5_USE_110_API
#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

namespace treadle::io::hdf5 {

/// Debian's build of the library takes one call at a time: whoever calls it holds this lock.
std::mutex& library_mutex();

/// The innermost message of the library's last failure.
std::string last_error();

/// Throws IoError "MESSAGE: PATH: what the library says".
[[noreturn]] void fail(const std::string& message, const std::string& path);

/// One of the library's identifiers, closed with its scope. Made and destroyed under the lock.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { close(); }
  hid_t get() const noexcept { return id_; }
  explicit operator bool() const noexcept { return id_ >= 0; }
  /// False if the library could not.
  bool close() noexcept { return id_ < 0 || close_(std::exchange(id_, -1)) >= 0; }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

}  // namespace treadle::io::hdf5
