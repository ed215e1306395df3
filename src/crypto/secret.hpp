#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace karmen::crypto {

inline constexpr std::size_t kSecretCharactersMin = 32;
inline constexpr const char* kSecretFileName = "signing-secret";

/// The secret that signs tokens: the configured one, else the one kept in `<data_dir>/signing-secret`, which is made of
/// 32 random bytes (as hexadecimal) at the first start. Several processes that start at once agree on one. Called by
/// the composition root before anything listens. Any thread, blocks.
///
/// Throws Error with a message for the operator, never holding the secret: kInvalidInput for one shorter than 32
/// characters or a file that others than its owner may open, kStorageUnavailable when the file cannot be read or made.
std::string signing_secret(const std::optional<std::string>& configured, const std::filesystem::path& data_dir);

}  // namespace karmen::crypto
