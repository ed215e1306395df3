#include "http/problem.hpp"

#include "http/status_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace karmen::http {
namespace {

/// Every 503 carries Retry-After; this is the value if the error does not set one.
constexpr int kUnavailableRetryAfterS = 1;

}  // namespace

unsigned status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidInput:
        case ErrorCode::kMalformedBody:
            return 400;
        case ErrorCode::kMissingToken:
        case ErrorCode::kExpiredToken:
        case ErrorCode::kFreshTokenRequired:
        case ErrorCode::kRevokedToken:
        case ErrorCode::kWrongCredentials:
        case ErrorCode::kUserSuspended:
        case ErrorCode::kPasswordChangeRequired:
        case ErrorCode::kRoleRequired:
        case ErrorCode::kNotOwner:
            return 401;
        case ErrorCode::kForbidden:
            return 403;
        case ErrorCode::kNotFound:
        case ErrorCode::kUserNotFound:
        case ErrorCode::kTokenNotFound:
        case ErrorCode::kSessionNotFound:
        case ErrorCode::kPrinterNotFound:
        case ErrorCode::kGcodeNotFound:
        case ErrorCode::kThumbnailNotFound:
        case ErrorCode::kThumbnailUnreadable:
        case ErrorCode::kPrintJobNotFound:
        case ErrorCode::kTaskNotFound:
        case ErrorCode::kAppKeyNotFound:
        case ErrorCode::kWebcamNotAvailable:
            return 404;
        case ErrorCode::kMethodNotAllowed:
            return 405;
        case ErrorCode::kRangeNotSatisfiable:
            return 416;
        case ErrorCode::kRequestTimeout:
            return 408;
        case ErrorCode::kConflict:
        case ErrorCode::kPrinterNotOperational:
        case ErrorCode::kGcodeNotPrintable:
        case ErrorCode::kPrinterRefused:
            return 409;
        case ErrorCode::kBodyTooLarge:
            return 413;
        case ErrorCode::kUnsupportedMediaType:
            return 415;
        case ErrorCode::kExpectationFailed:
            return 417;
        case ErrorCode::kInvalidToken:
            return 422;
        case ErrorCode::kTooManyRequests:
            return 429;
        case ErrorCode::kHeaderTooLarge:
            return 431;
        case ErrorCode::kTaskNotStarted:
        case ErrorCode::kPrinterFailed:
        case ErrorCode::kInternal:
            return 500;
        case ErrorCode::kNotImplemented:
            return 501;
        case ErrorCode::kWebcamFailed:
            return 502;
        case ErrorCode::kOverloaded:
        case ErrorCode::kStorageUnavailable:
        case ErrorCode::kServiceUnavailable:
        case ErrorCode::kNotReady:
            return 503;
        case ErrorCode::kDiskFull:
        case ErrorCode::kQuotaExceeded:
            return 507;
    }
    return 500;
}

Response problem_response(const Error& error, const std::string& request_id) {
    const unsigned status = status_of(error.code());
    boost::json::object body{{"type", "about:blank"},      {"title", status_text(status)},
                             {"status", status},           {"detail", error.message()},
                             {"message", error.message()}, {"code", to_word(error.code())},
                             {"request_id", request_id}};
    if (!error.fields().empty()) {
        boost::json::array errors;
        for (const FieldError& field : error.fields())
            errors.push_back(boost::json::object{{"pointer", field.pointer}, {"message", field.message}});
        body.emplace("errors", std::move(errors));
    }
    Response response = Response::text(status, "application/problem+json", boost::json::serialize(body));
    // RFC 9110 §15.5.2 asks for the challenge; the Bearer scheme does not make browsers ask for a password.
    if (status == 401) response.headers.add("WWW-Authenticate", "Bearer");
    const int retry_after_s =
        status == 503 ? std::max(error.retry_after_s(), kUnavailableRetryAfterS) : error.retry_after_s();
    if (retry_after_s > 0) response.headers.add("Retry-After", std::to_string(retry_after_s));
    return response;
}

}  // namespace karmen::http
