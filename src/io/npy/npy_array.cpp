#include "io/npy/npy_array.h"

#include "io/arrays/raw_elements.h"
#include "io/arrays/staged_file.h"
#include "io/npy/header.h"
#include "treadle/key.h"

namespace treadle::io {
namespace {

class NpyArray final : public StoredArray {
 public:
  explicit NpyArray(const std::string& path) : file_(FileIdentity::of(path)) {
    npy::Header header = npy::read_header(file_);
    elements_ = {header.data_offset, header.shape, header.element, header.fortran_order};
    layout_ = {std::move(header.shape), header.element.native(), {}};
  }

  const ArrayLayout& layout() const noexcept override { return layout_; }
  const std::string& place() const noexcept override { return file_.path(); }
  void add_to(KeyBuilder& key) const override {
    key.add("npy");
    file_.identity().add_to(key);
  }
  void read(const Box& box, void* to) const override {
    check_box(box, layout_.shape, place());
    file_.check_unchanged();
    read_raw(file_, elements_, box, to);
  }

 private:
  File file_;
  RawElements elements_;
  ArrayLayout layout_;
};

class NpyWriter final : public ArrayWriter {
 public:
  NpyWriter(const std::string& path, const Extents& shape, const ElementType& element, bool overwrite,
            std::string_view token)
      : file_(path, overwrite ? StagedFile::Mode::kOverwrite : StagedFile::Mode::kError, token),
        header_(npy::make_header(shape, element)),
        elements_{header_.size(), shape, element, false} {
    const ArrayLayout layout = {shape, element, {}};
    file_.resize(header_.size() + layout.num_bytes(path));
    file_.write_at(0, header_.data(), header_.size());
  }

  void write(const Box& box, const void* from) override {
    check_box(box, elements_.shape, file_.path());
    for_each_piece(elements_, box, [&](std::uint64_t offset, std::size_t at, std::size_t size) {
      file_.write_at(offset, static_cast<const char*>(from) + at, size);
    });
  }
  void prepare() override { file_.prepare(); }
  void publish() override { file_.publish(); }
  void take_back() noexcept override { file_.take_back(); }
  void settle() noexcept override { file_.settle(); }

 private:
  StagedFile file_;
  std::string header_;
  RawElements elements_;
};

}  // namespace

StoredArrayPtr open_npy(const std::string& path) { return std::make_shared<const NpyArray>(path); }

std::unique_ptr<ArrayWriter> create_npy(const std::string& path, const Extents& shape,
                                        const ElementType& element, bool overwrite, std::string_view token) {
  return std::make_unique<NpyWriter>(path, shape, element, overwrite, token);
}

}  // namespace treadle::io
