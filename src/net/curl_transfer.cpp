#include "net/curl_transfer.hpp"

#include "http/header_value.hpp"
#include "net/curl_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <linux/sockios.h>
#include <new>
#include <stdexcept>
#include <sys/ioctl.h>
#include <utility>

namespace karmen::net {

namespace {

HttpFailure timed_out(std::string detail) {
    return {.kind = HttpFailure::Kind::kTimeout, .detail = std::move(detail)};
}

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

/// libcurl itself writes names in ASCII.
void set_filename(curl_mimepart* part, const MultipartUpload& upload) {
    if (std::ranges::all_of(upload.filename, is_ascii)) {
        check_curl(curl_mime_filename(part, upload.filename.c_str()));
        return;
    }
    const std::string line = "Content-Disposition: form-data; name=\"" + upload.file_field + "\"; " +
                             http::filename_parameters(upload.filename);
    curl_slist* headers = curl_slist_append(nullptr, line.c_str());
    if (!headers) throw std::bad_alloc();
    check_curl(curl_mime_headers(part, headers, 1));  // the part's from here on
}

}  // namespace

CurlTransfer::CurlTransfer(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options,
                           const HttpRequest& request, const std::string& url)
    : CurlExchange(std::move(multi), options, request, url), request_(request) {
    set_option(easy(), CURLOPT_SOCKOPTFUNCTION, &CurlTransfer::on_socket);
    set_option(easy(), CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
    if (request_.method == HttpMethod::kPost)
        set_post();
    else
        set_headers(request_.headers);
}

CurlTransfer::~CurlTransfer() {
    leave();
}

void CurlTransfer::set_post() {
    set_headers(request_.headers, {"Expect:", "Connection: close"});
    set_option(easy(), CURLOPT_FRESH_CONNECT, 1L);
    set_option(easy(), CURLOPT_FORBID_REUSE, 1L);
    if (request_.upload) return set_upload(*request_.upload);
    set_option(easy(), CURLOPT_POST, 1L);
    set_option(easy(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set_option(easy(), CURLOPT_POSTFIELDS, request_.body.c_str());
}

void CurlTransfer::set_upload(const MultipartUpload& upload) {
    file_.emplace(upload.file.get(), upload.size);
    mime_.reset(curl_mime_init(easy()));
    if (!mime_) throw std::bad_alloc();
    const auto add_part = [this](const std::string& name) {
        curl_mimepart* part = curl_mime_addpart(mime_.get());
        if (!part) throw std::bad_alloc();
        check_curl(curl_mime_name(part, name.c_str()));
        return part;
    };
    for (const auto& [name, value] : upload.fields)
        check_curl(curl_mime_data(add_part(name), value.data(), value.size()));
    curl_mimepart* file = add_part(upload.file_field);
    set_filename(file, upload);
    check_curl(curl_mime_type(file, "application/octet-stream"));
    // With its size known, libcurl sends Content-Length: OctoPrint refuses chunked bodies with 411.
    check_curl(curl_mime_data_cb(file, static_cast<curl_off_t>(upload.size), &CurlTransfer::on_upload, nullptr, nullptr,
                                 this));
    set_option(easy(), CURLOPT_MIMEPOST, mime_.get());
}

std::size_t CurlTransfer::on_upload(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<CurlTransfer*>(self);
    transfer.made_progress();
    transfer.has_begun_ = true;
    const std::size_t n = transfer.file_->take(data, size * count);
    if (transfer.file_->can_read() || transfer.file_->is_at_end()) transfer.wake();
    if (n > 0 || transfer.file_->is_at_end()) return n;
    transfer.is_waiting_for_file_ = true;
    return CURL_READFUNC_PAUSE;
}

int CurlTransfer::on_socket(void* self, curl_socket_t socket, curlsocktype) {
    static_cast<CurlTransfer*>(self)->socket_ = socket;
    return CURL_SOCKOPT_OK;
}

CurlTransfer::BodyOutcome CurlTransfer::take_body(std::string_view bytes) {
    made_progress();
    if (bytes.size() > request_.answer_bytes_max - response_.body.size()) {
        fail({HttpFailure::Kind::kTooLarge,
              fmt::format("the answer is larger than {} bytes", request_.answer_bytes_max)});
        return BodyOutcome::kRefused;
    }
    response_.body.append(bytes);
    return BodyOutcome::kTaken;
}

Awaitable<HttpResult> CurlTransfer::run(Pool& blocking, TimePoint deadline) {
    if (auto failed = co_await exchange(blocking, deadline)) {
        failed->was_sent = is_file_sent();
        co_return std::unexpected(std::move(*failed));
    }
    co_return std::move(response_);
}

/// nullopt if it got an answer.
Awaitable<std::optional<HttpFailure>> CurlTransfer::exchange(Pool& blocking, TimePoint deadline) {
    // Reads the first block before it connects, so that the server is not contacted if the file cannot be read.
    if (file_ && !file_->can_read()) co_await announce_last_block();  // of an empty file
    if (file_ && file_->can_read() && !co_await read_file(blocking)) co_return failure();
    made_progress();  // the time without progress starts here
    start();
    while (!has_finished()) {
        if (file_ && file_->can_read()) {
            if (!co_await read_file(blocking)) co_return failure();
            if (std::exchange(is_waiting_for_file_, false)) curl_easy_pause(easy(), CURLPAUSE_CONT);
            continue;
        }
        const auto silence = silence_max();
        const TimePoint idle_deadline = silence.count() > 0 ? last_progress() + silence : TimePoint::max();
        const TimePoint now = std::chrono::steady_clock::now();
        if (now >= deadline)
            co_return timed_out(fmt::format("not finished within {} ms", request_.total_timeout.count()));
        if (now < idle_deadline)
            co_await wait_until(std::min(deadline, idle_deadline));
        else if (has_send_buffer_shrunk())
            made_progress();
        else
            co_return timed_out(fmt::format("silent for {} ms", silence.count()));
    }
    co_return failure();
}

Awaitable<void> CurlTransfer::announce_last_block() {
    const auto& announce = request_.upload->before_last_block;
    if (!announce) co_return;
    co_await announce();
    made_progress();  // the receiver waited for us
}

Awaitable<bool> CurlTransfer::read_file(Pool& blocking) {
    if (file_->is_last_next()) co_await announce_last_block();
    try {
        co_await file_->read_next(blocking);
        co_return true;
    } catch (const boost::system::system_error&) {
        throw;  // a cancel
    } catch (const std::runtime_error& error) {
        fail({HttpFailure::Kind::kFile, error.what()});
    }
    co_return false;
}

std::chrono::milliseconds CurlTransfer::silence_max() const {
    const bool has_all = is_file_sent() && bytes_in_send_buffer().value_or(0) == 0;
    return has_all ? std::max(request_.idle_timeout, request_.answer_timeout) : request_.idle_timeout;
}

std::optional<int> CurlTransfer::bytes_in_send_buffer() const {
    int bytes = 0;
    if (socket_ < 0 || ::ioctl(socket_, SIOCOUTQ, &bytes) != 0) return std::nullopt;
    return bytes;
}

bool CurlTransfer::has_send_buffer_shrunk() {
    const auto bytes = bytes_in_send_buffer();
    if (!bytes) return false;
    const auto before = std::exchange(send_buffer_bytes_, *bytes);
    return before ? *bytes < *before : *bytes > 0;
}

}  // namespace karmen::net
