#include "http/file_response.hpp"

#include "base/text.hpp"
#include "http/header_value.hpp"
#include "http/http_date.hpp"
#include "http/problem.hpp"
#include "http/range.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace karmen::http {

namespace {

/// Of a list of entity tags, whether one is ours; a weak mark does not matter here (RFC 9110 §13.1.2).
bool lists_etag(std::string_view list, std::string_view etag) {
    return std::ranges::any_of(split(list, ','), [&](std::string_view entry) {
        entry = trim(entry);
        if (entry.starts_with("W/")) entry.remove_prefix(2);
        return entry == etag || entry == "*";
    });
}

std::string quoted(const std::string& etag) {
    return '"' + etag + '"';
}

std::chrono::sys_seconds seconds_of(const Validators& validators) {
    return std::chrono::floor<std::chrono::seconds>(validators.last_modified);
}

bool client_has_it(const Request& request, const Validators& ours) {
    if (const auto list = request.headers.find("If-None-Match"))
        return !ours.etag.empty() && lists_etag(*list, quoted(ours.etag));
    const auto since = request.headers.find("If-Modified-Since");
    if (!since) return false;
    const auto time = parse_http_date(*since);
    return time && seconds_of(ours) <= *time;
}

/// Whether the part that the client has is still of the same content as the rest that it asks for.
bool range_applies(const Request& request, const Validators& ours) {
    const auto condition = request.headers.find("If-Range");
    if (!condition) return true;
    if (condition->starts_with('"')) return !ours.etag.empty() && *condition == quoted(ours.etag);
    const auto time = parse_http_date(*condition);
    return time && *time == seconds_of(ours);
}

std::variant<WholeFile, ByteRange, UnsatisfiableRange> wanted_range(const Request& request, const Validators& ours,
                                                                    std::uint64_t size) {
    const auto header = request.headers.find("Range");
    if (!header || request.method != "GET" || !range_applies(request, ours)) return WholeFile{};
    return parse_range(*header, size);
}

}  // namespace

std::optional<Response> not_modified(const Request& request, const Validators& validators) {
    if (!client_has_it(request, validators)) return std::nullopt;
    Response response{.status = 304};
    add_validators(response, validators);
    return response;
}

void add_validators(Response& response, const Validators& validators) {
    if (!validators.etag.empty()) response.headers.add("ETag", quoted(validators.etag));
    response.headers.add("Last-Modified", to_http_date(seconds_of(validators)));
}

Response file_response(const Request& request, FileDescriptor file, const FileFacts& facts) {
    if (auto same = not_modified(request, facts.validators)) {
        same->headers.add("Accept-Ranges", "bytes");
        return std::move(*same);
    }
    Response response;
    add_validators(response, facts.validators);
    response.headers.add("Accept-Ranges", "bytes");
    const auto wanted = wanted_range(request, facts.validators, facts.size);
    if (std::holds_alternative<UnsatisfiableRange>(wanted)) {
        Response problem = problem_response(
            Error(ErrorCode::kRangeNotSatisfiable, PublicMessage{"The file does not have the wanted part"}),
            request.id);
        problem.headers.add("Content-Range", fmt::format("bytes */{}", facts.size));
        return problem;
    }
    response.headers.add("Content-Type", facts.content_type);
    if (!facts.download_name.empty())
        response.headers.add("Content-Disposition", attachment_disposition(facts.download_name));
    FileBody body{std::move(file), 0, facts.size};
    if (const auto* range = std::get_if<ByteRange>(&wanted)) {
        response.status = 206;
        response.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", range->first, range->last, facts.size));
        body.offset = range->first;
        body.length = range->length();
    }
    response.body = std::move(body);
    return response;
}

Response tagged_response(const Request& request, const std::string& etag, Response whole) {
    const auto list = request.headers.find("If-None-Match");
    Response response = list && lists_etag(*list, quoted(etag)) ? Response{.status = 304} : std::move(whole);
    response.headers.set("ETag", quoted(etag));
    return response;
}

}  // namespace karmen::http
