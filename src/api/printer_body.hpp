#pragma once

#include "api/body.hpp"
#include "domain/printer.hpp"

#include <optional>
#include <string>

/// Readers of the members that several bodies about printers have. Each notes what is wrong with its member.
namespace karmen::api {

std::optional<Protocol> read_protocol(JsonBody& body);
/// Old clients send an empty key for none.
std::optional<std::string> read_api_key(JsonBody& body);
/// null or empty: none.
std::string read_tls_fingerprint(JsonBody& body);
/// An address that begins with a protocol sets that too. An empty one is a fault that was noted already.
void check_host(JsonBody& body, const std::string& host, std::optional<Protocol>& protocol);

}  // namespace karmen::api
