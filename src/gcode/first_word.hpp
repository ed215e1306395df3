#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace karmen::gcode {

/// The key by which a comment is looked up: the first kWordBytes of its first word, in lower case. A word is a run of
/// letters and `_` (and the other ASCII characters from `@` on); blanks, digits and the separators `: = , . - # <` are
/// not part of words. This must be cheap, because it rejects nearly all comments of a file.
struct FirstWord {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    bool operator==(const FirstWord&) const = default;
};

inline constexpr std::size_t kWordBytes = 16;
/// How many bytes are read. If a word does not begin within the first kWordBytes, it is not found and the result is
/// empty.
inline constexpr std::size_t kFirstWordPeek = 2 * kWordBytes;

constexpr bool is_word_char(char c) {
    return static_cast<signed char>(c) >= '@';
}

/// Plain C++, also at compile time. REQUIRES: kFirstWordPeek bytes can be read at `text`.
constexpr FirstWord first_word_portable(const char* text) {
    const char* const last = text + kWordBytes - 1;
    while (text != last && !is_word_char(*text)) ++text;
    FirstWord word;
    std::size_t size = 0;
    for (; size < kWordBytes && is_word_char(text[size]); ++size) {
        const std::uint64_t folded = static_cast<unsigned char>(text[size]) | 0x20U;
        (size < 8 ? word.low : word.high) |= folded << (8 * (size % 8));
    }
    return word;
}

#if defined(__SSE2__)

/// The same without a branch that depends on the text: comments of all kinds follow one another, and a wrong guess of
/// the processor costs more than all of this.
inline FirstWord first_word(const char* text) {
    // masks.data() + 16 - n begins with n bytes 0xFF.
    alignas(32) static constexpr auto kMasks = [] {
        std::array<std::uint8_t, 32> masks{};
        for (std::size_t i = 0; i < 16; ++i) masks[i] = 0xFF;
        return masks;
    }();
    const auto load = [](const void* at) { return _mm_loadu_si128(static_cast<const __m128i*>(at)); };
    const auto word_chars = [](__m128i bytes) {
        return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('@' - 1))));
    };
    text += std::countr_zero(word_chars(load(text)) | 0x8000U);
    const __m128i bytes = load(text);
    const int size = std::countr_one(word_chars(bytes));
    const __m128i word = _mm_and_si128(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), load(kMasks.data() + 16 - size));
    return {static_cast<std::uint64_t>(_mm_cvtsi128_si64(word)),
            static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(word, word)))};
}

#else

inline FirstWord first_word(const char* text) {
    return first_word_portable(text);
}

#endif

}  // namespace karmen::gcode
