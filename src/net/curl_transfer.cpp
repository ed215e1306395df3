#include "net/curl_transfer.hpp"

#include "base/text.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <linux/sockios.h>
#include <new>
#include <sys/ioctl.h>
#include <utility>

namespace karmen::net {

namespace {

template <class T>
void set(CURL* easy, CURLoption option, T value) {
    if (curl_easy_setopt(easy, option, value) != CURLE_OK) throw std::bad_alloc();
}

void check(CURLcode code) {
    if (code != CURLE_OK) throw std::bad_alloc();
}

HttpResult timed_out(std::string detail) {
    return std::unexpected(HttpFailure{HttpFailure::Kind::kTimeout, std::move(detail)});
}

}  // namespace

CurlTransfer::CurlTransfer(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options,
                           const HttpRequest& request, const std::string& url)
    : multi_(std::move(multi)),
      options_(options),
      request_(request),
      easy_(curl_easy_init()),
      last_progress_(std::chrono::steady_clock::now()),
      wake_(multi_->executor()) {
    if (!easy_) throw std::bad_alloc();
    set(easy_.get(), CURLOPT_URL, url.c_str());
    set_defaults();
    if (request_.method == HttpMethod::kPost) set_post();
    set_headers();
}

CurlTransfer::~CurlTransfer() {
    multi_->remove(easy_.get());
}

void CurlTransfer::set_defaults() {
    CURL* easy = easy_.get();
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_ERRORBUFFER, error_text_.data());
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_PROXY, "");  // whatever the environment says
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_IPRESOLVE, CURL_IPRESOLVE_V4);
    set(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    const long verify = request_.tls == TlsVerification::kVerify ? 1 : 0;
    set(easy, CURLOPT_SSL_VERIFYPEER, verify);
    set(easy, CURLOPT_SSL_VERIFYHOST, verify * 2);
    // 0 would be libcurl's own 300 s: its largest value stands for no limit.
    const auto connect_ms = request_.connect_timeout.count();
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? static_cast<long>(connect_ms) : 0x7fffffffL);
    set(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
    set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(easy, CURLOPT_SOCKOPTFUNCTION, &CurlTransfer::on_socket);
    set(easy, CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
}

void CurlTransfer::set_headers() {
    const auto append = [this](const std::string& line) {
        curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
        if (!longer) throw std::bad_alloc();
        static_cast<void>(headers_.release());
        headers_.reset(longer);
    };
    // `Name;` is how libcurl wants a header without a value: `Name:` would take the header away.
    for (const auto& [name, value] : request_.headers) append(value.empty() ? name + ";" : name + ": " + value);
    if (request_.method == HttpMethod::kPost) {
        append("Expect:");
        append("Connection: close");
    }
    set(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
}

void CurlTransfer::set_post() {
    CURL* easy = easy_.get();
    set(easy, CURLOPT_FRESH_CONNECT, 1L);
    set(easy, CURLOPT_FORBID_REUSE, 1L);
    if (request_.upload) return set_upload(*request_.upload);
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
}

void CurlTransfer::set_upload(const MultipartUpload& upload) {
    file_.emplace(upload.file.get(), upload.size);
    mime_.reset(curl_mime_init(easy_.get()));
    if (!mime_) throw std::bad_alloc();
    const auto add_part = [this](const std::string& name) {
        curl_mimepart* part = curl_mime_addpart(mime_.get());
        if (!part) throw std::bad_alloc();
        check(curl_mime_name(part, name.c_str()));
        return part;
    };
    for (const auto& [name, value] : upload.fields) check(curl_mime_data(add_part(name), value.data(), value.size()));
    curl_mimepart* file = add_part(upload.file_field);
    check(curl_mime_filename(file, upload.filename.c_str()));
    check(curl_mime_type(file, "application/octet-stream"));
    // With its size known, libcurl sends Content-Length: OctoPrint refuses chunked bodies with 411.
    check(curl_mime_data_cb(file, static_cast<curl_off_t>(upload.size), &CurlTransfer::on_upload, nullptr, nullptr,
                            this));
    set(easy_.get(), CURLOPT_MIMEPOST, mime_.get());
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<CurlTransfer*>(self)->take_header({data, size * count}) ? size * count : 0;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    if (size * count == 0) return 0;
    return static_cast<CurlTransfer*>(self)->take_body({data, size * count}) ? size * count : 0;
}

std::size_t CurlTransfer::on_upload(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<CurlTransfer*>(self);
    transfer.made_progress();
    const std::size_t n = transfer.file_->take(data, size * count);
    if (transfer.file_->can_read()) transfer.wake_.cancel();
    if (n > 0 || transfer.file_->is_at_end()) return n;
    transfer.is_waiting_for_file_ = true;
    return CURL_READFUNC_PAUSE;
}

int CurlTransfer::on_socket(void* self, curl_socket_t socket, curlsocktype) {
    static_cast<CurlTransfer*>(self)->socket_ = socket;
    return CURL_SOCKOPT_OK;
}

void CurlTransfer::on_finished(CURLcode result) {
    result_ = result;
    wake_.cancel();
}

bool CurlTransfer::take_header(std::string_view line) {
    made_progress();
    header_bytes_ += line.size();
    if (header_bytes_ > options_.header_bytes_max) {
        failure_ = HttpFailure{HttpFailure::Kind::kTooLarge,
                               fmt::format("the header is larger than {} bytes", options_.header_bytes_max)};
        return false;
    }
    if (line.starts_with("HTTP/")) response_.headers.clear();  // what came before was a 1xx answer
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
    response_.headers.emplace_back(line.substr(0, colon), trim(value));
    return true;
}

bool CurlTransfer::take_body(std::string_view bytes) {
    made_progress();
    if (bytes.size() > request_.answer_bytes_max - response_.body.size()) {
        failure_ = HttpFailure{HttpFailure::Kind::kTooLarge,
                               fmt::format("the answer is larger than {} bytes", request_.answer_bytes_max)};
        return false;
    }
    response_.body.append(bytes);
    return true;
}

Awaitable<HttpResult> CurlTransfer::run(Pool& blocking, TimePoint deadline) {
    // The first block before the first byte: a file that cannot be read does not even bother the server.
    if (file_ && file_->can_read() && !co_await read_file(blocking)) co_return std::unexpected(*failure_);
    made_progress();  // the clock of silence starts here
    multi_->add(easy_.get(), *this);
    while (!result_) {
        if (file_ && file_->can_read()) {
            if (!co_await read_file(blocking)) co_return std::unexpected(*failure_);
            if (std::exchange(is_waiting_for_file_, false)) curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
            continue;
        }
        const bool has_idle_limit = request_.idle_timeout.count() > 0;
        const TimePoint idle_deadline = has_idle_limit ? last_progress_ + request_.idle_timeout : TimePoint::max();
        const TimePoint now = std::chrono::steady_clock::now();
        if (now >= deadline)
            co_return timed_out(fmt::format("not finished within {} ms", request_.total_timeout.count()));
        if (now < idle_deadline)
            co_await wait_until(std::min(deadline, idle_deadline));
        else if (has_send_buffer_shrunk())
            made_progress();
        else
            co_return timed_out(fmt::format("silent for {} ms", request_.idle_timeout.count()));
    }
    if (failure_) co_return std::unexpected(*failure_);
    if (*result_ != CURLE_OK) co_return std::unexpected(failure_of(*result_));
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    co_return std::move(response_);
}

Awaitable<bool> CurlTransfer::read_file(Pool& blocking) {
    try {
        co_await file_->read_next(blocking);
        co_return true;
    } catch (const boost::system::system_error&) {
        throw;  // a cancel
    } catch (const std::runtime_error& error) {
        failure_ = HttpFailure{HttpFailure::Kind::kFile, error.what()};
    }
    co_return false;
}

Awaitable<void> CurlTransfer::wait_until(TimePoint deadline) {
    wake_.expires_at(deadline);
    // A wake-up ends the wait with operation_aborted, as a cancel of the coroutine does.
    co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
}

bool CurlTransfer::has_send_buffer_shrunk() {
    int bytes = 0;
    if (socket_ < 0 || ::ioctl(socket_, SIOCOUTQ, &bytes) != 0) return false;
    const auto before = std::exchange(send_buffer_bytes_, bytes);
    return before ? bytes < *before : bytes > 0;
}

std::string CurlTransfer::redirect_url() const {
    char* url = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &url);
    return url ? url : "";
}

HttpFailure CurlTransfer::failure_of(CURLcode result) const {
    using Kind = HttpFailure::Kind;
    const auto kind = [result] {
        switch (result) {
            case CURLE_COULDNT_CONNECT:
            case CURLE_COULDNT_RESOLVE_HOST:
                return Kind::kConnect;
            case CURLE_OPERATION_TIMEDOUT:
                return Kind::kTimeout;
            case CURLE_SSL_CONNECT_ERROR:
            case CURLE_PEER_FAILED_VERIFICATION:
            case CURLE_SSL_CERTPROBLEM:
            case CURLE_SSL_CIPHER:
                return Kind::kTls;
            case CURLE_GOT_NOTHING:
            case CURLE_PARTIAL_FILE:
            case CURLE_RECV_ERROR:
            case CURLE_SEND_ERROR:
                return Kind::kReset;
            case CURLE_URL_MALFORMAT:
                return Kind::kInvalidRequest;
            default:
                return Kind::kProtocol;
        }
    }();
    const char* text = error_text_[0] ? error_text_.data() : curl_easy_strerror(result);
    return {kind, to_valid_utf8(text)};
}

}  // namespace karmen::net
