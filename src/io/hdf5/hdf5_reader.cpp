#include <algorithm>
#include <optional>
#include <utility>

#include "io/arrays/raw_elements.h"
#include "io/files/file.h"
#include "io/hdf5/element_types.h"
#include "io/hdf5/handle.h"
#include "io/hdf5/hdf5_library.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::io::hdf5 {
namespace {

Handle open_file(const std::string& path) {
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file) fail("cannot read as HDF5", path);
  return file;
}

/// Whether every step of the path is there: the library would answer with an error of its own.
bool has_link(hid_t file, const std::string& name) {
  for (std::size_t at = name.find_first_not_of('/'); at != std::string::npos;) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    if (H5Lexists(file, name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    at = name.find_first_not_of('/', end);
  }
  return true;
}

Handle open_data_set(hid_t file, const std::string& path, const std::string& name) {
  if (!has_link(file, name)) {
    std::string there;
    for (const std::string& one : data_sets_in(file)) there += (there.empty() ? "" : ", ") + one;
    throw NotFound(path + ": no data set " + name + "; there are: " + (there.empty() ? "none" : there));
  }
  Handle data_set(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!data_set) fail("cannot open the data set " + name, path);
  return data_set;
}

Extents extents_from(const std::vector<hsize_t>& lengths) { return {lengths.begin(), lengths.end()}; }

std::vector<hsize_t> lengths_from(const Extents& extents) { return {extents.begin(), extents.end()}; }

class Hdf5Array final : public StoredArray {
 public:
  Hdf5Array(const std::string& path, std::string name)
      : name_(std::move(name)), place_(path + ':' + name_), file_(FileIdentity::of(path)) {
    const std::lock_guard lock(library_mutex());
    const Handle file = open_file(path);
    const Handle data_set = open_data_set(file.get(), path, name_);
    const Handle type(H5Dget_type(data_set.get()), H5Tclose);
    const std::optional<ElementType> element = element_type_of(type.get());
    if (!element) {
      throw TypeError(
          place_ +
          ": expected elements that are bool, integer, float, complex or NumPy's datetime64, found " +
          "another type");
    }
    const Handle space(H5Dget_space(data_set.get()), H5Sclose);
    std::vector<hsize_t> lengths(
        static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.get()))));
    H5Sget_simple_extent_dims(space.get(), lengths.data(), nullptr);
    layout_ = {extents_from(lengths), element->native(), {}};
    find_storage(data_set.get(), *element);
    layout_.num_bytes(place_);
  }

  const ArrayLayout& layout() const noexcept override { return layout_; }
  const std::string& place() const noexcept override { return place_; }
  void add_to(KeyBuilder& key) const override {
    key.add("hdf5").add(name_);
    file_.identity().add_to(key);
  }
  void read(const Box& box, void* to) const override {
    check_box(box, layout_.shape, place_);
    file_.check_unchanged();
    if (raw_) return read_raw(file_, *raw_, box, to);
    if (box.num_elements() == 0) return;
    const std::lock_guard lock(library_mutex());
    const Handle file = open_file(file_.path());
    const Handle data_set = open_data_set(file.get(), file_.path(), name_);
    const Handle stored(H5Dget_space(data_set.get()), H5Sclose);
    const Handle memory = select(stored.get(), box);
    const Handle type = hdf5_type_of(layout_.element);
    if (H5Dread(data_set.get(), type.get(), memory.get(), stored.get(), H5P_DEFAULT, to) < 0)
      fail("cannot read " + box.to_string() + " of " + name_, file_.path());
  }

 private:
  /// Learns the chunks, or that all lies in one piece, which is read without the library.
  void find_storage(hid_t data_set, const ElementType& stored) {
    const Handle properties(H5Dget_create_plist(data_set), H5Pclose);
    const H5D_layout_t storage = H5Pget_layout(properties.get());
    if (storage == H5D_CHUNKED) {
      std::vector<hsize_t> chunk(layout_.shape.size());
      H5Pget_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
      layout_.chunk_shape = extents_from(chunk);
    }
    const haddr_t offset = storage == H5D_CONTIGUOUS ? H5Dget_offset(data_set) : HADDR_UNDEF;
    if (offset == HADDR_UNDEF || H5Pget_external_count(properties.get()) > 0) return;
    if (offset > file_.size() || file_.size() - offset < layout_.num_bytes(place_)) {
      throw IoError(file_.path() + ": the file is truncated: " + name_ + " begins at byte " +
                    std::to_string(offset) + " and has " + std::to_string(layout_.num_bytes(place_)) +
                    " bytes, the file ends at " + std::to_string(file_.size()));
    }
    raw_ = RawElements{offset, layout_.shape, stored, false};
  }

  std::string name_;
  std::string place_;
  File file_;
  ArrayLayout layout_;
  std::optional<RawElements> raw_;
};

}  // namespace

Handle select(hid_t space, const Box& box) {
  if (box.count.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  const std::vector<hsize_t> start = lengths_from(box.start);
  const std::vector<hsize_t> count = lengths_from(box.count);
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0)
    throw InternalError("HDF5 refuses the box " + box.to_string() + ": " + last_error());
  return {H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose};
}

std::vector<std::string> data_sets_in(hid_t file) {
  std::vector<std::string> names;
  H5Ovisit(
      file, H5_INDEX_NAME, H5_ITER_INC,
      [](hid_t, const char* name, const H5O_info_t* info, void* to) -> herr_t {
        if (info->type == H5O_TYPE_DATASET)
          static_cast<std::vector<std::string>*>(to)->push_back(std::string("/") + name);
        return 0;
      },
      &names);
  return names;
}

std::vector<std::string> list(const std::string& path) {
  FileIdentity::of(path);
  const std::lock_guard lock(library_mutex());
  return data_sets_in(open_file(path).get());
}

StoredArrayPtr open(const std::string& path, const std::string& data_set) {
  return std::make_shared<const Hdf5Array>(path, data_set.starts_with('/') ? data_set : '/' + data_set);
}

}  // namespace treadle::io::hdf5
