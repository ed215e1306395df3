#pragma once

namespace karmen {

inline constexpr const char* kVersion = KARMEN_VERSION;
inline constexpr const char* kDocsUrl = "https://karmen.readthedocs.io";

}  // namespace karmen
