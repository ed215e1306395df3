#pragma once

#include "api/route.hpp"

namespace karmen::api {

/// A file that came in a form, stored and listed.
struct StoredUpload {
    Gcode gcode;
    bool wants_print = false;  ///< what the form's field `print` says
};

/// Reads a multipart form with `file` and optionally `path` and `print`, in any order; of several the first counts. The
/// file is streamed into the store. Throws Error: kInvalidInput, kMalformedBody, kUnsupportedMediaType, kBodyTooLarge,
/// kDiskFull.
Awaitable<StoredUpload> store_upload(const Services& services, Call& call);

}  // namespace karmen::api
