#include "api/printer_texts.hpp"

#include "api/json_text.hpp"
#include "api/printer_json.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace karmen::api {
namespace {

using namespace std::chrono_literals;
using services::PrinterFields;
using services::PrinterList;
using services::ShownPrint;

/// Everything that a printer can have, and texts that look like what is searched for.
Printer full_printer() {
    Printer printer{.host = "10.0.0.1", .name = R"("age_s":null)", .hostname = "one.local"};
    printer.client = {.connected = true, .access_level = AccessLevel::kUnlocked, .api_key = "0123456789"};
    printer.props = PrinterProps{{"age_s", {}}, {"bed_type", "PEI"}, {"tool0_diameter", 0.4}};
    return printer;
}
std::shared_ptr<const PrinterSnapshot> full_snapshot() {
    return std::make_shared<const PrinterSnapshot>(
        PrinterSnapshot{.status = {.state = PrinterState::kPrinting,
                                   .text = R"(Printing "age_s":null)",
                                   .temperature = {{"age_s", {.actual = 60.5}}, {"bed", {.target = 60, .offset = 1}}}},
                        .webcam = {.message = "OK", .stream = WebcamStream{.address = {.url = "http://camera/"}}},
                        .job = PrinterJob{.name = R"("age_s":null)", .completion = 50.25},
                        .since = Timestamp(1s)});
}

class PrinterTextsTest : public testing::Test {
  protected:
    /// As the tree of the description gives it.
    std::string expected(PrinterFields fields) const {
        boost::json::array items;
        for (std::size_t i = 0; i < list.printers->size(); ++i) {
            services::PrinterView view{.printer = (*list.printers)[i], .fields = fields};
            if (fields.any()) view.snapshot = list.known[i].with_age();
            if (fields.any()) view.print = prints[i];
            items.emplace_back(to_described_json(view));
        }
        return to_text(boost::json::object{{"items", std::move(items)}});
    }
    void check(PrinterFields fields) {
        PrinterList shown = list;
        if (!fields.any()) shown.known.clear();
        EXPECT_EQ(texts.list(shown, fields, fields.any() ? prints : Prints{}), expected(fields));
    }

    using Prints = std::vector<std::optional<ShownPrint>>;
    PrinterList list{
        .printers = std::make_shared<const std::vector<Printer>>(std::vector{full_printer(), Printer{.host = "b"}}),
        .known = {{full_snapshot(), 1234ms}, {std::make_shared<const PrinterSnapshot>(), std::nullopt}}};
    Prints prints{ShownPrint{7}, std::nullopt};
    PrinterTexts texts;
};

TEST_F(PrinterTextsTest, AreTheTextOfTheDescriptionForEachSetOfFields) {
    for (const bool status : {false, true})
        for (const bool webcam : {false, true})
            for (const bool job : {false, true}) check({.status = status, .webcam = webcam, .job = job});
}

TEST_F(PrinterTextsTest, FollowWhateverChanges) {
    check(PrinterFields::all());
    list.known[0].age = 61s;
    check(PrinterFields::all());
    list.known[0].age = std::nullopt;
    check(PrinterFields::all());
    list.known[1] = {full_snapshot(), 0ms};
    check(PrinterFields::all());
    prints = {ShownPrint{}, ShownPrint{8}};
    check(PrinterFields::all());
    auto printers = *list.printers;
    printers[1].name = "another";
    list.printers = std::make_shared<const std::vector<Printer>>(printers);
    check(PrinterFields::all());
    check({});
    printers.pop_back();
    list.printers = std::make_shared<const std::vector<Printer>>(printers);
    list.known.pop_back();
    check(PrinterFields::all());
    check({});
    list = {.printers = std::make_shared<const std::vector<Printer>>(), .known = {}};
    prints.clear();
    check(PrinterFields::all());
}

}  // namespace
}  // namespace karmen::api
