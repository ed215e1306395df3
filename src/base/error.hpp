#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace karmen {

/// Every way a request can fail. `to_word` gives the stable word that clients see; http/problem.cpp gives each its HTTP
/// status.
enum class ErrorCode {
    kInvalidInput,   ///< a member is missing, of the wrong type or out of range
    kMalformedBody,  ///< not JSON by content type, or not JSON at all, or broken multipart
    kMissingToken,   ///< no Authorization header
    kInvalidToken,   ///< malformed, wrong signature, wrong type
    kExpiredToken,
    kFreshTokenRequired,
    kRevokedToken,
    kWrongCredentials,
    kUserSuspended,
    kPasswordChangeRequired,
    kRoleRequired,
    kNotOwner,
    kForbidden,  ///< the slicer's endpoint: no usable API key
    kNotFound,   ///< no such route
    kUserNotFound,
    kTokenNotFound,
    kSessionNotFound,
    kPrinterNotFound,
    kGcodeNotFound,
    kThumbnailNotFound,    ///< the file has no picture, or no picture of this size
    kThumbnailUnreadable,  ///< the file claims to have a picture, but it cannot be read
    kPrintJobNotFound,
    kTaskNotFound,
    kAppKeyNotFound,      ///< no request for an application key has this id
    kWebcamNotAvailable,  ///< the printer has no webcam, or one that Karmen must not connect to
    kMethodNotAllowed,
    kConflict,  ///< exists already, or may not be changed that way
    kPrinterNotOperational,
    kGcodeNotPrintable,  ///< printers of that kind do not take files of this format
    kPrinterRefused,     ///< the printer refused a command that its state does not allow
    kBodyTooLarge,
    kHeaderTooLarge,
    kRequestTimeout,
    kRangeNotSatisfiable,
    kUnsupportedMediaType,
    kExpectationFailed,  ///< an Expect header other than 100-continue
    kTooManyRequests,
    kTaskNotStarted,
    kPrinterFailed,  ///< the printer did not do what it should, or could not be reached
    kWebcamFailed,   ///< the webcam cannot be reached, or sends no pictures
    kInternal,
    kNotImplemented,
    kOverloaded,          ///< a queue or a limit is full: try again later
    kStorageUnavailable,  ///< the database does not answer
    kServiceUnavailable,  ///< Redis does not answer
    kNotReady,            ///< this process cannot do its work now; the fields say why
    kDiskFull,
    kQuotaExceeded,  ///< the user's files have reached their quota
};

/// The stable word of the code, such as `printer_not_found`.
std::string_view to_word(ErrorCode code);

/// What a client may read. A type of its own, so that it cannot be swapped with what only the log may hold.
struct PublicMessage {
    std::string text;
};

/// What only the log may hold: paths, SQL errors, a printer's raw answer. Never a secret.
struct LogDetail {
    std::string text;
};

/// One bad member of a request body, or one part of the server that does not work. `pointer` is a JSON pointer (RFC
/// 6901) such as `/printer`.
struct FieldError {
    std::string pointer;
    std::string message;
};

/// A request that failed. Thrown by services and handlers; becomes a problem body in http/problem.cpp. Expected states
/// (a printer that is offline) are values, not errors.
class Error : public std::exception {
  public:
    Error(ErrorCode code, PublicMessage message, LogDetail detail = {})
        : code_(code), message_(std::move(message.text)), detail_(std::move(detail.text)) {}

    static Error invalid(std::vector<FieldError> fields);
    static Error invalid(std::string pointer, std::string message);
    static Error not_ready(std::vector<FieldError> problems);

    ErrorCode code() const { return code_; }
    const std::string& message() const { return message_; }
    const std::string& detail() const { return detail_; }
    const std::vector<FieldError>& fields() const { return fields_; }

    /// Seconds after which a client may try again (`Retry-After`); 0 if the answer does not say.
    int retry_after_s() const { return retry_after_s_; }
    Error&& with_retry_after(int seconds) && {
        retry_after_s_ = seconds;
        return std::move(*this);
    }

    /// For logs: the message and the detail.
    const char* what() const noexcept override;

  private:
    static Error of_fields(ErrorCode code, std::vector<FieldError> fields);

    ErrorCode code_;
    std::string message_;
    std::string detail_;
    std::vector<FieldError> fields_;
    int retry_after_s_ = 0;
    mutable std::string what_;
};

}  // namespace karmen
