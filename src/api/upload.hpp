#pragma once

#include "api/route.hpp"

namespace karmen::api {

/// What a form's field `print` is to the route that takes the form.
enum class PrintField { kIgnored, kRead };

/// A file that came in a form, stored and listed.
struct StoredUpload {
    Gcode gcode;
    bool wants_print = false;  ///< what the form's field `print` says, where it is read
};

/// Reads a multipart form with `file` and optionally `path` and `print`, in any order; of several the first counts. The
/// file is streamed into the store. Throws Error: kInvalidInput, kMalformedBody, kUnsupportedMediaType, kBodyTooLarge,
/// kDiskFull.
Awaitable<StoredUpload> store_upload(const Services& services, Call& call, PrintField print);

}  // namespace karmen::api
