#include "base/error.hpp"

namespace karmen {

std::string_view to_word(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidInput:
            return "invalid_input";
        case ErrorCode::kMalformedBody:
            return "malformed_body";
        case ErrorCode::kMissingToken:
            return "missing_token";
        case ErrorCode::kInvalidToken:
            return "invalid_token";
        case ErrorCode::kExpiredToken:
            return "expired_token";
        case ErrorCode::kFreshTokenRequired:
            return "fresh_token_required";
        case ErrorCode::kRevokedToken:
            return "revoked_token";
        case ErrorCode::kWrongCredentials:
            return "wrong_credentials";
        case ErrorCode::kUserSuspended:
            return "user_suspended";
        case ErrorCode::kPasswordChangeRequired:
            return "password_change_required";
        case ErrorCode::kRoleRequired:
            return "role_required";
        case ErrorCode::kNotOwner:
            return "not_owner";
        case ErrorCode::kForbidden:
            return "forbidden";
        case ErrorCode::kNotFound:
            return "not_found";
        case ErrorCode::kUserNotFound:
            return "user_not_found";
        case ErrorCode::kTokenNotFound:
            return "token_not_found";
        case ErrorCode::kSessionNotFound:
            return "session_not_found";
        case ErrorCode::kPrinterNotFound:
            return "printer_not_found";
        case ErrorCode::kGcodeNotFound:
            return "gcode_not_found";
        case ErrorCode::kThumbnailNotFound:
            return "thumbnail_not_found";
        case ErrorCode::kThumbnailUnreadable:
            return "thumbnail_unreadable";
        case ErrorCode::kPrintJobNotFound:
            return "print_job_not_found";
        case ErrorCode::kTaskNotFound:
            return "task_not_found";
        case ErrorCode::kAppKeyNotFound:
            return "app_key_not_found";
        case ErrorCode::kWebcamNotAvailable:
            return "webcam_not_available";
        case ErrorCode::kMethodNotAllowed:
            return "method_not_allowed";
        case ErrorCode::kConflict:
            return "conflict";
        case ErrorCode::kPrinterNotOperational:
            return "printer_not_operational";
        case ErrorCode::kGcodeNotPrintable:
            return "gcode_not_printable";
        case ErrorCode::kPrinterRefused:
            return "printer_refused";
        case ErrorCode::kBodyTooLarge:
            return "body_too_large";
        case ErrorCode::kHeaderTooLarge:
            return "header_too_large";
        case ErrorCode::kRangeNotSatisfiable:
            return "range_not_satisfiable";
        case ErrorCode::kRequestTimeout:
            return "request_timeout";
        case ErrorCode::kUnsupportedMediaType:
            return "unsupported_media_type";
        case ErrorCode::kExpectationFailed:
            return "expectation_failed";
        case ErrorCode::kTooManyRequests:
            return "too_many_requests";
        case ErrorCode::kTaskNotStarted:
            return "task_not_started";
        case ErrorCode::kPrinterFailed:
            return "printer_failed";
        case ErrorCode::kWebcamFailed:
            return "webcam_failed";
        case ErrorCode::kInternal:
            return "internal";
        case ErrorCode::kNotImplemented:
            return "not_implemented";
        case ErrorCode::kOverloaded:
            return "overloaded";
        case ErrorCode::kStorageUnavailable:
            return "storage_unavailable";
        case ErrorCode::kServiceUnavailable:
            return "service_unavailable";
        case ErrorCode::kNotReady:
            return "not_ready";
        case ErrorCode::kDiskFull:
            return "disk_full";
        case ErrorCode::kQuotaExceeded:
            return "quota_exceeded";
    }
    return "internal";
}

Error Error::of_fields(ErrorCode code, std::vector<FieldError> fields) {
    std::string text;
    for (const FieldError& field : fields) {
        if (!text.empty()) text += "; ";
        text += field.pointer.empty() ? field.message : field.pointer.substr(1) + ": " + field.message;
    }
    Error error(code, PublicMessage{std::move(text)});
    error.fields_ = std::move(fields);
    return error;
}

Error Error::invalid(std::vector<FieldError> fields) {
    return of_fields(ErrorCode::kInvalidInput, std::move(fields));
}

Error Error::not_ready(std::vector<FieldError> problems) {
    return of_fields(ErrorCode::kNotReady, std::move(problems));
}

Error Error::invalid(std::string pointer, std::string message) {
    return invalid(std::vector<FieldError>{{std::move(pointer), std::move(message)}});
}

const char* Error::what() const noexcept {
    if (detail_.empty()) return message_.c_str();
    try {
        what_ = message_ + " (" + detail_ + ")";
        return what_.c_str();
    } catch (...) {
        return message_.c_str();
    }
}

}  // namespace karmen
