#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace karmen::api {

/// Which query parameters an operation takes.
enum class QueryFacts { kNone, kPrinterFields, kList, kEventPosition, kSnapshotWidth, kThumbnailSize, kSlicerUpload };

/// One way in which an operation succeeds. Without a schema the answer has no body.
struct AnswerFacts {
    unsigned status = 200;
    std::string_view schema = {};
    std::string_view media_type = "application/json";
    std::vector<std::string_view> headers = {};  ///< names that openapi_parts.cpp describes
};

/// Whether a body is read, or only taken because clients send one.
enum class BodyUse { kRead, kIgnored };

struct BodyFacts {
    std::string_view schema = {};
    std::string_view media_type = "application/json";
    BodyUse use = BodyUse::kRead;

    bool is_read() const { return !schema.empty() && use == BodyUse::kRead; }
};

/// How a form with a file is read.
inline constexpr std::string_view kOperators = "Administrators may, and the user whose print is running there.";

inline constexpr std::string_view kUpload =
    "Of fields with the same name the first counts; others than these are ignored. A name of the file that is "
    "not UTF-8 is read as ISO 8859-1. A file that cannot be analysed is stored all the same: `analysis.error` says "
    "why.";

inline constexpr std::string_view kSlicerUpload =
    "As for POST /gcodes. Besides, the file's name may begin with folders, below `path`. A printer that cannot begin a "
    "print now, or does not take files of this format, makes no error: the file is stored, and `effectivePrint` is "
    "false. Who uploads the same bytes under the "
    "same name once more gets the file that is there.";

/// What the document cannot take from the row of the route: errors here are those beyond what follows from it.
struct OperationFacts {
    std::string_view method;
    std::string path;
    std::vector<AnswerFacts> answers;
    BodyFacts body;
    QueryFacts query = QueryFacts::kNone;
    std::vector<ErrorCode> errors;
    std::string_view note;  ///< what else a reader must know
};

/// One for each row of routes.cpp; a test holds the two together.
std::vector<OperationFacts> operation_facts();

/// Those of /octoprint-emulator.
std::vector<OperationFacts> emulator_facts();

}  // namespace karmen::api
