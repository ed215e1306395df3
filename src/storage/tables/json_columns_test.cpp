#include "storage/tables/json_columns.hpp"

#include "storage/tables/text_array.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

const std::vector<std::optional<std::string>> kOddTexts{
    std::nullopt, "", "null", "{", "[]", "[[1,2]]", "5", "\"x\"", "{}x", std::string(5000, '['), "{\"a\":\"\xFF\"}"};

PrinterClient sample_client() {
    return {"octoprint", {"0.1", "1.8.6", "OctoPrint 1.8.6"}, true, AccessLevel::kReadOnly, "0123456789ABCDEF"};
}

TEST(JsonColumns, KeepThePrinterClientInItsOldShape) {
    const std::string text = client_props_to_json(sample_client());
    EXPECT_EQ(text, R"({"version":{"api":"0.1","server":"1.8.6","text":"OctoPrint 1.8.6"},"connected":true,)"
                    R"("access_level":"read_only","api_key":"0123456789ABCDEF"})");
    EXPECT_EQ(client_from_json("octoprint", text), sample_client());
    EXPECT_EQ(client_from_json("octoprint", client_props_to_json(PrinterClient{})), PrinterClient{});
}

TEST(JsonColumns, ReadOddPrinterClients) {
    for (const auto& text : kOddTexts)
        EXPECT_EQ(client_from_json("octoprint", text), PrinterClient{}) << text.value_or("null");
    const PrinterClient odd =
        client_from_json("", R"({"version":[],"connected":1,"access_level":"uknown","api_key":5,"more":{}})");
    EXPECT_EQ(odd, PrinterClient{});
    EXPECT_EQ(client_from_json("", R"({"version":{"api":1,"text":"T"},"access_level":"unlocked"})"),
              (PrinterClient{"octoprint", {"", "", "T"}, false, AccessLevel::kUnlocked, std::nullopt}));
}

TEST(JsonColumns, KeepPrinterProps) {
    EXPECT_EQ(printer_props_to_json(std::nullopt), std::nullopt);
    const PrinterProps props{{"bed_type", std::string("glass")},
                             {"tool0_diameter", 0.4},
                             {"filament_type", std::monostate{}},
                             {"filament_color", std::int64_t{7}},
                             {"x", true}};
    EXPECT_EQ(printer_props_from_json(printer_props_to_json(props)), props);
    EXPECT_EQ(printer_props_from_json(printer_props_to_json(PrinterProps{})), PrinterProps{});
    EXPECT_EQ(printer_props_from_json(R"({"a":{"b":1},"c":[1],"d":"kept"})"),
              (PrinterProps{{"d", std::string("kept")}}));
    for (const auto& text : kOddTexts) EXPECT_EQ(printer_props_from_json(text), std::nullopt) << text.value_or("null");
}

TEST(JsonColumns, KeepAnalyses) {
    GcodeAnalysis analysis;
    EXPECT_EQ(analysis_from_json(analysis_to_json(analysis)), analysis);
    analysis.filament = {94.7, 0.2, "PLA"};
    analysis.temperatures = {60.0, 60.0, 215.0, 210.5};
    analysis.time = {193.0};
    analysis.slicer = "PrusaSlicer 2.0.0+linux64";
    EXPECT_EQ(analysis_from_json(analysis_to_json(analysis)), analysis);
    EXPECT_EQ(analysis_from_json("{}"), std::nullopt) << "0.0.13 had not analysed it";
    for (const auto& text : kOddTexts) EXPECT_EQ(analysis_from_json(text), std::nullopt) << text.value_or("null");

    GcodeAnalysis partial;
    partial.slicer = "Cura";
    partial.time.estimate_s = 160;
    EXPECT_EQ(analysis_from_json(R"({"filament":{},"temperatures":"hot","time":{"estimate_s":160},"slicer":"Cura"})"),
              partial);
    EXPECT_EQ(analysis_from_json(R"({"slicer":"Cura","time":{"estimate_s":160},"tools":{},"layer_count":"x"})"),
              partial);
    partial.tools = {{.index = 0}};
    EXPECT_EQ(analysis_from_json(R"({"slicer":"Cura","time":{"estimate_s":160},"tools":[5,{"index":"x"}]})"), partial);
}

TEST(JsonColumns, KeepWherePicturesStand) {
    EXPECT_EQ(thumbnails_to_json({}), std::nullopt);
    const std::vector<Thumbnail> thumbnails{
        {.width = 16, .height = 12, .offset = 5'000'000'000, .length = 400},
        {.width = 1, .height = 2, .format = Thumbnail::Format::kQoi, .encoding = Thumbnail::Encoding::kRaw},
        {.width = 3,
         .height = 4,
         .format = Thumbnail::Format::kJpg,
         .encoding = Thumbnail::Encoding::kZipEntry,
         .entry = "Metadata/plate_1.png"}};
    EXPECT_EQ(thumbnails_from_json(thumbnails_to_json(thumbnails)), thumbnails);
    EXPECT_EQ(thumbnails_to_json({thumbnails[0]}),
              R"({"items":[{"width":16,"height":12,"format":"png",)"
              R"("encoding":"base64_comments","offset":5000000000,"length":400}]})");
    for (const auto& text : kOddTexts) EXPECT_TRUE(thumbnails_from_json(text).empty()) << text.value_or("null");
    for (const char* odd :
         {R"({"items":5})", R"({"items":[5,null,{}]})", R"({"items":[{"format":"bmp","encoding":"raw"}]})",
          R"({"items":[{"format":"png","encoding":"raw","offset":-1}]})"})
        EXPECT_TRUE(thumbnails_from_json(odd).empty()) << odd;
}

TEST(JsonColumns, KeepTheApiKeyBesideWhatIsOdd) {
    const auto key_beside = [](const std::string& odd) {
        const std::string text = R"({"odd":)" + odd + R"(,"api_key":"0123456789ABCDEF","access_level":"locked"})";
        return client_from_json("octoprint", text).api_key;
    };
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    for (const std::string& odd : {nested(31), nested(32), nested(500), std::string(R"("\ud800")"),
                                   std::string(R"("\udc00\ud800 \ud83d\ude00")"), std::string(R"("\\ud800 \ud83d")"),
                                   std::string(R"({"\uDEAD":1})")})
        EXPECT_EQ(key_beside(odd), "0123456789ABCDEF") << odd;
    EXPECT_EQ(key_beside(nested(1'000'000)), std::nullopt) << "there is an end to it";
    for (const char* broken : {R"("\ud8)", R"("\)", R"("\ud800)"})
        EXPECT_EQ(client_from_json("octoprint", std::string(R"({"api_key":"x","odd":)") + broken).api_key,
                  std::nullopt);
    EXPECT_EQ(printer_props_from_json(R"({"a":"\ud83d\ude00\ud800"})").value().at("a"), PropValue("😀\uFFFD"));
}

TEST(JsonColumns, KeepTheCopiesOfAPrintJob) {
    const auto gcode = gcode_copy_from_json(gcode_copy_to_json({7, "a.gcode", 5'000'000'000, true}));
    EXPECT_EQ(gcode.id, 7);
    EXPECT_EQ(gcode.filename, "a.gcode");
    EXPECT_EQ(gcode.size_bytes, 5'000'000'000);
    EXPECT_TRUE(gcode.available);

    const auto printer = printer_copy_from_json(printer_copy_to_json({"10.0.0.1", "Left", "other"}));
    EXPECT_EQ(printer.host, "10.0.0.1");
    EXPECT_EQ(printer.name, "Left");
    EXPECT_EQ(printer.client, "other");
    EXPECT_EQ(printer_copy_from_json(R"({"client":{"name":"of earlier rows","api_key":"x"}})").client,
              "of earlier rows");
    for (const char* odd : {R"({})", R"({"client":7})", R"({"client":{"name":7}})", R"({"client":null})"})
        EXPECT_EQ(printer_copy_from_json(odd).client, "octoprint") << odd;
    for (const auto& odd : kOddTexts) {
        EXPECT_FALSE(gcode_copy_from_json(odd).available) << odd.value_or("null");
        EXPECT_EQ(printer_copy_from_json(odd).host, "") << odd.value_or("null");
    }
}

TEST(JsonColumns, ForgetTheFileAndKeepTheRest) {
    EXPECT_EQ(without_file(R"({"id":1,"available":true,"more":[1]})"), R"({"id":1,"available":false,"more":[1]})");
    EXPECT_EQ(without_file(std::nullopt), R"({"available":false})");
    EXPECT_EQ(without_file("broken"), R"({"available":false})");
}

TEST(TextArray, IsReadAsItWasWritten) {
    for (const std::vector<std::string>& items :
         std::vector<std::vector<std::string>>{{}, {"local"}, {"local", "other"}, {"a,b", "c\"d", "e\\f", "{g}", ""}})
        EXPECT_EQ(from_text_array(to_text_array(items)), items);
    EXPECT_THAT(from_text_array("{local,\"with blank\"}"), testing::ElementsAre("local", "with blank"));
    for (const char* odd : {"", "{", "{}", "local", "{local", "local}"})
        EXPECT_TRUE(from_text_array(odd).empty()) << odd;
    EXPECT_TRUE(from_text_array(std::nullopt).empty());
}

}  // namespace
}  // namespace karmen::storage
