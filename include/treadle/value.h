#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace treadle {

/// Where a value's bytes go when it is spilled or sent. Throws IoError.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(const void* bytes, std::size_t size) = 0;
};

/// Where a value's bytes come back from. Throws IoError when fewer than `size` bytes are left.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual void read(void* bytes, std::size_t size) = 0;
};

/// How values of type T are sized, written and read back. Specialise it to make T movable: it can then be
/// spilled to disk and sent to other processes. A specialisation has
///
///     static constexpr std::string_view kind;             // unique and stable: it names the format on disk
///     static std::size_t nbytes(const T&);                // resident bytes, heap included
///     static void write(const T&, ByteSink&);
///     static T read(ByteSource&);
///
/// std::int64_t, double and std::string have one already.
template <class T>
struct Codec {
  static constexpr bool missing = true;
};

template <class T>
concept Movable = !requires { Codec<T>::missing; };

/// A handle to an immutable payload of any type, shared between tasks and threads.
///
/// Copying shares the payload. A payload whose type has a Codec can be spilled and sent; any other is pinned:
/// it stays in this process with the size its maker declared.
class Value {
 public:
  /// Holds nothing.
  Value() = default;

  /// Takes `value`; its size comes from Codec<T>.
  template <class T>
    requires Movable<T>
  static Value of(T value) {
    [[maybe_unused]] static const bool known = (register_codec<T>(), true);
    const std::size_t nbytes = Codec<T>::nbytes(value);
    return Value(std::make_shared<const Model<T>>(std::move(value), nbytes));
  }

  /// Takes `value` of a type without a Codec; `nbytes` is what it keeps resident.
  template <class T>
  static Value pinned(T value, std::size_t nbytes) {
    return Value(std::make_shared<const Model<T>>(std::move(value), nbytes));
  }

  bool empty() const noexcept { return payload_ == nullptr; }
  /// The payload's kind: Codec<T>::kind, or "pinned". "empty" if there is none.
  std::string_view kind() const noexcept { return payload_ ? payload_->kind() : "empty"; }
  /// Resident bytes.
  std::size_t nbytes() const noexcept { return payload_ ? payload_->nbytes : 0; }
  /// Whether write() works.
  bool movable() const noexcept { return payload_ && payload_->movable(); }
  /// How many Values share the payload.
  long use_count() const noexcept { return payload_.use_count(); }

  /// The payload. Throws TypeError naming both types if it is not a T, or if there is none.
  /// The reference lives as long as any Value that shares the payload.
  template <class T>
  const T& get() const {
    if (!holds<T>()) throw_wrong_type(typeid(T));
    return static_cast<const Model<T>&>(*payload_).value;
  }
  template <class T>
  bool holds() const noexcept {
    return payload_ && payload_->type() == typeid(T);
  }

  /// Writes the payload's bytes (not its kind). Throws TypeError if it is pinned.
  void write(ByteSink& sink) const;
  /// Reads back what write() wrote. `kind` must have been made known by register_codec() (Value::of does it).
  /// Throws NotFound for an unknown kind.
  static Value read(std::string_view kind, ByteSource& source);

  /// Makes Codec<T> known to read(). Called once per type by any process that will read values of it.
  template <class T>
    requires Movable<T>
  static void register_codec() {
    register_reader(Codec<T>::kind, [](ByteSource& source) { return Value::of(Codec<T>::read(source)); });
  }

 private:
  struct Payload {
    explicit Payload(std::size_t size) : nbytes(size) {}
    virtual ~Payload() = default;
    virtual std::string_view kind() const noexcept = 0;
    virtual bool movable() const noexcept = 0;
    virtual const std::type_info& type() const noexcept = 0;
    virtual void write(ByteSink& sink) const = 0;
    const std::size_t nbytes;
  };

  template <class T>
  struct Model final : Payload {
    Model(T v, std::size_t size) : Payload(size), value(std::move(v)) {}
    std::string_view kind() const noexcept override {
      if constexpr (Movable<T>) return Codec<T>::kind;
      return "pinned";
    }
    bool movable() const noexcept override { return Movable<T>; }
    const std::type_info& type() const noexcept override { return typeid(T); }
    void write(ByteSink& sink) const override {
      if constexpr (Movable<T>) Codec<T>::write(value, sink);
    }
    T value;
  };

  explicit Value(std::shared_ptr<const Payload> payload) : payload_(std::move(payload)) {}
  [[noreturn]] void throw_wrong_type(const std::type_info& wanted) const;
  static void register_reader(std::string_view kind, std::function<Value(ByteSource&)> reader);

  std::shared_ptr<const Payload> payload_;
};

template <>
struct Codec<std::string> {
  static constexpr std::string_view kind = "string";
  static std::size_t nbytes(const std::string& text) { return sizeof(text) + text.capacity(); }
  static void write(const std::string& text, ByteSink& sink);
  static std::string read(ByteSource& source);
};

template <>
struct Codec<std::int64_t> {
  static constexpr std::string_view kind = "int64";
  static std::size_t nbytes(std::int64_t) { return sizeof(std::int64_t); }
  static void write(std::int64_t value, ByteSink& sink) { sink.write(&value, sizeof value); }
  static std::int64_t read(ByteSource& source) {
    std::int64_t value = 0;
    source.read(&value, sizeof value);
    return value;
  }
};

template <>
struct Codec<double> {
  static constexpr std::string_view kind = "float64";
  static std::size_t nbytes(double) { return sizeof(double); }
  static void write(double value, ByteSink& sink) { sink.write(&value, sizeof value); }
  static double read(ByteSource& source) {
    double value = 0;
    source.read(&value, sizeof value);
    return value;
  }
};

}  // namespace treadle
