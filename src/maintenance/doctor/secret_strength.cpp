#include "maintenance/doctor/secret_strength.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace karmen::maintenance::doctor {

namespace {

/// Random secrets have at least this many: hardly any text of 32 random hexadecimal digits has fewer.
constexpr std::size_t kDifferentCharactersMin = 8;
/// Shorter runs also occur by chance.
constexpr std::size_t kRunMin = 4;
constexpr std::size_t kRepetitionMin = 6;

constexpr std::array kRows{
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"};
constexpr std::array kWords{"admin",  "change", "default", "demo",  "example", "jwt",        "karmen", "key",
                            "local",  "pass",   "please",  "print", "prod",    "production", "sample", "secret",
                            "server", "sign",   "signing", "test",  "token",   "password",   "user"};

bool is_run(std::string_view part) {
    if (std::ranges::all_of(part, [&](char c) { return c == part.front(); })) return true;
    const std::string backwards(part.rbegin(), part.rend());
    return std::ranges::any_of(kRows, [&](std::string_view row) {
        return row.find(part) != std::string_view::npos || row.find(backwards) != std::string_view::npos;
    });
}

/// Counts the bytes of a text that can be guessed, from other bytes or without them.
class Predictable {
  public:
    explicit Predictable(std::string_view text) : text_(text), is_predictable_(text.size(), false) {
        for (std::size_t at = 0; at < text_.size(); ++at) {
            if (at + kRunMin <= text_.size() && is_run(text_.substr(at, kRunMin))) mark(at, kRunMin);
            if (text_.find(text_.substr(at, kRepetitionMin)) < at && at + kRepetitionMin <= text_.size())
                mark(at, kRepetitionMin);
            for (const std::string_view word : kWords)
                if (text_.substr(at).starts_with(word)) mark(at, word.size());
        }
    }

    std::size_t count() const { return static_cast<std::size_t>(std::ranges::count(is_predictable_, true)); }

  private:
    void mark(std::size_t at, std::size_t length) {
        std::fill_n(is_predictable_.begin() + static_cast<std::ptrdiff_t>(at), length, true);
    }

    std::string_view text_;
    std::vector<bool> is_predictable_;
};

}  // namespace

bool is_guessable(std::string_view secret) {
    if (std::set<char>(secret.begin(), secret.end()).size() < kDifferentCharactersMin) return true;
    const std::string text = to_lower(secret);
    return Predictable(text).count() * 2 >= text.size();
}

}  // namespace karmen::maintenance::doctor
