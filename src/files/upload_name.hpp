#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace karmen::files {

/// Names that only unfinished uploads have: safe_filename and parse_folder never give one that begins with a dot.
std::string new_upload_name();
bool is_upload_name(std::string_view filename);

/// Random, for a name that is taken already.
std::string new_upload_suffix();

/// Throws Error(kDiskFull) when the folder's disk has less.
void require_free_bytes(int folder, std::uint64_t wanted);

/// The error of the last system call as an Error: kDiskFull when the disk is full, else kInternal with `what` for the
/// log.
[[noreturn]] void throw_errno(const std::string& what);

}  // namespace karmen::files
