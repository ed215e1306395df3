#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace karmen::files {

/// A name for an unfinished upload. It begins with a dot, which names from safe_filename and parse_folder never do.
std::string new_upload_name();
bool is_upload_name(std::string_view filename);

/// A random suffix, for a name that is taken already.
std::string new_upload_suffix();

/// Throws Error(kDiskFull) if the folder's disk has fewer free bytes.
void require_free_bytes(int folder, std::uint64_t wanted);

/// Gives a file its final name; false if the name is taken. Throws as throw_errno.
bool move_to_free_name(int from_folder, const char* from, int to_folder, const char* to);
/// The same on file systems that cannot do it in one step, such as NFS: for a moment the file has both names.
bool link_to_free_name(int from_folder, const char* from, int to_folder, const char* to);

/// Throws the error of the last system call as an Error: kDiskFull if the disk is full, kOverloaded if too many files
/// are open, else kInternal with `what` for the log.
[[noreturn]] void throw_errno(const std::string& what);

}  // namespace karmen::files
