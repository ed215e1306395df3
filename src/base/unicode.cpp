#include "base/unicode.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace karmen {

namespace {

using Instance = const icu::Normalizer2* (*)(UErrorCode&);

// normalizeUTF8 would replace invalid UTF-8 by U+FFFD, so two different names could become equal.
std::string normalized(std::string_view text, Instance instance) {
    const bool is_ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if ((is_ascii && instance == &icu::Normalizer2::getNFCInstance) || !is_valid_utf8(text)) return std::string(text);
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* normalizer = instance(status);
    std::string result;
    icu::StringByteSink<std::string> sink(&result, static_cast<std::int32_t>(text.size()));
    if (U_SUCCESS(status))
        normalizer->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink,
                                  nullptr, status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU cannot normalise: ") + u_errorName(status));
    return result;
}

std::string without_blank_ends(const std::string& text) {
    icu::UnicodeString characters = icu::UnicodeString::fromUTF8(text);
    std::int32_t begin = 0;
    std::int32_t end = characters.length();
    while (begin < end && u_isUWhiteSpace(characters.char32At(begin))) begin = characters.moveIndex32(begin, 1);
    while (end > begin && u_isUWhiteSpace(characters.char32At(end - 1))) end = characters.moveIndex32(end, -1);
    std::string result;
    characters.tempSubStringBetween(begin, end).toUTF8String(result);
    return result;
}

}  // namespace

std::string to_nfc(std::string_view text) {
    return normalized(text, &icu::Normalizer2::getNFCInstance);
}

std::string fold_name(std::string_view text) {
    if (!is_valid_utf8(text)) return std::string(text);
    return without_blank_ends(normalized(text, &icu::Normalizer2::getNFKCCasefoldInstance));
}

}  // namespace karmen
