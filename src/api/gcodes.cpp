#include "api/body.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/list.hpp"
#include "base/text.hpp"
#include "files/names.hpp"
#include "http/file_response.hpp"
#include "http/multipart.hpp"

namespace karmen::api {

namespace {

constexpr std::size_t kPathFieldBytesMax = files::kFolderMaxBytes;

std::int64_t gcode_id(const Call& call) {
    if (const auto id = parse_id(call.path_value(0))) return *id;
    throw Error(ErrorCode::kGcodeNotFound, PublicMessage{"There is no such g-code"});
}

/// What an upload form said, once it was read to its end.
struct UploadForm {
    std::optional<services::GcodeUpload> file;
    std::string display;
    std::optional<std::string> folder;
};

std::string check_display(const std::string& filename) {
    const std::string_view name = files::base_name(filename);
    if (name.empty()) throw Error::invalid("/file", "has no file name");
    if (name.size() > files::kDisplayMaxBytes) throw Error::invalid("/file", "has a name that is too long");
    if (name.find('\0') != std::string_view::npos) throw Error::invalid("/file", "has a name with a NUL character");
    if (!services::Gcodes::is_gcode_name(name))
        throw Error(ErrorCode::kUnsupportedMediaType,
                    PublicMessage{"Only files that end in .gco or .gcode can be uploaded"});
    return std::string(name);
}

Awaitable<std::string> read_field(http::MultipartReader& reader, std::size_t bytes_max) {
    std::string value;
    for (auto piece = co_await reader.read_some(); !piece.empty(); piece = co_await reader.read_some()) {
        if (value.size() + piece.size() > bytes_max) throw Error::invalid("/path", "is too long");
        value.append(piece.begin(), piece.end());
    }
    co_return value;
}

/// Parts come in any order; of several files or paths the first counts.
Awaitable<UploadForm> read_upload_form(const Services& services, Call& call) {
    http::RequestBody& body = *call.request.body;
    body.limit(services.limits.upload_bytes_max);
    const std::string content_type(call.request.headers.find("Content-Type").value_or(""));
    http::MultipartReader reader(body, content_type);
    UploadForm form;
    while (const auto part = co_await reader.next_part()) {
        if (part->name == "path" && !form.folder) {
            form.folder = co_await read_field(reader, kPathFieldBytesMax);
            files::parse_folder(*form.folder);  // refused before a gigabyte was read
        } else if (part->name == "file" && part->filename && !form.file) {
            form.display = check_display(*part->filename);
            form.file.emplace(co_await services.gcodes.begin_upload(body.content_length().value_or(0)));
            for (auto piece = co_await reader.read_some(); !piece.empty(); piece = co_await reader.read_some())
                co_await form.file->append(piece);
        }
    }
    if (!form.file) throw Error::invalid("/file", "is required");
    co_return form;
}

}  // namespace

Answer list_gcodes(const Services& services, Call& call) {
    const ListRequest list = parse_list_request(call.request);
    co_return list_response("/gcodes", list, co_await services.gcodes.list(list.query));
}

Answer upload_gcode(const Services& services, Call& call) {
    UploadForm form = co_await read_upload_form(services, call);
    const Gcode gcode = co_await services.gcodes.finish_upload(std::move(*form.file), call.principal(),
                                                               form.folder.value_or(""), form.display);
    co_return http::Response::json(201, to_text(to_json(gcode)));
}

Answer get_gcode(const Services& services, Call& call) {
    co_return http::Response::json(200, to_text(to_json(co_await services.gcodes.find(gcode_id(call)))));
}

Answer download_gcode(const Services& services, Call& call) {
    auto content = co_await services.gcodes.open(gcode_id(call));
    const std::chrono::system_clock::time_point modified{std::chrono::seconds{content.file.modified_s}};
    http::Response response = http::file_response(call.request, std::move(content.file.file),
                                                  {.size = content.file.size_bytes,
                                                   .etag = content.gcode.sha256,
                                                   .last_modified = modified,
                                                   .content_type = "application/octet-stream",
                                                   .download_name = content.gcode.display});
    response.headers.set("Cache-Control", "private, no-cache");
    co_return response;
}

Answer remove_gcode(const Services& services, Call& call) {
    co_await services.gcodes.remove(gcode_id(call), call.principal());
    co_return http::Response::no_content();
}

}  // namespace karmen::api
