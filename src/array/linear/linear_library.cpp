#include "array/linear/linear_library.h"

#include <dlfcn.h>

#include <string>

#include "treadle/error.h"

// OpenBLAS takes 30 MB and some milliseconds to load: what needs it is a library of its own beside this one.
namespace treadle::array {
namespace {

std::string own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&linear_library), &info) == 0 || info.dli_fname == nullptr)
    return {};
  const std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/') + 1);
}

const LinearLibrary& load() {
  // Never unloaded: OpenBLAS cannot be.
  const std::string path = own_folder() + TREADLE_LINEAR_LIBRARY;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw IoError(std::string("the library for linear algebra cannot be loaded: ") + dlerror());
  const auto entry = reinterpret_cast<const LinearLibrary* (*)()>(dlsym(library, "treadle_linear_library"));
  if (entry == nullptr) throw IoError("the library for linear algebra is another version's: " + path);
  return *entry();
}

}  // namespace

const LinearLibrary& linear_library() {
  static const LinearLibrary& loaded = load();
  return loaded;
}

}  // namespace treadle::array
