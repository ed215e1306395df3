#include "crypto/password.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <array>
#include <crypt.h>
#include <memory>
#include <optional>

namespace karmen::crypto {
namespace {

constexpr std::size_t kHashLength = 60;
constexpr std::size_t kSaltBytes = 16;
constexpr std::string_view kPrefix = "$2b$12$";
// What bcrypt itself knows.
constexpr int kLowestCost = 4;
constexpr int kHighestCost = 31;

/// libcrypt's work area (32 KiB) holds the password and the key made of it: it is always wiped.
struct WipedCryptData {
    crypt_data data{};
    ~WipedCryptData() { OPENSSL_cleanse(&data, sizeof data); }
};

struct WipedText {
    std::string text;
    ~WipedText() { OPENSSL_cleanse(text.data(), text.size()); }
};

std::optional<std::string> bcrypt(std::string_view password, const std::string& setting) {
    // Cut here and not in libcrypt, which refuses 512 bytes and more.
    const WipedText phrase{std::string(password.substr(0, kPasswordBytesUsed))};
    const auto work = std::make_unique<WipedCryptData>();
    const char* hash = crypt_rn(phrase.text.c_str(), setting.c_str(), &work->data, sizeof work->data);
    if (hash == nullptr) return std::nullopt;
    return std::string(hash);
}

bool has_nul(std::string_view password) {
    return password.find('\0') != std::string_view::npos;
}

bool is_bcrypt_hash(const std::string& hash) {
    return hash.size() == kHashLength &&
           (hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$"));
}

}  // namespace

std::string hash_password(std::string_view password, int cost) {
    if (has_nul(password)) throw Error::invalid("/password", "must not contain a NUL character");
    std::array<std::byte, kSaltBytes> salt;
    fill_random(salt);
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    const char* made =
        crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), reinterpret_cast<const char*>(salt.data()),
                         static_cast<int>(salt.size()), setting.data(), static_cast<int>(setting.size()));
    std::optional<std::string> hash;
    if (made != nullptr) hash = bcrypt(password, made);
    if (!hash || !is_bcrypt_hash(*hash))
        throw Error(ErrorCode::kInternal, PublicMessage{"The password could not be hashed"},
                    LogDetail{"libcrypt refuses bcrypt with cost " + std::to_string(cost)});
    return *hash;
}

bool verify_password(std::string_view password, const std::string& hash) {
    if (has_nul(password) || !is_bcrypt_hash(hash)) return false;
    const std::optional<std::string> made = bcrypt(password, hash);
    return made && made->size() == hash.size() && CRYPTO_memcmp(made->data(), hash.data(), hash.size()) == 0;
}

std::optional<int> cost_of(const std::string& hash) {
    if (!is_bcrypt_hash(hash) || hash[kPrefix.size() - 1] != '$') return std::nullopt;
    const auto cost = parse_int(std::string_view(hash).substr(4, 2));
    if (!cost || *cost < kLowestCost || *cost > kHighestCost) return std::nullopt;
    return static_cast<int>(*cost);
}

std::string hash_of_nobody(int cost) {
    return fmt::format("$2b${:02}$", cost) + std::string(kHashLength - kPrefix.size(), '.');
}

}  // namespace karmen::crypto
