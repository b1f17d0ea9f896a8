#include "io/arrow_adapter/status.h"

#include <cstring>
#include <memory>

#include "treadle/error.h"

namespace treadle::io {
namespace {

constexpr const char* kCarriedException = "treadle::exception";

class CarriedException final : public arrow::StatusDetail {
 public:
  explicit CarriedException(std::exception_ptr exception) { exception_.swap(exception); }
  const char* type_id() const override { return kCarriedException; }
  std::string ToString() const override { return "an exception on its way"; }
  [[noreturn]] void rethrow() const { std::rethrow_exception(exception_); }

 private:
  std::exception_ptr exception_;
};

}  // namespace

arrow::Status carry(std::exception_ptr exception) {
  return {arrow::StatusCode::IOError, "carried", std::make_shared<CarriedException>(std::move(exception))};
}

void check(const arrow::Status& status, const std::string& doing) {
  if (status.ok()) return;
  const auto& detail = status.detail();
  if (detail && std::strcmp(detail->type_id(), kCarriedException) == 0) {
    static_cast<const CarriedException&>(*detail).rethrow();
  }
  const std::string message = doing + ": " + status.message();
  switch (status.code()) {
    case arrow::StatusCode::OutOfMemory:
      throw OutOfMemory(message);
    case arrow::StatusCode::TypeError:
    case arrow::StatusCode::NotImplemented:
      throw TypeError(message);
    case arrow::StatusCode::Cancelled:
      throw Cancelled(message);
    default:
      throw IoError(message);
  }
}

}  // namespace treadle::io
