#include "files/seekable.hpp"

#include "files/upload_name.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace karmen::files {

namespace {

std::size_t read_at(int file, std::uint64_t offset, std::span<char> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto at = static_cast<off_t>(offset + done);
        const ssize_t count = ::pread(file, into.data() + done, into.size() - done, at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_errno("read a stored file");
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

}  // namespace

gcode::SeekableFile seekable(const FileDescriptor& file, std::uint64_t size_bytes) {
    return {.size_bytes = size_bytes,
            .read_at = [file = file.get(), size_bytes](std::uint64_t offset, std::span<char> into) {
                const std::uint64_t left = offset < size_bytes ? size_bytes - offset : 0;
                return read_at(file, offset, into.first(std::min<std::uint64_t>(left, into.size())));
            }};
}

}  // namespace karmen::files
