#include "cli/output.hpp"

#include "api/json_text.hpp"
#include "base/characters.hpp"
#include "base/display.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace karmen::cli {

namespace {

constexpr std::size_t kGap = 2;

}  // namespace

void Table::add(std::vector<std::string> row) {
    std::ranges::transform(row, row.begin(), printable);
    rows_.push_back(std::move(row));
}

std::string Table::to_text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], count_characters(row[i]));
    std::string text;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += row[i] + std::string(widths[i] - count_characters(row[i]) + kGap, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

void print(const Table& table) {
    fmt::print("{}", table.to_text());
}

void print(const boost::json::array& array) {
    fmt::print("{}\n", api::to_text(array));
}

}  // namespace karmen::cli
