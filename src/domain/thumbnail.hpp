#pragma once

#include "base/described.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace karmen {

/// Where in a stored file a picture of the print stands, as its slicer put it there. The picture itself is not kept
/// twice: it is read from the file when somebody asks for it.
struct Thumbnail {
    /// As the file declares it; in the end the bytes decide.
    enum class Format { kPng, kJpg, kQoi };
    enum class Encoding {
        kBase64Comments,  ///< lines of `; ` and base64
        kRaw,             ///< the bytes of the picture
        kZipEntry,        ///< `entry` of the zip archive that the file is
    };

    unsigned width = 0;   ///< pixels
    unsigned height = 0;  ///< pixels
    Format format = Format::kPng;
    Encoding encoding = Encoding::kBase64Comments;
    std::uint64_t offset = 0;  ///< of its first byte in the file
    std::uint64_t length = 0;  ///< bytes that it takes in the file
    std::string entry = {};
    bool operator==(const Thumbnail&) const = default;
};

template <>
struct Words<Thumbnail::Format> {
    static constexpr std::array words{std::pair{Thumbnail::Format::kPng, std::string_view("png")},
                                      std::pair{Thumbnail::Format::kJpg, std::string_view("jpg")},
                                      std::pair{Thumbnail::Format::kQoi, std::string_view("qoi")}};
};
template <>
struct Words<Thumbnail::Encoding> {
    static constexpr std::array words{
        std::pair{Thumbnail::Encoding::kBase64Comments, std::string_view("base64_comments")},
        std::pair{Thumbnail::Encoding::kRaw, std::string_view("raw")},
        std::pair{Thumbnail::Encoding::kZipEntry, std::string_view("zip_entry")}};
};
template <>
struct Description<Thumbnail> {
    using T = Thumbnail;
    static constexpr std::tuple members{Member{"width", &T::width},
                                        Member{"height", &T::height},
                                        Member{"format", &T::format},
                                        Member{"encoding", &T::encoding},
                                        Member{"offset", &T::offset},
                                        Member{"length", &T::length},
                                        Member{.name = "entry", .pointer = &T::entry, .if_empty = IfEmpty::kOmit}};
};

/// Which of a file's pictures somebody wants.
struct WantedThumbnail {
    enum class Rule {
        kLargest,
        kAtLeast,  ///< the smallest that is so wide and so high; the largest if none is
        kExactly,
    };
    Rule rule = Rule::kLargest;
    unsigned width = 0;
    unsigned height = 0;
};

/// The first of several pictures with the same size, but QOI last, because it must be converted. nullopt if no picture
/// fits.
std::optional<Thumbnail> choose_thumbnail(std::span<const Thumbnail> all, const WantedThumbnail& wanted);

}  // namespace karmen
