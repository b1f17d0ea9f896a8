#include "io/hdf5/handle.h"

#include "treadle/error.h"

namespace treadle::io::hdf5 {

std::mutex& library_mutex() {
  static std::mutex mutex;
  // At the program's end it would close what is open again, and crash over a file that a full disk kept it
  // from closing. Here each file is closed by who opened it.
  static const herr_t without_exit_handler = H5dont_atexit();
  (void)without_exit_handler;
  // It would print its errors, else: each thread has a stack of them.
  static thread_local const herr_t silent = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  (void)silent;
  return mutex;
}

std::string last_error() {
  std::string message;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* error, void* text) -> herr_t {
        if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
        return 0;
      },
      &message);
  return message.empty() ? "the HDF5 library gives no reason" : message;
}

void fail(const std::string& message, const std::string& path) {
  const std::string reason = last_error();
  const bool full = reason.find("No space left") != std::string::npos;
  throw IoError((full ? "disk full while writing" : message) + ": " + path + ": " + reason);
}

}  // namespace treadle::io::hdf5
