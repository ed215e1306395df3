#include "http/static_files.hpp"

#include "base/digest.hpp"
#include "http/file_response.hpp"

#include <algorithm>

namespace karmen::http {

StaticFiles::StaticFiles(std::span<const StaticFile> files) {
    entries_.reserve(files.size());
    for (const StaticFile& file : files) {
        Entry entry{.file = file, .forms = {}, .codings = {}};
        // The smallest form stands for all: what is not read at the start takes no memory.
        const std::string_view smallest = !file.brotli.empty() ? file.brotli
                                          : !file.gzip.empty() ? file.gzip
                                                               : file.plain;
        const std::string digest = sha256_of(smallest).substr(0, 32);
        const auto add = [&](ContentCoding coding, std::string_view bytes, std::string etag) {
            entry.forms.emplace_back(coding, bytes, std::move(etag));
            entry.codings.push_back(coding);
        };
        add(ContentCoding::kIdentity, file.plain, digest);
        if (!file.gzip.empty()) add(ContentCoding::kGzip, file.gzip, digest + "-gzip");
        if (!file.brotli.empty()) add(ContentCoding::kBrotli, file.brotli, digest + "-br");
        entries_.push_back(std::move(entry));
    }
}

std::optional<Response> StaticFiles::answer(const Request& request, std::string_view name) const {
    const auto entry = std::ranges::find(entries_, name, [](const Entry& each) { return each.file.name; });
    if (entry == entries_.end()) return std::nullopt;
    const ContentCoding coding = choose_coding(request.headers.find("Accept-Encoding"), entry->codings);
    const auto form = std::ranges::find(entry->forms, coding, &Form::coding);

    Response whole{.status = 200, .headers = {}, .body = StaticBody{form->bytes}};
    whole.headers.add("Content-Type", std::string(entry->file.media_type));
    if (coding != ContentCoding::kIdentity) whole.headers.add("Content-Encoding", std::string(name_of(coding)));
    Response response = tagged_response(request, form->etag, std::move(whole));
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Cache-Control",
                         entry->file.caching == Caching::kForever ? "public, max-age=31536000, immutable" : "no-cache");
    if (entry->forms.size() > 1) response.headers.set("Vary", "Accept-Encoding");
    return response;
}

}  // namespace karmen::http
