#pragma once

#include <optional>
#include <string>
#include <vector>

namespace karmen::storage {

/// Column users.providers: an array of texts in PostgreSQL's notation, `{local,"other one"}`, which SQLite keeps as
/// text.
std::string to_text_array(const std::vector<std::string>& items);
/// Empty if the text is null or not such an array.
std::vector<std::string> from_text_array(const std::optional<std::string>& text);

}  // namespace karmen::storage
