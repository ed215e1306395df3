#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <zlib.h>

/// Binary g-code for tests, made block by block.
namespace karmen::gcode::binary {

inline std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

inline std::string deflated(const std::string& text) {
    std::string packed(::compressBound(text.size()), '\0');
    uLongf size = packed.size();
    ::compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
               text.size());
    packed.resize(size);
    return packed;
}

struct BlockText {
    unsigned type;
    std::string data;
    unsigned compression = 0;
    std::string parameters = little(0, 2);
    std::size_t size = data.size();
};

enum class Checksums : unsigned { kNone, kCrc32 };

inline std::string block(const BlockText& from, Checksums checksums = Checksums::kCrc32) {
    std::string text = little(from.type, 2) + little(from.compression, 2) + little(from.size, 4);
    if (from.compression != 0) text += little(from.data.size(), 4);
    text += from.parameters + from.data;
    if (checksums == Checksums::kCrc32)
        text += little(::crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()), 4);
    return text;
}

inline std::string header(Checksums checksums = Checksums::kCrc32) {
    return "GCDE" + little(1, 4) + little(static_cast<unsigned>(checksums), 2);
}

inline std::string image_parameters(unsigned format, unsigned width, unsigned height) {
    return little(format, 2) + little(width, 2) + little(height, 2);
}

}  // namespace karmen::gcode::binary
