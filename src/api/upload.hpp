#pragma once

#include "api/route.hpp"

namespace karmen::api {

/// Who sends the form. A slicer sends it as to an OctoPrint: with `print`, or with `path` and `print` in the address,
/// with folders before the file's name, and again if it got no answer.
enum class UploadForm { kLibrary, kSlicer };

/// An uploaded file, stored and listed.
struct StoredUpload {
    Gcode gcode;
    bool wants_print = false;  ///< the value of `print`, for forms that have it
};

/// Reads a multipart form with `file` and optionally `path` and `print`, in any order; if a field occurs twice, the
/// first one counts. The file is streamed into the store. Throws Error: kInvalidInput, kMalformedBody,
/// kUnsupportedMediaType, kBodyTooLarge, kDiskFull, kQuotaExceeded.
Awaitable<StoredUpload> store_upload(const Services& services, Call& call, UploadForm from);

}  // namespace karmen::api
