#include "api/printer_body.hpp"

#include "domain/printer_host.hpp"

#include <string_view>
#include <utility>

namespace karmen::api {

std::optional<Protocol> read_protocol(JsonBody& body) {
    const auto text = body.optional_text("protocol");
    if (!text) return std::nullopt;
    const auto protocol = from_word<Protocol>(*text);
    if (!protocol) body.fail("protocol", "must be http or https");
    return protocol;
}

std::optional<std::string> read_api_key(JsonBody& body) {
    const auto key = body.optional_text("api_key", kPrinterApiKeyBytesMax);
    const std::string_view problem = key ? printer_api_key_problem(*key) : std::string_view();
    if (!problem.empty()) body.fail("api_key", std::string(problem));
    return key;
}

std::string read_tls_fingerprint(JsonBody& body) {
    const std::string text = body.optional_text("tls_fingerprint").value_or("");
    if (text.empty()) return {};
    auto fingerprint = parse_tls_fingerprint(text);
    if (!fingerprint) body.fail("tls_fingerprint", std::string(kTlsFingerprintForm));
    return std::move(fingerprint).value_or("");
}

void check_host(JsonBody& body, const std::string& host, std::optional<Protocol>& protocol) {
    if (host.empty()) return;
    const auto parsed = parse_printer_host(host, protocol);
    if (parsed)
        protocol = parsed->protocol;
    else
        body.fail("host", parsed.error());
}

}  // namespace karmen::api
