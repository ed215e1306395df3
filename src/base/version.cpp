#include "base/version.hpp"

namespace karmen {

const char* const kVersion = KARMEN_VERSION;

}  // namespace karmen
