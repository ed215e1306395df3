#include "gcode/line_scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace karmen::gcode {

namespace {

constexpr bool can_begin_fact(char c) {
    return c == ';' || c == 'M' || c == 'N' || c == 'T' || c == ' ' || c == '\t';
}

/// Looks at positions [i, count); `found` offsets are in `out` already.
std::size_t scan_rest(const char* data, std::size_t i, std::size_t count, std::uint16_t* out, std::size_t found) {
    for (; i < count; ++i)
        if (ends_line(data[i]) && can_begin_fact(data[i + 1])) out[found++] = static_cast<std::uint16_t>(i + 1);
    return found;
}

std::size_t scan_portable(const char* data, std::size_t count, std::uint16_t* out) {
    return scan_rest(data, 0, count, out, 0);
}

#if defined(__x86_64__)

/// Bit b of `mask` is set when a line ends at position i + b and the next one can hold a fact. Writes four offsets even
/// if there are fewer, so that the processor need not guess their number.
std::size_t write_offsets(std::uint64_t mask, std::size_t i, std::uint16_t* out, std::size_t found) {
    const auto write_next = [&](std::size_t at) {
        out[at] = static_cast<std::uint16_t>(i + static_cast<std::size_t>(std::countr_zero(mask)) + 1);
        mask &= mask - 1;
    };
    const std::size_t end = found + static_cast<std::size_t>(std::popcount(mask));
    for (std::size_t k = 0; k < 4; ++k) write_next(found + k);
    for (std::size_t at = found + 4; at < end; ++at) write_next(at);
    return end;
}

std::uint32_t mask_sse2(const char* at) {
    const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 1));
    const auto is = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i ends = _mm_or_si128(is(here, '\n'), is(here, '\r'));
    const __m128i blanks = _mm_or_si128(is(next, ' '), is(next, '\t'));
    const __m128i letters = _mm_or_si128(is(next, 'T'), _mm_or_si128(is(next, 'M'), is(next, 'N')));
    const __m128i begins = _mm_or_si128(_mm_or_si128(is(next, ';'), blanks), letters);
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_and_si128(ends, begins)));
}

std::size_t scan_sse2(const char* data, std::size_t count, std::uint16_t* out) {
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) found = write_offsets(mask_sse2(data + i), i, out, found);
    return scan_rest(data, i, count, out, found);
}

/// A byte is in a set when the table holds that very byte at the byte's low four bits. vpshufb looks 32 bytes up at
/// once (and gives 0 for bytes from 0x80 on, which is never equal to them). So two instructions test a set of any size
/// whose members differ in their low bits; unused places hold a byte that belongs elsewhere.
__attribute__((target("avx2"))) inline __m256i is_in(__m256i table, __m256i bytes) {
    return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), bytes);
}

__attribute__((target("avx2"))) inline __m256i facts_avx2(const char* at, __m256i ends, __m256i begins) {
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i next = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 1));
    return _mm256_and_si256(is_in(ends, here), is_in(begins, next));
}

__attribute__((target("avx2"))) inline std::uint64_t to_mask(__m256i low, __m256i high) {
    const auto bits = [](__m256i v) __attribute__((target("avx2"))) {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(v));
    };
    return bits(low) | std::uint64_t{bits(high)} << 32;
}

__attribute__((target("avx2"))) std::size_t scan_avx2(const char* data, std::size_t count, std::uint16_t* out) {
    // Place 0 holds 1 where the set has no member there: 1 does not have low bits 0, so it matches nothing.
    const __m256i ends =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, 0, '\r', 0, 0));
    const __m256i begins =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(' ', 0, 0, 0, 'T', 0, 0, 0, 0, '\t', 0, ';', 0, 'M', 'N', 0));
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + 128 <= count; i += 128) {
        const __m256i a = facts_avx2(data + i, ends, begins);
        const __m256i b = facts_avx2(data + i + 32, ends, begins);
        const __m256i c = facts_avx2(data + i + 64, ends, begins);
        const __m256i d = facts_avx2(data + i + 96, ends, begins);
        const __m256i any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
        if (_mm256_testz_si256(any, any) != 0) continue;  // moves: most of a file
        found = write_offsets(to_mask(a, b), i, out, found);
        found = write_offsets(to_mask(c, d), i + 64, out, found);
    }
    return scan_rest(data, i, count, out, found);
}

#define KARMEN_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt")))

/// As facts_avx2, for 64 positions; the answer is a mask at once.
KARMEN_AVX512 inline std::uint64_t facts_avx512(const char* at, __m512i ends, __m512i begins) {
    const __m512i here = _mm512_loadu_si512(at);
    const __m512i next = _mm512_loadu_si512(at + 1);
    const __mmask64 is_end = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(ends, here), here);
    return _mm512_mask_cmpeq_epi8_mask(is_end, _mm512_shuffle_epi8(begins, next), next);
}

/// Like write_offsets, in one step: vpcompressb gives the positions of the set bits. There are at most 32, because a
/// line has at least two bytes.
KARMEN_AVX512 inline std::size_t write_offsets_avx512(std::uint64_t mask, std::size_t i, std::uint16_t* out,
                                                      std::size_t found, __m512i numbers) {
    const __m256i bits = _mm512_castsi512_si256(_mm512_maskz_compress_epi8(mask, numbers));
    const __m512i base = _mm512_set1_epi16(static_cast<std::int16_t>(i + 1));
    _mm512_storeu_si512(out + found, _mm512_add_epi16(_mm512_cvtepu8_epi16(bits), base));
    return found + static_cast<std::size_t>(std::popcount(mask));
}

KARMEN_AVX512 std::size_t scan_avx512(const char* data, std::size_t count, std::uint16_t* out) {
    const __m512i ends = _mm512_broadcast_i32x4(_mm_setr_epi8(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, 0, '\r', 0, 0));
    const __m512i begins =
        _mm512_broadcast_i32x4(_mm_setr_epi8(' ', 0, 0, 0, 'T', 0, 0, 0, 0, '\t', 0, ';', 0, 'M', 'N', 0));
    alignas(64) static constexpr auto kNumbers = [] {
        std::array<std::uint8_t, 64> numbers{};
        std::iota(numbers.begin(), numbers.end(), std::uint8_t{0});
        return numbers;
    }();
    const __m512i last_end = _mm512_set1_epi8('\r');
    const __m512i numbers = _mm512_load_si512(kNumbers.data());
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + 128 <= count; i += 128) {
        // Pictures have long lines: no end of line, and nothing else below \r, in either half.
        const __m512i smaller = _mm512_min_epu8(_mm512_loadu_si512(data + i), _mm512_loadu_si512(data + i + 64));
        if (_mm512_cmple_epu8_mask(smaller, last_end) == 0) continue;
        const std::uint64_t low = facts_avx512(data + i, ends, begins);
        const std::uint64_t high = facts_avx512(data + i + 64, ends, begins);
        if ((low | high) == 0) continue;
        found = write_offsets_avx512(low, i, out, found, numbers);
        found = write_offsets_avx512(high, i + 64, out, found, numbers);
    }
    return scan_rest(data, i, count, out, found);
}

#endif

}  // namespace

const char* find_line_end(const char* begin, const char* end) {
#if defined(__x86_64__)
    for (; end - begin >= 16; begin += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin));
        const __m128i ends =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
        const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(ends));
        if (mask != 0) return begin + std::countr_zero(mask);
    }
#endif
    return std::find_if(begin, end, ends_line);
}

std::vector<NamedLineScan> line_scans() {
    std::vector<NamedLineScan> scans;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2"))
        scans.push_back({"avx512", scan_avx512});
    if (__builtin_cpu_supports("avx2")) scans.push_back({"avx2", scan_avx2});
    scans.push_back({"sse2", scan_sse2});
#endif
    scans.push_back({"portable", scan_portable});
    return scans;
}

LineScan fastest_line_scan() {
    return line_scans().front().scan;
}

}  // namespace karmen::gcode
