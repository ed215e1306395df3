#include "api/body.hpp"
#include "api/json_text.hpp"
#include "api/list.hpp"
#include "api/routes.hpp"
#include "api/upload.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
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

/// `220x124`, `48`, or nothing.
WantedThumbnail wanted_thumbnail(const http::Request& request) {
    using enum WantedThumbnail::Rule;
    const auto size = http::find(request.query, "size");
    if (!size) return {.rule = kLargest};
    const std::size_t cross = size->find('x');
    const auto width = parse_int(size->substr(0, cross));
    const auto height = cross == std::string_view::npos ? width : parse_int(size->substr(cross + 1));
    constexpr std::int64_t kSideMax = 100'000;
    const auto is_side = [](std::optional<std::int64_t> side) { return side && *side >= 1 && *side <= kSideMax; };
    if (!is_side(width) || !is_side(height))
        throw Error::invalid("/size",
                             fmt::format("must be a number from 1 to {}, or two of them such as 220x124", kSideMax));
    return {.rule = cross == std::string_view::npos ? kAtLeast : kExactly,
            .width = static_cast<unsigned>(*width),
            .height = static_cast<unsigned>(*height)};
}

/// The hash of a file of Karmen 0.0.13 is computed some time after the takeover.
std::string etag_of(const services::Gcodes::Content& content) {
    if (!content.gcode.sha256.empty()) return content.gcode.sha256;
    return fmt::format("{}-{}-{}", content.gcode.id, content.file.size_bytes, content.file.modified_s);
}

Answer list_gcodes(const Services& services, Call& call) {
    const ListRequest list = parse_list_request(call.request);
    co_return list_response(call.request.prefix + "/gcodes", list, co_await services.gcodes.list(list.query));
}

Answer upload_gcode(const Services& services, Call& call) {
    const StoredUpload upload = co_await store_upload(services, call, UploadForm::kLibrary);
    co_return http::Response::json(201, to_text(upload.gcode));
}

Answer get_gcode(const Services& services, Call& call) {
    co_return http::Response::json(200, to_text(co_await services.gcodes.find(gcode_id(call))));
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

Answer gcode_thumbnail(const Services& services, Call& call) {
    const std::int64_t id = gcode_id(call);
    const auto found = co_await services.thumbnails.find(id, wanted_thumbnail(call.request));
    const Thumbnail& thumbnail = found.thumbnail;
    const http::Validators validators{
        fmt::format("{}-{}x{}", etag_of(found.content), thumbnail.width, thumbnail.height), modified(found.content)};
    std::optional<http::Response> response = http::not_modified(call.request, validators);
    if (!response) {
        auto picture = co_await services.thumbnails.read(found);
        response = http::Response::text(200, std::string(picture.media_type), std::move(picture.bytes));
        http::add_validators(*response, validators);
    }
    response->headers.set("Cache-Control", std::string(kCacheControl));
    response->headers.set("X-Content-Type-Options", "nosniff");
    co_return std::move(*response);
}

Answer remove_gcode(const Services& services, Call& call) {
    co_await services.gcodes.remove(gcode_id(call), call.principal());
    co_return http::Response::no_content();
}

constexpr std::string_view kUpload =
    "If a field occurs twice, the first one counts; unknown fields are ignored. A file name that is "
    "not UTF-8 is read as ISO 8859-1. A file that cannot be analysed is stored all the same: `analysis.error` says "
    "why.";

constexpr std::string_view kBinary = "application/octet-stream";

constexpr std::string_view kThumbnail =
    "A picture that the slicer put into the file, as it stands there; QOI becomes PNG. `has_thumbnail` of the g-code "
    "says whether there is one. `thumbnail_not_found`: there is none, or none of this size; `thumbnail_unreadable`: "
    "what stands there is broken, or above `files.thumbnail_max_bytes` or `files.thumbnail_max_pixels`.";

}  // namespace

std::vector<Route> gcode_routes() {
    using enum ErrorCode;
    using enum QueryFacts;
    return {
        {.method = "GET",
         .path = "/gcodes",
         .summary = "Stored g-code files",
         .access = kUser,
         .handler = list_gcodes,
         .answers = {{200, "GcodePage"}},
         .query = kList},
        {.method = "POST",
         .path = "/gcodes",
         .summary = "Upload a g-code file",
         .access = kUser,
         .deadline = Deadline::kOwn,
         .handler = upload_gcode,
         .audit = "gcode.upload",
         .answers = {{201, "Gcode"}},
         .body = {"GcodeUpload", "multipart/form-data"},
         .errors = {kUnsupportedMediaType, kDiskFull, kQuotaExceeded},
         .note = kUpload},
        {.method = "GET",
         .path = "/gcodes/{id}",
         .summary = "One g-code file",
         .access = kUser,
         .handler = get_gcode,
         .answers = {{200, "Gcode"}},
         .errors = {kGcodeNotFound}},
        {.method = "GET",
         .path = "/gcodes/{id}/data",
         .summary = "Download a g-code file",
         .access = kUser,
         .handler = download_gcode,
         .answers = {{200, "File", kBinary, {"ETag", "Accept-Ranges", "Content-Disposition"}},
                     {206, "File", kBinary, {"ETag", "Accept-Ranges", "Content-Disposition", "Content-Range"}},
                     {.status = 304, .headers = {"ETag", "Accept-Ranges"}}},
         .errors = {kGcodeNotFound, kRangeNotSatisfiable}},
        {.method = "GET",
         .path = "/gcodes/{id}/thumbnail",
         .summary = "Picture of the print, from a g-code file",
         .access = kUser,
         .handler = gcode_thumbnail,
         .answers = {{200, "File", "image/png", {"ETag"}},
                     {200, "File", "image/jpeg", {"ETag"}},
                     {.status = 304, .headers = {"ETag"}}},
         .query = kThumbnailSize,
         .errors = {kGcodeNotFound, kThumbnailNotFound, kThumbnailUnreadable},
         .note = kThumbnail},
        {.method = "DELETE",
         .path = "/gcodes/{id}",
         .summary = "Delete a g-code file",
         .access = kUser,
         .handler = remove_gcode,
         .audit = "gcode.remove",
         .answers = {{204}},
         .errors = {kGcodeNotFound, kNotOwner, kDiskFull},
         .note = kOwners},
    };
}

}  // namespace karmen::api
