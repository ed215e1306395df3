#pragma once

#include "gcode/comment_values.hpp"
#include "gcode/findings.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace karmen::gcode {

/// The known comments; the table in the source file lists them. Made for one file, because it stops looking for
/// comments that cannot add a fact (a second layer height).
class CommentRules {
  public:
    CommentRules();

    /// Whether a comment can hold a fact, by its first word: a cheap test that rejects nearly all comments. A wrong
    /// "yes" only costs time. `text` is what stands behind `;`; it may run on into later lines. REQUIRES:
    /// kFirstWordPeek bytes can be read at `text`.
    bool may_hold_fact(const char* text) const;

    struct Kept {
        std::size_t size = 0;  ///< how many lines are kept
        unsigned elapsed = 0;  ///< where the last `;TIME_ELAPSED:` begins, which is not kept; 0 if there is none
    };
    /// The same for many lines, which begin at data + start: keeps those that are not comments or may hold a fact. But
    /// of `;TIME_ELAPSED:` the last usable one counts, so the caller needs the others only if the last is not usable.
    /// REQUIRES: `starts` rises and has no 0; behind the first byte of each line kFirstWordPeek can be read.
    Kept keep_facts(const char* data, std::span<std::uint16_t> starts) const;

    /// Reads one comment, without its `;` and the blanks behind it. So many bytes are `readable` from its beginning,
    /// which may be more than are its own: with enough of them it need not be copied.
    void read(std::string_view comment, std::size_t readable, Findings& findings);

    static constexpr std::size_t kBuckets = 8192;

  private:
    /// The comments of this handler cannot add a fact any more.
    void settle(comment_values::Handler handler);

    /// What comments whose first word falls into a bucket can be.
    enum class Kind : std::uint8_t { kNothing = 0, kFact = 1, kElapsed = 2 };
    std::array<Kind, kBuckets> kinds_;
    /// By the place of the rule in the table.
    std::bitset<256> settled_;
};

}  // namespace karmen::gcode
