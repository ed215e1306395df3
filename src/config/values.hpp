#pragma once

#include "config/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace karmen::config {

/// A whole number and one of `ms s m h d`, such as `500ms` or `15m`. Nullopt for anything else and for what is out of
/// range.
std::optional<Duration> parse_duration(std::string_view text);
/// In the largest unit that needs no fraction: 1500 ms is `1500ms`, 60 s is `1m`.
std::string format_duration(Duration duration);

/// A whole number of bytes, or one followed by `KiB`, `MiB`, `GiB` or `TiB`.
std::optional<Bytes> parse_size(std::string_view text);
std::string format_size(Bytes size);

/// What texts of some options must look like.
bool is_ip_address(std::string_view text);
/// An IP address, or one with a prefix length: `10.0.0.0/8`.
bool is_ip_network(std::string_view text);
/// The same, or the name of a host.
bool is_host_or_network(std::string_view text);
/// `*`, or a web origin as browsers send it (RFC 6454): `https://karmen.example:8443`.
bool is_origin(std::string_view text);

/// The one of `known` that is a small typing mistake away from `text`; empty when there is none.
template <class Names>
std::string_view nearest(std::string_view text, const Names& known);

/// Letters to insert, delete, replace or swap with their neighbour to make one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Names>
std::string_view nearest(std::string_view text, const Names& known) {
    std::size_t best = text.size() / 4 + 2;
    std::string_view found;
    for (const std::string_view name : known) {
        const std::size_t distance = edit_distance(text, name);
        if (distance >= best) continue;
        best = distance;
        found = name;
    }
    return found;
}

}  // namespace karmen::config
