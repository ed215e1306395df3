#include "net/curl_exchange.hpp"

#include "base/text.hpp"
#include "net/curl_options.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <new>
#include <regex>
#include <utility>

namespace karmen::net {

namespace {

/// Messages of libcurl contain milliseconds and bytes. But the reason that people and followers of a printer see must
/// be the same each time that the same failure happens.
std::string without_measurements(const std::string& text) {
    static const std::regex measured(" after [0-9]+ (ms|milliseconds)( with .*? bytes received)?");
    return std::regex_replace(text, measured, "");
}

}  // namespace

CurlExchange::CurlExchange(std::shared_ptr<CurlMulti> multi, const HttpClientOptions& options,
                           const HttpRequest& request, const std::string& url)
    : multi_(std::move(multi)),
      trust_(request.tls_fingerprint),
      easy_(curl_easy_init()),
      header_bytes_max_(options.header_bytes_max),
      last_progress_(std::chrono::steady_clock::now()),
      wake_(multi_->executor()) {
    if (!easy_) throw std::bad_alloc();
    set_option(easy(), CURLOPT_URL, url.c_str());
    set_defaults(options, request);
}

CurlExchange::~CurlExchange() {
    leave();
}

void CurlExchange::set_defaults(const HttpClientOptions& options, const HttpRequest& request) {
    CURL* easy = easy_.get();
    set_option(easy, CURLOPT_NOSIGNAL, 1L);
    set_option(easy, CURLOPT_ERRORBUFFER, error_text_.data());
    set_option(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set_option(easy, CURLOPT_PROXY, "");  // also if the environment names a proxy
    set_option(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set_option(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    if (!request.user.empty() || !request.password.empty()) {
        set_option(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        set_option(easy, CURLOPT_USERNAME, request.user.c_str());
        set_option(easy, CURLOPT_PASSWORD, request.password.c_str());
    }
    trust_.apply(easy);
    // It replaces the machine's file of authorities; the machine's directory of authorities still counts.
    if (!options.ca_file.empty()) set_option(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    // 0 would mean libcurl's default of 300 s, so the largest value is used for "no limit".
    const auto connect_ms = request.connect_timeout.count();
    set_option(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? static_cast<long>(connect_ms) : 0x7fffffffL);
    set_option(easy, CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
    set_option(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
    set_option(easy, CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
    set_option(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
}

void CurlExchange::set_headers(const HttpHeaders& headers, std::initializer_list<const char*> more_lines) {
    const auto append = [this](const char* line) {
        curl_slist* longer = curl_slist_append(headers_.get(), line);
        if (!longer) throw std::bad_alloc();
        static_cast<void>(headers_.release());
        headers_.reset(longer);
    };
    // libcurl expects `Name;` for a header without a value; `Name:` would remove the header.
    for (const auto& [name, value] : headers) append((value.empty() ? name + ";" : name + ": " + value).c_str());
    for (const char* line : more_lines) append(line);
    set_option(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
}

std::size_t CurlExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<CurlExchange*>(self)->take_header({data, size * count}) ? size * count : 0;
}

std::size_t CurlExchange::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    if (size * count == 0) return 0;
    switch (static_cast<CurlExchange*>(self)->take_body({data, size * count})) {
        case BodyOutcome::kTaken:
            return size * count;
        case BodyOutcome::kPause:
            return CURL_WRITEFUNC_PAUSE;
        case BodyOutcome::kRefused:
            break;
    }
    return 0;
}

void CurlExchange::on_finished(CURLcode result) {
    result_ = result;
    wake();
}

bool CurlExchange::take_header(std::string_view line) {
    made_progress();
    header_bytes_ += line.size();
    if (header_bytes_ > header_bytes_max_) {
        failure_ = HttpFailure{HttpFailure::Kind::kTooLarge,
                               fmt::format("the header is larger than {} bytes", header_bytes_max_)};
        return false;
    }
    if (line == "\r\n" || line == "\n") {
        long status = 0;
        curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
        response_.status = static_cast<int>(status);
        if (status >= 200) on_header_end();
        return true;
    }
    if (line.starts_with("HTTP/")) response_.headers.clear();  // what came before was a 1xx answer
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
    response_.headers.emplace_back(line.substr(0, colon), trim(value));
    return true;
}

Awaitable<void> CurlExchange::wait_until(TimePoint deadline) {
    wake_.expires_at(deadline);
    // A wake-up ends the wait with operation_aborted, as a cancel of the coroutine does.
    co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
}

std::string CurlExchange::redirect_url() const {
    char* url = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &url);
    return url ? url : "";
}

std::optional<HttpFailure> CurlExchange::failure() const {
    if (failure_) return failure_;
    if (result_ && *result_ != CURLE_OK) return failure_of(*result_);
    return std::nullopt;
}

HttpFailure CurlExchange::failure_of(CURLcode result) const {
    using Kind = HttpFailure::Kind;
    if (trust_.has_refused())
        return {Kind::kTls, "the certificate is not the pinned one: " + trust_.shown_certificate()};
    const auto kind = [result] {
        switch (result) {
            case CURLE_COULDNT_CONNECT:
                return Kind::kConnect;
            case CURLE_COULDNT_RESOLVE_HOST:
                return Kind::kResolve;
            case CURLE_OPERATION_TIMEDOUT:
                return Kind::kTimeout;
            case CURLE_SSL_CONNECT_ERROR:
            case CURLE_PEER_FAILED_VERIFICATION:
            case CURLE_SSL_CERTPROBLEM:
            case CURLE_SSL_CACERT_BADFILE:
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
    const std::string certificate = kind == Kind::kTls ? trust_.shown_certificate() : std::string();
    return {kind, without_measurements(to_valid_utf8(text)) + (certificate.empty() ? "" : ": " + certificate)};
}

}  // namespace karmen::net
