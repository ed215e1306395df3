#pragma once

#include "api/route.hpp"

namespace karmen::api {

/// Who sends the form. A slicer sends it as to an OctoPrint: with `print`, with `path` and `print` in the address
/// instead, with folders before the file's name, and again when it has not heard the answer.
enum class UploadForm { kLibrary, kSlicer };

/// A file that came in a form, stored and listed.
struct StoredUpload {
    Gcode gcode;
    bool wants_print = false;  ///< what `print` says, where it is read
};

/// Reads a multipart form with `file` and optionally `path` and `print`, in any order; of several the first counts. The
/// file is streamed into the store. Throws Error: kInvalidInput, kMalformedBody, kUnsupportedMediaType, kBodyTooLarge,
/// kDiskFull, kQuotaExceeded.
Awaitable<StoredUpload> store_upload(const Services& services, Call& call, UploadForm from);

}  // namespace karmen::api
