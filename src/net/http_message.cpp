#include "net/http_message.hpp"

#include "base/text.hpp"

namespace karmen::net {

std::string_view HttpResponse::find(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (equals_ignoring_case(key, name)) return value;
    return {};
}

std::string_view to_string(HttpFailure::Kind kind) {
    switch (kind) {
        case HttpFailure::Kind::kConnect:
            return "connect";
        case HttpFailure::Kind::kResolve:
            return "resolve";
        case HttpFailure::Kind::kTimeout:
            return "timeout";
        case HttpFailure::Kind::kTls:
            return "tls";
        case HttpFailure::Kind::kProtocol:
            return "protocol";
        case HttpFailure::Kind::kTooLarge:
            return "too_large";
        case HttpFailure::Kind::kReset:
            return "reset";
        case HttpFailure::Kind::kFile:
            return "file";
        case HttpFailure::Kind::kInvalidRequest:
            return "invalid_request";
    }
    return "unknown";
}

}  // namespace karmen::net
