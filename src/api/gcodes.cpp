#include "api/body.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/list.hpp"
#include "api/upload.hpp"
#include "http/file_response.hpp"

#include <fmt/format.h>

namespace karmen::api {

namespace {

std::int64_t gcode_id(const Call& call) {
    if (const auto id = parse_id(call.path_value(0))) return *id;
    throw Error(ErrorCode::kGcodeNotFound, PublicMessage{"There is no such g-code"});
}

constexpr std::string_view kCacheControl = "private, no-cache";

std::chrono::system_clock::time_point modified(const services::Gcodes::Content& content) {
    return std::chrono::system_clock::time_point{std::chrono::seconds{content.file.modified_s}};
}

/// The hash of a file of Karmen 0.0.13 is found out after the takeover.
std::string etag_of(const services::Gcodes::Content& content) {
    if (!content.gcode.sha256.empty()) return content.gcode.sha256;
    return fmt::format("{}-{}-{}", content.gcode.id, content.file.size_bytes, content.file.modified_s);
}

}  // namespace

Answer list_gcodes(const Services& services, Call& call) {
    const ListRequest list = parse_list_request(call.request);
    co_return list_response(call.request.prefix + "/gcodes", list, co_await services.gcodes.list(list.query));
}

Answer upload_gcode(const Services& services, Call& call) {
    const StoredUpload upload = co_await store_upload(services, call, UploadForm::kLibrary);
    co_return http::Response::json(201, to_text(to_json(upload.gcode)));
}

Answer get_gcode(const Services& services, Call& call) {
    co_return http::Response::json(200, to_text(to_json(co_await services.gcodes.find(gcode_id(call)))));
}

Answer download_gcode(const Services& services, Call& call) {
    auto content = co_await services.gcodes.open(gcode_id(call));
    const http::Validators validators{etag_of(content), modified(content)};
    http::Response response = http::file_response(call.request, std::move(content.file.file),
                                                  {.size = content.file.size_bytes,
                                                   .validators = validators,
                                                   .content_type = "application/octet-stream",
                                                   .download_name = content.gcode.display});
    response.headers.set("Cache-Control", std::string(kCacheControl));
    co_return response;
}

Answer remove_gcode(const Services& services, Call& call) {
    co_await services.gcodes.remove(gcode_id(call), call.principal());
    co_return http::Response::no_content();
}

}  // namespace karmen::api
