#include "printers/octoprint/app_keys.hpp"

#include "base/json_members.hpp"
#include "printers/octoprint/answer.hpp"
#include "printers/octoprint/diagnosis.hpp"
#include "printers/octoprint/lenient_json.hpp"
#include "printers/printer_request.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace karmen::printers::octoprint {

namespace {

constexpr std::size_t kTokenBytesMax = 128;

/// It becomes a part of an address.
bool is_token(std::string_view text) {
    const auto is_plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= kTokenBytesMax && std::ranges::all_of(text, is_plain);
}

std::string text_in(const net::HttpResponse& answer, std::string_view name) {
    const auto body = parse_object(answer.body);
    return body ? JsonMembers(body->get_object()).text(name) : std::string();
}

}  // namespace

net::HttpRequest AppKeys::request_to(const PrinterAddress& address, std::string_view path) const {
    net::HttpRequest request = printers::request_to(address, path);
    request.connect_timeout = options_.connect_timeout;
    request.total_timeout = options_.answer_timeout;
    request.answer_bytes_max = options_.answer_bytes_max;
    return request;
}

Awaitable<std::expected<std::string, std::string>> AppKeys::request(PrinterAddress address, std::string app) {
    net::HttpRequest question = request_to(address, "/plugin/appkeys/probe");
    const net::HttpResult probe = co_await http_.send(std::move(question));
    if (!probe) co_return std::unexpected(diagnosis_of(probe).reason);
    if (probe->status != 204)
        co_return std::unexpected(
            fmt::format("What answers there does not give keys to applications (HTTP status {})", probe->status));
    net::HttpRequest wish = request_to(address, "/plugin/appkeys/request");
    wish.method = net::HttpMethod::kPost;
    wish.headers.emplace_back("Content-Type", "application/json");
    wish.body = boost::json::serialize(boost::json::object{{"app", app}});
    const net::HttpResult answer = co_await http_.send(std::move(wish));
    if (!answer) co_return std::unexpected(diagnosis_of(answer).reason);
    if (answer->status != 201) co_return std::unexpected(refusal_of(*answer));
    std::string token = text_in(*answer, "app_token");
    if (!is_token(token)) co_return std::unexpected(std::string("Its answer names no request"));
    co_return token;
}

Awaitable<AppKeyAnswer> AppKeys::poll(PrinterAddress address, std::string token) {
    using State = AppKeyAnswer::State;
    net::HttpRequest question = request_to(address, "/plugin/appkeys/request/" + token);
    const net::HttpResult answer = co_await http_.send(std::move(question));
    if (!answer) co_return AppKeyAnswer{};
    if (answer->status == 202) co_return AppKeyAnswer{State::kPending};
    if (answer->status == 404) co_return AppKeyAnswer{State::kGone};
    if (answer->status != 200) co_return AppKeyAnswer{};
    std::string key = text_in(*answer, "api_key");
    const bool is_usable = !key.empty() && key.size() <= kPrinterApiKeyBytesMax && printer_api_key_problem(key).empty();
    co_return is_usable ? AppKeyAnswer{State::kGranted, std::move(key)} : AppKeyAnswer{};
}

}  // namespace karmen::printers::octoprint
