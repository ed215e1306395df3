#include "base/uuid.hpp"

#include "base/random.hpp"
#include "base/text.hpp"

#include <cstring>
#include <functional>

namespace karmen {

Uuid Uuid::random() {
    std::array<std::byte, 16> bytes;
    fill_random(bytes);
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    return Uuid(bytes);
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    const bool dashed = text.size() == 36;
    if (!dashed && text.size() != 32) return std::nullopt;
    std::array<std::byte, 16> bytes;
    std::size_t digit = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (dashed && (i == 8 || i == 13 || i == 18 || i == 23)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int value = hex_value(text[i]);
        if (value < 0) return std::nullopt;
        std::byte& target = bytes[digit / 2];
        target = digit % 2 == 0 ? std::byte(value << 4) : target | std::byte(value);
        ++digit;
    }
    return Uuid(bytes);
}

std::string Uuid::to_string() const {
    std::string text = to_hex(bytes_);
    for (const std::size_t position : {8, 13, 18, 23}) text.insert(position, 1, '-');
    return text;
}

}  // namespace karmen

std::size_t std::hash<karmen::Uuid>::operator()(const karmen::Uuid& uuid) const noexcept {
    std::size_t low = 0;
    std::size_t high = 0;
    std::memcpy(&low, uuid.bytes().data(), sizeof low);
    std::memcpy(&high, uuid.bytes().data() + 8, sizeof high);
    return low ^ (high * 0x9e3779b97f4a7c15U);
}
