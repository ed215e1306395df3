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

/// Gives a file its last name; false: the name is taken. Throws as throw_errno.
bool move_to_free_name(int from_folder, const char* from, int to_folder, const char* to);
/// The same on file systems that cannot do it in one step, such as NFS: for a moment the file has both names.
bool link_to_free_name(int from_folder, const char* from, int to_folder, const char* to);

/// The error of the last system call as an Error: kDiskFull when the disk is full, kOverloaded when too many files
/// are open, else kInternal with `what` for the log.
[[noreturn]] void throw_errno(const std::string& what);

}  // namespace karmen::files
