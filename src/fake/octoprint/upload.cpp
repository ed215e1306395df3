#include "base/digest.hpp"
#include "base/text.hpp"
#include "fake/octoprint/api.hpp"
#include "fake/octoprint/json.hpp"
#include "fake/paced_body.hpp"
#include "http/multipart.hpp"
#include "runtime/sleep.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace karmen::fake {

namespace json = boost::json;

/// The data of an uploaded file, without its content.
struct OctoPrintApi::UploadedFile {
    std::string filename;
    std::uint64_t size_bytes = 0;
    std::string sha1;
    std::string sha256;
    bool has_raw_name_beyond_latin1 = false;
};

struct OctoPrintApi::Upload {
    std::map<std::string, std::string, std::less<>> fields;
    std::optional<UploadedFile> file;

    std::string_view field(std::string_view name) const {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string_view{} : std::string_view(found->second);
    }
    bool says_yes(std::string_view name) const {
        static constexpr std::array<std::string_view, 3> kYes{"true", "yes", "1"};
        return std::ranges::find(kYes, to_lower(field(name))) != kYes.end();
    }
};

namespace {

constexpr std::uint64_t kUploadBytesMax = 1024 * 1024 * 1024;
constexpr std::size_t kFieldBytesMax = 64 * 1024;

/// What comes from a client that does not know UTF-8 is taken for Latin-1.
std::string decoded_name(std::string name) {
    if (is_valid_utf8(name)) return name;
    std::string utf8;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            utf8 += c;
        } else {
            utf8 += static_cast<char>(0xc0 | byte >> 6);
            utf8 += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    return utf8;
}

/// Of UTF-8: U+00FF has two bytes that begin with 0xC3.
bool has_character_beyond_latin1(std::string_view name) {
    return std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) > 0xc3; });
}

template <class T>
const T& or_refuse(const std::variant<T, Refusal>& result) {
    if (const auto* refusal = std::get_if<Refusal>(&result)) throw Refused(*refusal);
    return std::get<T>(result);
}

}  // namespace

Awaitable<OctoPrintApi::UploadedFile> OctoPrintApi::read_file(http::MultipartReader& reader, std::string filename) {
    UploadedFile file;
    file.filename = decoded_name(std::move(filename));
    Digest sha1 = Digest::sha1();
    Digest sha256 = Digest::sha256();
    for (auto piece = co_await reader.read_some(); !piece.empty(); piece = co_await reader.read_some()) {
        file.size_bytes += piece.size();
        sha1.update(piece);
        sha256.update(piece);
    }
    file.sha1 = sha1.finish();
    file.sha256 = sha256.finish();
    co_return file;
}

/// Of two files the last counts; a file under another name than `file` is read over.
Awaitable<OctoPrintApi::Upload> OctoPrintApi::read_upload(http::RequestBody& body, std::string_view content_type) {
    Upload upload;
    http::MultipartReader reader(body, content_type);
    while (auto part = co_await reader.next_part()) {
        if (part->filename && part->name == "file") {
            const bool is_raw_beyond_latin1 =
                !part->has_extended_filename && has_character_beyond_latin1(*part->filename);
            upload.file = co_await read_file(reader, std::move(*part->filename));
            upload.file->has_raw_name_beyond_latin1 = is_raw_beyond_latin1;
        } else if (!part->filename) {
            std::string value;
            for (auto piece = co_await reader.read_some(); !piece.empty(); piece = co_await reader.read_some()) {
                if (value.size() + piece.size() <= kFieldBytesMax) value.append(piece.data(), piece.size());
            }
            upload.fields[part->name] = std::move(value);
        }
    }
    co_return upload;
}

/// nullopt if the body was not multipart.
Awaitable<std::optional<OctoPrintApi::Upload>> OctoPrintApi::receive(Call& call) {
    http::RequestBody& body = *call.request.body;
    body.limit(kUploadBytesMax);
    const auto drip = context_.faults.take(Fault::kDrip, call.path);
    PacedBody paced(body, drip ? std::optional(static_cast<std::uint64_t>(drip->amount)) : std::nullopt);
    try {
        co_return co_await read_upload(paced, call.request.headers.find("Content-Type").value_or(""));
    } catch (const std::exception&) {
        if (paced.is_broken()) {
            ++context_.aborted_uploads;
            throw;
        }
    }
    co_return std::nullopt;
}

Awaitable<http::Response> OctoPrintApi::post_upload(Call& call) {
    const auto& version = context_.options.version;
    if (!call.request.body->content_length()) co_return html_answer(411, "Length Required");
    // As the real server does: the body is read to its end before anybody asks who sent it.
    const auto upload = co_await receive(call);
    if (!upload && version.hangs_on_malformed_upload()) {
        FaultRule everything_hangs;
        everything_hangs.fault = Fault::kHang;
        context_.faults.add(everything_hangs);
        co_await wait_forever();
    }
    if (!upload) co_return html_answer(400, "Bad Request");
    if (version.fails_at_raw_names() && upload->file && upload->file->has_raw_name_beyond_latin1)
        co_return html_answer(500, "Internal Server Error");
    require(call, Method::kPost, Need::kControl);
    if (!upload->file) co_return create_folder(call, *upload);
    const std::string path = store_file(*upload);
    const auto late = upload->says_yes("print") ? context_.faults.take(Fault::kLate, call.path) : std::nullopt;
    const PrintEffect effect = late ? co_await print_late(path, *late) : use_file(call, *upload, path);
    co_return created(call.base_url(), path, upload_json(path, call.base_url(), effect));
}

/// The printer begins also if the client has left by then.
Awaitable<PrintEffect> OctoPrintApi::print_late(std::string path, FaultRule late) {
    auto& printer = context_.printer;
    printer.print_later(path, std::chrono::milliseconds(late.amount));
    while (printer.will_print()) {
        co_await sleep_for(std::chrono::milliseconds(10));
        printer.advance(context_.now());
    }
    co_return printer.is_printing(path) ? PrintEffect::kPrinting : PrintEffect::kNothing;
}

http::Response OctoPrintApi::created(std::string_view base_url, std::string_view path, const json::value& body) const {
    auto response = json_answer(201, body, Caching::kForbidden, context_.options.version);
    response.headers.add("Location", resource_url(base_url, path));
    return response;
}

http::Response OctoPrintApi::create_folder(const Call& call, const Upload& upload) {
    const auto folder = upload.field("foldername");
    if (folder.empty()) throw Refused(400, "No file to upload and no folder to create");
    const std::string parent(upload.field("path"));
    const std::string path = or_refuse(folder_name(parent + "/" + std::string(folder), context_.options.version)).path;
    context_.printer.files().add_folder(path);
    return created(call.base_url(), path, folder_created_json(path, call.base_url()));
}

/// Returns its path.
std::string OctoPrintApi::store_file(const Upload& upload) {
    auto& printer = context_.printer;
    printer.advance(context_.now());  // the upload may have taken long
    const std::string path =
        or_refuse(upload_name(upload.file->filename, upload.field("path"), context_.options.version)).path;
    if (printer.is_printing(path)) throw Refused(409, "Trying to overwrite file that is currently being printed");
    if (printer.files().find(path) && upload.says_yes("noOverwrite")) {
        throw Refused(409, "File already exists and noOverwrite was set");
    }
    StoredFile file;
    file.path = path;
    file.size_bytes = upload.file->size_bytes;
    file.sha1 = upload.file->sha1;
    file.sha256 = upload.file->sha256;
    file.date = context_.now();
    file.user = "admin";
    printer.add_file(std::move(file));
    return path;
}

/// What was asked for, as far as the state of the printer allows.
PrintEffect OctoPrintApi::use_file(const Call& call, const Upload& upload, std::string_view path) {
    auto& printer = context_.printer;
    if (upload.says_yes("print")) {
        if (context_.faults.take(Fault::kEffectivePrintFalse, call.path)) return PrintEffect::kNothing;
        return printer.select_and_print(path) ? PrintEffect::kPrinting : PrintEffect::kNothing;
    }
    if (upload.says_yes("select") && printer.select(path)) return PrintEffect::kSelected;
    return PrintEffect::kNothing;
}

}  // namespace karmen::fake
