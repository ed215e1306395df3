#include "redis/script.hpp"

#include "base/digest.hpp"

namespace karmen::redis {

Script::Script(std::string_view source_in) : source(source_in), sha1(sha1_of(source_in)) {}

}  // namespace karmen::redis
