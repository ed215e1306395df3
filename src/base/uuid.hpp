#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace karmen {

/// A UUID (RFC 9562), compared as 128 bits, so that the letter case of its text never matters.
class Uuid {
  public:
    Uuid() = default;
    explicit Uuid(const std::array<std::byte, 16>& bytes) : bytes_(bytes) {}

    /// Version 4, from fill_random.
    static Uuid random();
    /// Accepts upper and lower case, with or without dashes; nothing else.
    static std::optional<Uuid> parse(std::string_view text);
    /// Lower case with dashes.
    std::string to_string() const;

    auto operator<=>(const Uuid&) const = default;

    const std::array<std::byte, 16>& bytes() const { return bytes_; }

  private:
    std::array<std::byte, 16> bytes_{};
};

}  // namespace karmen

template <>
struct std::hash<karmen::Uuid> {
    std::size_t operator()(const karmen::Uuid& uuid) const noexcept;
};
