#pragma once

#include <string_view>
#include <vector>

namespace karmen::api {

/// Which query parameters an operation takes.
enum class QueryFacts {
    kNone,
    kPrinterFields,
    kPrinterList,
    kList,
    kEventPosition,
    kSnapshotWidth,
    kThumbnailSize,
    kSlicerUpload
};

/// One way in which an operation succeeds. Without a schema the answer has no body.
struct AnswerFacts {
    unsigned status = 200;
    std::string_view schema = {};
    std::string_view media_type = "application/json";
    std::vector<std::string_view> headers = {};  ///< names that openapi/parts.cpp describes
};

/// Whether a body is read, or accepted and ignored because clients send one.
enum class BodyUse { kRead, kIgnored };

struct BodyFacts {
    std::string_view schema = {};
    std::string_view media_type = "application/json";
    BodyUse use = BodyUse::kRead;

    bool is_read() const { return !schema.empty() && use == BodyUse::kRead; }
};

// Notes of more than one operation:
inline constexpr std::string_view kOperators = "Administrators may, and the user whose print is running there.";
inline constexpr std::string_view kOwners = "Owners may, and administrators.";

}  // namespace karmen::api
