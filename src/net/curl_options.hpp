#pragma once

#include <curl/curl.h>

#include <new>

namespace karmen::net {

/// libcurl refuses a known option only if memory is exhausted.
inline void check_curl(CURLcode code) {
    if (code != CURLE_OK) throw std::bad_alloc();
}

template <class T>
void set_option(CURL* easy, CURLoption option, T value) {
    check_curl(curl_easy_setopt(easy, option, value));
}

}  // namespace karmen::net
