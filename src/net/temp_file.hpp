#pragma once

#include "base/file_descriptor.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

namespace karmen::net::testing {

/// For tests only: an open file without a name, with these bytes.
inline FileDescriptor temp_file(std::string_view bytes) {
    std::string path = ::testing::TempDir() + "karmen-XXXXXX";
    FileDescriptor file(::mkstemp(path.data()));
    ::unlink(path.c_str());
    while (!bytes.empty()) {
        const ssize_t n = ::write(file.get(), bytes.data(), bytes.size());
        if (n <= 0) throw std::runtime_error("the test's file cannot be written");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return file;
}

/// Bytes that differ from one place to the next, so that a lost or repeated block is seen.
inline std::string numbered_bytes(std::size_t size) {
    std::string bytes;
    bytes.reserve(size + 8);
    for (std::size_t i = 0; bytes.size() < size; ++i) bytes.append(std::to_string(i)).push_back('\n');
    bytes.resize(size);
    return bytes;
}

}  // namespace karmen::net::testing
