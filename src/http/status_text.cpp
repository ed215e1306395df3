#include "http/status_text.hpp"

// clang-format off
#include <ostream>  // first, since status.hpp forgets it
#include <boost/beast/http/status.hpp>
// clang-format on

namespace karmen::http {

std::string_view status_text(unsigned status) {
    return boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
}

}  // namespace karmen::http
