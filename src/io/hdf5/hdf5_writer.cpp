#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "io/arrays/staged_file.h"
#include "io/hdf5/element_types.h"
#include "io/hdf5/hdf5_library.h"
#include "treadle/error.h"

namespace treadle::io::hdf5 {
namespace {

namespace fs = std::filesystem;

void copy_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error)
    throw IoError::from_errno(error.value() == ENOSPC ? "disk full while copying" : "cannot copy", from,
                              error.value());
}

/// The file that several data sets are written to.
class OutputFile {
 public:
  OutputFile(const std::string& path, std::string_view token)
      : staged_(path, StagedFile::Mode::kOverwrite, token) {
    const bool exists = fs::exists(staged_.target());
    if (exists) copy_file(staged_.target(), staged_.path());
    const std::lock_guard lock(library_mutex());
    const char* name = staged_.path().c_str();
    file_ = Handle(exists ? H5Fopen(name, H5F_ACC_RDWR, H5P_DEFAULT)
                          : H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                   H5Fclose);
    if (!file_) fail(exists ? "cannot write to what is no HDF5 file" : "cannot make the file", path);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    const std::lock_guard lock(library_mutex());
    if (!file_) return;
    write_elsewhere();
    file_.close();
  }

  StagedFile& staged() noexcept { return staged_; }
  hid_t id() const noexcept { return file_.get(); }
  const std::string& path() const noexcept { return staged_.target(); }
  void close() {
    const std::lock_guard lock(library_mutex());
    // What the library still holds is written here: a full disk shows at the latest now.
    if (file_ && H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) < 0) fail("cannot write", path());
    if (!file_.close()) fail("cannot close", path());
  }

 private:
  /// Has the library write what it holds yet to memory. On a full disk it could not close the file, else, and
  /// would try and complain until the process ends.
  void write_elsewhere() noexcept {
    int* descriptor = nullptr;
    if (H5Fget_vfd_handle(file_.get(), H5P_DEFAULT, reinterpret_cast<void**>(&descriptor)) < 0) return;
    const int memory = ::memfd_create("abandoned", MFD_CLOEXEC);
    if (memory < 0) return;
    ::dup2(memory, *descriptor);
    ::close(memory);
  }

  StagedFile staged_;
  Handle file_;
};

bool is_filtered(const Hdf5DataSet& data_set) { return data_set.shuffle || data_set.gzip_level >= 0; }

Handle creation_properties(const Hdf5DataSet& data_set) {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const ArrayLayout& layout = data_set.layout;
  const bool empty = std::ranges::find(layout.shape, 0) != layout.shape.end();
  // A data set without axes or elements has no chunks.
  if (!layout.chunk_shape.empty() && !empty) {
    std::vector<hsize_t> chunk;
    for (std::size_t axis = 0; axis < layout.shape.size(); ++axis)
      chunk.push_back(
          static_cast<hsize_t>(std::clamp<std::int64_t>(layout.chunk_shape[axis], 1, layout.shape[axis])));
    H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
    if (data_set.shuffle) H5Pset_shuffle(properties.get());
    if (data_set.gzip_level >= 0)
      H5Pset_deflate(properties.get(), static_cast<unsigned>(data_set.gzip_level));
  }
  // Every element is written. A filtered chunk reaches beyond the array's end, where memory would show, else.
  H5Pset_fill_time(properties.get(), is_filtered(data_set) ? H5D_FILL_TIME_IFSET : H5D_FILL_TIME_NEVER);
  return properties;
}

/// Without filters no chunk passes through the library's cache: what cannot be written fails in the write
/// itself. A chunk there that fails to be written is never freed (1.10.8); of filtered ones it keeps none
/// then.
Handle access_properties(const Hdf5DataSet& data_set) {
  Handle properties(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  if (!is_filtered(data_set)) H5Pset_chunk_cache(properties.get(), 0, 0, 1.0);
  return properties;
}

/// The data set as it is in the file, if it has the same shape and type.
Handle open_existing(hid_t file, const Hdf5DataSet& data_set, const std::string& path) {
  const Handle access = access_properties(data_set);
  Handle found(H5Dopen2(file, data_set.name.c_str(), access.get()), H5Dclose);
  bool same = static_cast<bool>(found);
  if (same) {
    const Handle type(H5Dget_type(found.get()), H5Tclose);
    const Handle space(H5Dget_space(found.get()), H5Sclose);
    std::vector<hsize_t> lengths(
        static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.get()))));
    H5Sget_simple_extent_dims(space.get(), lengths.data(), nullptr);
    const std::optional<ElementType> element = element_type_of(type.get());
    same = element && element->native() == data_set.layout.element &&
           Extents(lengths.begin(), lengths.end()) == data_set.layout.shape;
  }
  if (!same) {
    throw IoError(path + ": " + data_set.name + " is there already, with another shape or type than " +
                  to_string(data_set.layout.shape) + ", " + data_set.layout.element.to_string());
  }
  return found;
}

Handle make_data_set(const OutputFile& file, const Hdf5DataSet& data_set) {
  const auto there = data_sets_in(file.id());
  if (std::ranges::find(there, data_set.name) != there.end())
    return open_existing(file.id(), data_set, file.path());
  const std::vector<hsize_t> lengths(data_set.layout.shape.begin(), data_set.layout.shape.end());
  const Handle space(lengths.empty()
                         ? H5Screate(H5S_SCALAR)
                         : H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), nullptr),
                     H5Sclose);
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links.get(), 1);
  const Handle type = hdf5_type_of(data_set.layout.element);
  const Handle properties = creation_properties(data_set);
  const Handle access = access_properties(data_set);
  Handle made(H5Dcreate2(file.id(), data_set.name.c_str(), type.get(), space.get(), links.get(),
                         properties.get(), access.get()),
              H5Dclose);
  if (!made) fail("cannot make the data set " + data_set.name, file.path());
  return made;
}

class Hdf5Writer final : public ArrayWriter {
 public:
  /// `leads`: the one that publishes the file.
  Hdf5Writer(std::shared_ptr<OutputFile> file, Hdf5DataSet data_set, bool leads)
      : file_(std::move(file)), data_set_(std::move(data_set)), leads_(leads) {
    const std::lock_guard lock(library_mutex());
    opened_ = make_data_set(*file_, data_set_);
  }
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;
  ~Hdf5Writer() override {
    const std::lock_guard lock(library_mutex());
    opened_.close();
  }

  void write(const Box& box, const void* from) override {
    check_box(box, data_set_.layout.shape, file_->path());
    if (box.num_elements() == 0) return;
    const std::lock_guard lock(library_mutex());
    const Handle stored(H5Dget_space(opened_.get()), H5Sclose);
    const Handle memory = select(stored.get(), box);
    const Handle type = hdf5_type_of(data_set_.layout.element);
    if (H5Dwrite(opened_.get(), type.get(), memory.get(), stored.get(), H5P_DEFAULT, from) < 0)
      fail("cannot write " + box.to_string() + " of " + data_set_.name, file_->path());
  }
  void prepare() override {
    {
      const std::lock_guard lock(library_mutex());
      if (!opened_.close()) fail("cannot write " + data_set_.name, file_->path());
    }
    // The other data sets may be open yet, the library closes the file with the last of them.
    if (!leads_) return;
    file_->close();
    file_->staged().prepare();
  }
  void publish() override {
    if (leads_) file_->staged().publish();
  }
  void take_back() noexcept override {
    if (leads_) file_->staged().take_back();
  }
  void settle() noexcept override {
    if (leads_) file_->staged().settle();
  }

 private:
  std::shared_ptr<OutputFile> file_;
  Hdf5DataSet data_set_;
  bool leads_;
  Handle opened_;
};

}  // namespace

std::vector<std::unique_ptr<ArrayWriter>> create(const std::string& path,
                                                 const std::vector<Hdf5DataSet>& data_sets,
                                                 std::string_view token) {
  const auto file = std::make_shared<OutputFile>(path, token);
  std::vector<std::unique_ptr<ArrayWriter>> writers;
  for (Hdf5DataSet data_set : data_sets) {
    if (!data_set.name.starts_with('/')) data_set.name = '/' + data_set.name;
    // The last one is prepared last, when all the others are closed.
    writers.push_back(
        std::make_unique<Hdf5Writer>(file, std::move(data_set), writers.size() + 1 == data_sets.size()));
  }
  return writers;
}

}  // namespace treadle::io::hdf5
