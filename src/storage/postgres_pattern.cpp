#include "storage/postgres_pattern.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace karmen::storage {
namespace {

constexpr std::int64_t kRepetitionsMax = 255;  // DUPMAX of PostgreSQL's regular expressions
constexpr std::size_t kHexDigits = 2;          // of \x41

using Names = std::pair<char, std::string_view>;

/// RE2's classes are of ASCII; PostgreSQL's would depend on the language of the database.
constexpr std::array<Names, 3> kClasses{{{'d', "0-9"}, {'w', "0-9A-Za-z_"}, {'s', R"(\t\n\f\r )"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNamedClasses{{{"[:alpha:]", "A-Za-z"},
                                                                                      {"[:digit:]", "0-9"},
                                                                                      {"[:alnum:]", "0-9A-Za-z"},
                                                                                      {"[:upper:]", "A-Z"},
                                                                                      {"[:lower:]", "a-z"},
                                                                                      {"[:xdigit:]", "0-9A-Fa-f"},
                                                                                      {"[:space:]", R"(\t\n\v\f\r )"}}};
/// A word's border, its absence, the ends of the text.
constexpr std::array<Names, 4> kPlaces{{{'b', R"(\y)"}, {'B', R"(\Y)"}, {'A', R"(\A)"}, {'z', R"(\Z)"}}};

const std::string_view* find(std::span<const Names> names, char name) {
    for (const auto& [known, text] : names)
        if (known == name) return &text;
    return nullptr;
}

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

[[noreturn]] void refuse(std::string_view what) {
    throw Error::invalid("/filter", fmt::format("has {} in its pattern, which is not supported", what));
}

class Translation {
  public:
    explicit Translation(std::string_view re2) : rest_(re2) {}

    std::string run() && {
        while (!rest_.empty()) translate_next();
        return std::move(out_);
    }

  private:
    void translate_next() {
        const bool was_place = std::exchange(is_after_place_, false);
        switch (rest_.front()) {
            case '\\':
                return translate_escape();
            case '[':
                return translate_class();
            case '.':
                return write(R"([^\n])", 1);
            case '(':
                if (rest_.starts_with("(?") && !rest_.starts_with("(?:")) refuse("(?");
                return copy(rest_.starts_with("(?:") ? 3 : 1);
            case '^':
            case '$':
                is_after_place_ = true;
                return copy(1);
            case '*':
            case '+':
            case '?':
                if (was_place) refuse("a repetition of a place");
                return copy(1);
            case '{':
                return translate_brace(was_place);
            default:
                return copy(1);
        }
    }

    void translate_brace(bool was_place) {
        const std::size_t close = rest_.find('}');
        const auto bounds =
            close == std::string_view::npos ? std::vector<std::string_view>{} : split(rest_.substr(1, close - 1), ',');
        const bool has_upper = bounds.size() == 2 && !bounds[1].empty();
        const bool is_repetition =
            !bounds.empty() && bounds.size() <= 2 && parse_int(bounds[0]) && (!has_upper || parse_int(bounds[1]));
        if (!is_repetition) return write(R"(\{)", 1);
        if (was_place) refuse("a repetition of a place");
        if (*parse_int(bounds[0]) > kRepetitionsMax || (has_upper && *parse_int(bounds[1]) > kRepetitionsMax))
            refuse(fmt::format("more than {} repetitions", kRepetitionsMax));
        copy(close + 1);
    }

    void translate_escape() {
        const char name = rest_[1];
        if (const auto* place = find(kPlaces, name)) {
            is_after_place_ = true;
            return write(*place, 2);
        }
        if (const auto* letters = find(kClasses, name)) return write(fmt::format("[{}]", *letters), 2);
        if (const auto* letters = find(kClasses, static_cast<char>(name + ('a' - 'A'))))
            return write(fmt::format("[^{}]", *letters), 2);
        translate_character();
    }

    /// An escape that stands for one character, in a class or not.
    void translate_character() {
        const char name = rest_[1];
        if (name == 'x') return translate_code();
        const bool is_known = std::string_view("afnrtv").find(name) != std::string_view::npos;
        if (is_letter_or_digit(name) && !is_known) refuse(fmt::format("\\{}", name));
        copy(2);
    }

    /// \x41 or \x{1F600}; PostgreSQL would take all digits that follow.
    void translate_code() {
        const bool has_braces = rest_.substr(2).starts_with('{');
        const std::size_t begin = has_braces ? 3 : 2;
        const std::size_t end = has_braces ? rest_.find('}') : begin + kHexDigits;
        std::uint32_t code = 0;
        for (const char digit : rest_.substr(begin, end - begin))
            code = code * 16 + static_cast<std::uint32_t>(hex_value(digit));
        if (code == 0) refuse("a NUL character");
        write(fmt::format("\\U{:08x}", code), has_braces ? end + 1 : end);
    }

    void translate_class() {
        copy(rest_.starts_with("[^") ? 2 : 1);
        bool is_first = true;  // a ] there stands for itself
        while (is_first || !rest_.starts_with(']')) {
            translate_class_item();
            is_first = false;
        }
        copy(1);
    }

    void translate_class_item() {
        if (rest_.starts_with("[:")) return translate_named_class();
        if (rest_.starts_with('[') || rest_.starts_with(']')) return write(fmt::format("\\{}", rest_.front()), 1);
        if (!rest_.starts_with('\\')) return copy(1);
        if (const auto* letters = find(kClasses, rest_[1])) return write(*letters, 2);
        if (find(kClasses, static_cast<char>(rest_[1] + ('a' - 'A'))) != nullptr)
            refuse(fmt::format("\\{} in brackets", rest_[1]));
        translate_character();
    }

    void translate_named_class() {
        for (const auto& [name, letters] : kNamedClasses)
            if (rest_.starts_with(name)) return write(letters, name.size());
        refuse(fmt::format("{}", rest_.substr(0, rest_.find(']'))));
    }

    void copy(std::size_t bytes) { write(rest_.substr(0, bytes), bytes); }
    void write(std::string_view text, std::size_t taken) {
        out_ += text;
        rest_.remove_prefix(taken);
    }

    std::string_view rest_;
    std::string out_;
    bool is_after_place_ = false;
};

}  // namespace

std::string to_postgres_pattern(std::string_view re2) {
    return Translation(re2).run();
}

}  // namespace karmen::storage
