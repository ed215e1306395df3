#include "api/upload.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "domain/gcode_format.hpp"
#include "files/names.hpp"
#include "http/multipart.hpp"

#include <algorithm>
#include <array>

namespace karmen::api {

namespace {

constexpr std::uint64_t kFormBytesMax = 64 * 1024;

/// The content of a form that was read to its end.
struct Form {
    std::optional<services::GcodeUpload> file;
    std::string display;
    std::string folder_of_name;  ///< below `folder`
    std::optional<std::string> folder;
    std::optional<bool> wants_print;
};

std::string check_display(const std::string& filename) {
    const std::string_view name = files::base_name(filename);
    if (name.empty()) throw Error::invalid("/file", "has no file name");
    if (name.size() > files::kDisplayMaxBytes) throw Error::invalid("/file", "has a name that is too long");
    if (name.find('\0') != std::string_view::npos) throw Error::invalid("/file", "has a name with a NUL character");
    if (!gcode_format(name))
        throw Error(ErrorCode::kUnsupportedMediaType,
                    PublicMessage{"Only files whose names end in " + std::string(kGcodeEndings) + " can be uploaded"});
    return std::string(name);
}

Awaitable<std::string> read_field(http::MultipartReader& reader, std::string_view name) {
    std::string value;
    for (auto piece = co_await reader.read_some(); !piece.empty(); piece = co_await reader.read_some()) {
        if (value.size() + piece.size() > files::kFolderMaxBytes)
            throw Error::invalid("/" + std::string(name), "is too long");
        value.append(piece.begin(), piece.end());
    }
    co_return value;
}

/// The spellings that OctoPrint and its clients use. A mistyped value is refused, so that the user notices that the
/// file is not printed.
bool parse_print(const std::string& text) {
    const std::string lower = to_lower(text);
    static constexpr std::array<std::string_view, 5> kTrue{"true", "yes", "y", "on", "1"};
    static constexpr std::array<std::string_view, 6> kFalse{"", "false", "no", "n", "off", "0"};
    if (std::ranges::find(kTrue, lower) != kTrue.end()) return true;
    if (std::ranges::find(kFalse, lower) == kFalse.end()) throw Error::invalid("/print", "must be true or false");
    return false;
}

/// Checked early, so that a bad folder is refused before a gigabyte is read.
std::string check_folder(std::string folder) {
    files::parse_folder(folder);
    return folder;
}

std::string check_folder_of_name(std::string_view filename) {
    try {
        return check_folder(std::string(files::folder_name(filename)));
    } catch (const Error&) {
        throw Error::invalid("/file", "has folders before its name that cannot be used");
    }
}

/// As in OctoPrint, values in the address precede those in the form.
void read_address(const http::Query& query, Form& form) {
    if (const auto folder = http::find(query, "path")) form.folder = check_folder(std::string(*folder));
    if (const auto print = http::find(query, "print")) form.wants_print = parse_print(std::string(*print));
}

Awaitable<void> read_file(const Services& services, Call& call, http::MultipartReader& reader, Form& form) {
    const std::uint64_t size_hint = call.request.body->content_length().value_or(0);
    const GcodeFormat format = stored_format(form.display);
    form.file.emplace(co_await services.gcodes.begin_upload(size_hint, call.principal(), format));
    std::uint64_t size_bytes = 0;
    for (auto piece = co_await reader.read_some(); !piece.empty(); piece = co_await reader.read_some()) {
        size_bytes += piece.size();
        if (size_bytes > services.limits.upload_bytes_max)
            throw Error(ErrorCode::kBodyTooLarge, PublicMessage{"The file is too large"});
        co_await form.file->append(piece);
    }
}

Awaitable<Form> read_form(const Services& services, Call& call, UploadForm from) {
    http::RequestBody& body = *call.request.body;
    // The limit is for the file; the form around it needs some more bytes.
    body.limit(services.limits.upload_bytes_max + kFormBytesMax);
    const std::string content_type(call.request.headers.find("Content-Type").value_or(""));
    http::MultipartReader reader(body, content_type);
    Form form;
    if (from == UploadForm::kSlicer) read_address(call.request.query, form);
    while (const auto part = co_await reader.next_part()) {
        if (part->name == "path" && !form.folder) {
            form.folder = check_folder(co_await read_field(reader, part->name));
        } else if (part->name == "print" && from == UploadForm::kSlicer && !form.wants_print) {
            form.wants_print = parse_print(co_await read_field(reader, part->name));
        } else if (part->name == "file" && part->filename && !form.file) {
            form.display = check_display(*part->filename);
            if (from == UploadForm::kSlicer) form.folder_of_name = check_folder_of_name(*part->filename);
            co_await read_file(services, call, reader, form);
        }
    }
    if (!form.file) throw Error::invalid("/file", "is required");
    co_return form;
}

}  // namespace

Awaitable<StoredUpload> store_upload(const Services& services, Call& call, UploadForm from) {
    Form form = co_await read_form(services, call, from);
    StoredUpload stored{.wants_print = form.wants_print.value_or(false)};
    std::string folder = form.folder.value_or("");
    if (!form.folder_of_name.empty()) folder += "/" + form.folder_of_name;
    const auto repeated = from == UploadForm::kSlicer ? services::Repeated::kOnce : services::Repeated::kTwice;
    stored.gcode = co_await services.gcodes.finish_upload(std::move(*form.file), call.principal(), std::move(folder),
                                                          form.display, repeated);
    co_return stored;
}

}  // namespace karmen::api
