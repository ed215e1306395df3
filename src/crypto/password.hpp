#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::crypto {

/// bcrypt uses only this many bytes. Longer passwords are cut here, as Karmen 0.0.13 did, so that the passwords of its
/// users go on working.
inline constexpr std::size_t kPasswordBytesUsed = 72;

/// The highest that can be configured: about two seconds of one core.
inline constexpr int kHighestCostInUse = 15;

/// A bcrypt hash (`$2b$`, 60 characters) under a fresh salt. `cost` is the binary logarithm of the rounds, 4–31; 12
/// takes about 0.2 s of one core, so call it on the cpu pool. Throws Error::invalid for a password that holds a NUL,
/// which bcrypt would take for its end, and kInternal when libcrypt fails. Any thread, blocks.
std::string hash_password(std::string_view password, int cost);

/// True when `hash` (`$2a$`, `$2b$` or `$2y$`) was made of this password. Takes as long as making the hash took, also
/// for a wrong password, and compares in constant time; false at once if `hash` is not such a hash. Any thread, blocks.
bool verify_password(std::string_view password, const std::string& hash);

/// The cost of a bcrypt hash; nullopt if the text is not such a hash. Any thread.
std::optional<int> cost_of(const std::string& hash);

/// A well-formed hash of that cost that no password matches. Comparing with it takes as long as with a real one. Any
/// thread.
std::string hash_of_nobody(int cost);

}  // namespace karmen::crypto
