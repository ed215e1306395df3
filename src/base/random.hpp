#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace karmen {

/// Fills with bytes from OpenSSL's generator; throws karmen::Error(kInternal) when it fails. Any thread.
void fill_random(std::span<std::byte> bytes);

/// `bytes` random bytes as lower-case hexadecimal.
std::string random_hex(std::size_t bytes);

/// A password for people to type: `length` characters without those that look alike (0O1lI).
std::string random_password(std::size_t length);

}  // namespace karmen
