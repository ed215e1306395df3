#pragma once

#include "storage/statement.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::storage {

/// The values for a statement's parameters `names`, in their order: each by its name, only one alone needs none. Throws
/// Error(kInternal) with the text of the statement when one is missing, left over or given twice, and
/// Error(kInvalidInput) for a text with a NUL character: PostgreSQL would take what stands before it for the whole
/// text, and find another row than was meant. Points into `params`.
std::vector<const Param*> in_order(std::span<const Param> params, std::span<const std::string> names,
                                   std::string_view sql);

/// A statement for a database that counts its parameters.
struct NumberedSql {
    std::string text;
    std::vector<std::string> names;  ///< that of $1, of $2, …
};

/// Each `:name` becomes `$1`, `$2`, …, the same name the same number. What stands in quotes, in comments and behind
/// `::` is left as it is, as PostgreSQL reads them with standard_conforming_strings. A slice of an array needs blanks
/// around its colon.
NumberedSql to_numbered(std::string_view sql);

}  // namespace karmen::storage
