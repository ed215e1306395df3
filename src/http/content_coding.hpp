#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace karmen::http {

/// How the bytes of a body are compressed (RFC 9110 §8.4.1).
enum class ContentCoding { kIdentity, kGzip, kBrotli };

/// As `Content-Encoding` says it; empty for kIdentity, which is not said.
std::string_view name_of(ContentCoding coding);

/// The one of `available` that the client likes best, by its `Accept-Encoding` (RFC 9110 §12.5.3); of equals the one
/// that compresses best. kIdentity if it likes none of them, or says nothing: every client can read that.
ContentCoding choose_coding(std::optional<std::string_view> accept_encoding, std::span<const ContentCoding> available);

}  // namespace karmen::http
