#include "io/own_library.h"

#include <dlfcn.h>

#include "treadle/error.h"

namespace treadle::io {
namespace {

/// The folder that this library was loaded from, with its last slash.
std::string own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&load_own_library), &info) == 0 || info.dli_fname == nullptr)
    return {};
  const std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/') + 1);
}

}  // namespace

void* load_own_library(const std::string& file, const char* entry, const std::string& subject) {
  // Never unloaded: values of its types may outlive any owner there could be.
  const std::string path = own_folder() + file;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw IoError("the library for " + subject + " cannot be loaded: " + dlerror());
  void* found = dlsym(library, entry);
  if (found == nullptr) throw IoError("the library for " + subject + " is another version's: " + path);
  return found;
}

}  // namespace treadle::io
