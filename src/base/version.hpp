#pragma once

namespace karmen {

/// Of this program, as CMakeLists.txt has it. Only version.cpp is compiled anew when it changes.
extern const char* const kVersion;
inline constexpr const char* kDocsUrl = "https://karmen.readthedocs.io";

}  // namespace karmen
