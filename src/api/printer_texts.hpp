#pragma once

#include "services/printers.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace karmen::api {

/// The JSON of the list of printers. The text of a printer is made once for each set of fields, and kept until its row,
/// its snapshot or its print is another one; only its age is written anew each time. Loop only.
class PrinterTexts {
  public:
    /// `prints`: whose print each printer shows; empty if no live data was asked for.
    std::string list(const services::PrinterList& list, services::PrinterFields fields,
                     std::span<const std::optional<services::ShownPrint>> prints);

  private:
    struct Text {
        std::shared_ptr<const PrinterSnapshot> snapshot;
        std::optional<services::ShownPrint> print;
        std::string json;           ///< with null as its age; empty: not made yet
        std::size_t until_age = 0;  ///< how many bytes stand before that null; all if there is none
    };
    struct Kept {
        std::shared_ptr<const std::vector<Printer>> printers;
        std::vector<Text> texts;  ///< of each printer
    };

    static Text made(const Printer& printer, services::PrinterFields fields,
                     std::shared_ptr<const PrinterSnapshot> snapshot, std::optional<services::ShownPrint> print);
    static void append(std::string& out, const Text& text, std::optional<std::chrono::milliseconds> age);

    std::array<Kept, 8> kept_;  ///< for each set of fields
};

}  // namespace karmen::api
