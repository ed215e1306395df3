#include "api/printer_texts.hpp"

#include "api/printer_json.hpp"
#include "base/described_text.hpp"

#include <string_view>
#include <utility>

namespace karmen::api {

namespace {

/// The age where a text has none. Inside of texts quotes are escaped, and behind the age stand only heaters, which are
/// objects, and known members: so the last one in the text is the age.
constexpr std::string_view kNoAge = R"("age_s":null)";
constexpr std::size_t kNullBytes = 4;
constexpr std::size_t kAgeBytes = 16;  ///< a guess for the size of the answer

std::size_t index_of(services::PrinterFields fields) {
    return (fields.status ? 1U : 0U) + (fields.webcam ? 2U : 0U) + (fields.job ? 4U : 0U);
}

}  // namespace

PrinterTexts::Text PrinterTexts::made(const Printer& printer, services::PrinterFields fields,
                                      std::shared_ptr<const PrinterSnapshot> snapshot,
                                      std::optional<services::ShownPrint> print) {
    services::PrinterView view{.printer = printer, .fields = fields, .print = print};
    if (snapshot) view.snapshot = *snapshot;
    Text text{.snapshot = std::move(snapshot), .print = print};
    karmen::write_json(text.json, view);
    const std::size_t found = fields.status ? text.json.rfind(kNoAge) : std::string::npos;
    text.until_age = found == std::string::npos ? text.json.size() : found + kNoAge.size() - kNullBytes;
    return text;
}

std::string PrinterTexts::list(const services::PrinterList& list, services::PrinterFields fields,
                               std::span<const std::optional<services::ShownPrint>> prints) {
    const std::vector<Printer>& printers = *list.printers;
    Kept& kept = kept_.at(index_of(fields));
    if (kept.printers != list.printers) kept = {.printers = list.printers, .texts = std::vector<Text>(printers.size())};
    std::size_t bytes = 16;
    for (std::size_t i = 0; i < printers.size(); ++i) {
        Text& text = kept.texts[i];
        auto snapshot = fields.any() ? list.known[i].snapshot : nullptr;
        const auto print = fields.any() ? prints[i] : std::nullopt;
        if (text.json.empty() || text.snapshot != snapshot || text.print != print)
            text = made(printers[i], fields, std::move(snapshot), print);
        bytes += text.json.size() + kAgeBytes;
    }
    std::string out;
    out.reserve(bytes);
    out = R"({"items":[)";
    for (std::size_t i = 0; i < printers.size(); ++i) {
        if (i > 0) out += ',';
        append(out, kept.texts[i], fields.any() ? list.known[i].age : std::nullopt);
    }
    out += "]}";
    return out;
}

void PrinterTexts::append(std::string& out, const Text& text, std::optional<std::chrono::milliseconds> age) {
    const std::string_view json = text.json;
    if (!age || text.until_age == json.size()) {
        out += json;
        return;
    }
    out += json.substr(0, text.until_age);
    karmen::write_json(out, age_in_seconds(age));
    out += json.substr(text.until_age + kNullBytes);
}

}  // namespace karmen::api
