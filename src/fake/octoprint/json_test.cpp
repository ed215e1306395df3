#include "fake/octoprint/json.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace karmen::fake {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr OctoPrintVersion kVersion{1, 11, 8};
const Timestamp kStart{std::chrono::seconds(1795434425)};

void expect_same(const json::value& actual, std::string_view literal) {
    const json::value expected = json::parse(literal);
    EXPECT_EQ(actual, expected) << json::serialize(actual);
}

OctoPrintPrinter connected_printer(SimulationOptions options = {}) {
    OctoPrintPrinter printer(options, kStart);
    printer.connect_completely();
    return printer;
}

void add_file(OctoPrintPrinter& printer, std::string path, std::uint64_t size_bytes) {
    StoredFile file;
    file.path = std::move(path);
    file.size_bytes = size_bytes;
    file.sha1 = "da39a3ee";
    file.date = kStart;
    file.user = "admin";
    printer.add_file(std::move(file));
}

TEST(OctoPrintJson, TellsItsVersion) {
    expect_same(version_json(kVersion), R"({"api":"0.1","server":"1.11.8","text":"OctoPrint 1.11.8"})");
    expect_same(server_json(kVersion), R"({"safemode":null,"version":"1.11.8"})");
}

TEST(OctoPrintJson, TellsAnOpenConnection) {
    expect_same(connection_json(connected_printer(), {}),
                R"({"current":{"baudrate":115200,"port":"VIRTUAL","printerProfile":"_default","state":"Operational"},
            "options":{"baudratePreference":115200,"baudrates":[250000,230400,115200,57600,38400,19200,9600],
            "portPreference":"VIRTUAL","ports":["/dev/ttyS0","VIRTUAL"],"printerProfilePreference":"_default",
            "printerProfiles":[{"id":"_default","name":"Default"}]}})");
}

TEST(OctoPrintJson, CallsEveryMissingConnectionClosed) {
    OctoPrintPrinter printer({}, kStart);
    const std::string closed = R"({"baudrate":null,"port":null,"printerProfile":"_default","state":"Closed"})";
    expect_same(connection_json(printer, {}).at("current"), closed);
    EXPECT_EQ(job_json(printer, kVersion).at("state"), "Offline");
    printer.connect_completely();
    printer.fail("Thermal Runaway");
    printer.advance(kStart + 1s);
    expect_same(connection_json(printer, {}).at("current"), closed);
    EXPECT_EQ(job_json(printer, kVersion).at("state"), "Offline after error");
}

TEST(OctoPrintJson, TellsAnOperationalPrinter) {
    auto body = printer_json(connected_printer(), {});
    // The temperatures have noise: their shape is compared, their values elsewhere.
    EXPECT_TRUE(body.at("temperature").at("bed").at("actual").is_double());
    body.erase("temperature");
    expect_same(body, R"({"sd":{"ready":true},"state":{"error":"","flags":{"cancelling":false,"closedOrError":false,
        "error":false,"finishing":false,"operational":true,"paused":false,"pausing":false,"printing":false,
        "ready":true,"resuming":false,"sdReady":true},"text":"Operational"}})");
    expect_same(printer_json(connected_printer(), {}).at("temperature"),
                R"({"bed":{"actual":21.3,"offset":0,"target":0.0},"tool0":{"actual":21.3,"offset":0,"target":0.0}})");
}

TEST(OctoPrintJson, KnowsNoTemperatureRightAfterConnecting) {
    OctoPrintPrinter printer({}, kStart);
    printer.connect();
    printer.advance(kStart + 500ms);
    expect_same(printer_json(printer, {}).at("temperature"), "{}");
    printer.advance(kStart + 1700ms);
    expect_same(printer_json(printer, {}).at("temperature"), R"({"bed":{"actual":null,"offset":0,"target":0.0}})");
}

TEST(OctoPrintJson, LeavesOutWhatIsExcluded) {
    PrinterQuery query;
    query.excludes_temperature = true;
    query.excludes_sd = true;
    const auto body = printer_json(connected_printer(), query);
    EXPECT_EQ(body.size(), 1U);
    EXPECT_TRUE(body.contains("state"));
}

TEST(OctoPrintJson, AddsTheLastTemperatures) {
    OctoPrintPrinter printer({}, kStart);
    printer.connect();
    for (int i = 1; i <= 5; ++i) printer.advance(kStart + std::chrono::seconds(i));
    PrinterQuery query;
    query.wants_history = true;
    const auto all = printer_json(printer, query).at("temperature").at("history").get_array();
    ASSERT_EQ(all.size(), 5U);
    expect_same(all[0], R"({"time":1795434426})");
    EXPECT_TRUE(all[4].at("tool0").at("actual").is_double());
    query.history_limit = 2;
    const auto last = printer_json(printer, query).at("temperature").at("history").get_array();
    ASSERT_EQ(last.size(), 2U);
    EXPECT_EQ(last[1], all[4]);
}

TEST(OctoPrintJson, HasAJobOfItsOwnShapeBeforeAnySelect) {
    const auto printer = connected_printer();
    expect_same(job_json(printer, kVersion), R"({"job":{"estimatedPrintTime":null,
        "filament":{"length":null,"volume":null},"file":{"date":null,"name":null,"origin":null,"path":null,
        "size":null},"lastPrintTime":null,"user":null},"progress":{"completion":null,"filepos":null,
        "printTime":null,"printTimeLeft":null,"printTimeLeftOrigin":null},"state":"Operational"})");
    const auto old = job_json(printer, {1, 9, 3});
    EXPECT_TRUE(old.at("progress").get_object().contains("printTimeOrigin"));
    EXPECT_FALSE(old.at("progress").get_object().contains("printTimeLeftOrigin"));
}

TEST(OctoPrintJson, TellsAPrint) {
    auto printer = connected_printer();
    add_file(printer, "job one.gcode", 14990);
    ASSERT_TRUE(printer.select_and_print("job one.gcode"));
    printer.advance(kStart + 1020ms);
    expect_same(job_json(printer, kVersion), R"({"job":{"averagePrintTime":null,"estimatedPrintTime":null,
        "filament":null,"file":{"date":1795434425,"display":"job one.gcode","name":"job one.gcode","origin":"local",
        "path":"job one.gcode","size":14990},"lastPrintTime":null,"user":"admin"},
        "progress":{"completion":33.355570380253504,"filepos":5000,"printTime":1,"printTimeLeft":null,
        "printTimeLeftOrigin":"linear"},"state":"Printing"})");
    printer.advance(kStart + 1min);
    expect_same(job_json(printer, kVersion).at("progress"),
                R"({"completion":100.0,"filepos":14990,"printTime":2,"printTimeLeft":0,"printTimeLeftOrigin":null})");
}

TEST(OctoPrintJson, TellsASelectedAndAnalysedFile) {
    auto printer = connected_printer();
    add_file(printer, "folder/plain.gcode", 50'000);
    printer.advance(kStart + 5s);
    ASSERT_TRUE(printer.select("folder/plain.gcode"));
    expect_same(job_json(printer, kVersion), R"({"job":{"averagePrintTime":null,"estimatedPrintTime":10.0,
        "filament":{"tool0":{"length":40.0,"volume":0.0}},"file":{"date":1795434425,"display":"plain.gcode",
        "name":"plain.gcode","origin":"local","path":"folder/plain.gcode","size":50000},"lastPrintTime":null,
        "user":"admin"},"progress":{"completion":null,"filepos":null,"printTime":null,"printTimeLeft":null,
        "printTimeLeftOrigin":null},"state":"Operational"})");
}

TEST(OctoPrintJson, TellsAnErrorBesideAnEmptyJob) {
    auto printer = connected_printer();
    add_file(printer, "a.gcode", 50'000);
    ASSERT_TRUE(printer.select_and_print("a.gcode"));
    printer.fail("Thermal Runaway");
    printer.advance(kStart + 1s);
    expect_same(job_json(printer, kVersion), R"({"error":"Thermal Runaway","job":{"averagePrintTime":null,
        "estimatedPrintTime":null,"filament":null,"file":{"date":null,"display":null,"name":null,"origin":null,
        "path":null,"size":null},"lastPrintTime":null,"user":null},"progress":{"completion":null,"filepos":null,
        "printTime":null,"printTimeLeft":null,"printTimeLeftOrigin":null},"state":"Offline after error"})");
}

json::value webcam(WebcamSetting setting, OctoPrintVersion version) {
    return settings_json({"Name", setting, "10.0.0.5:5000", "key", Caller::kAdministrator}, version).at("webcam");
}

TEST(OctoPrintJson, TellsTheWebcamByRelease) {
    EXPECT_EQ(webcam(WebcamSetting::kRelative, kVersion).at("streamUrl"), "/webcam/?action=stream");
    EXPECT_EQ(webcam(WebcamSetting::kAbsolute, kVersion).at("streamUrl"), "http://10.0.0.5:5000/?action=stream");
    EXPECT_EQ(webcam(WebcamSetting::kMissing, kVersion).at("streamUrl"), "");
    EXPECT_EQ(webcam(WebcamSetting::kMissing, {1, 8, 7}).at("streamUrl"), nullptr);
    EXPECT_EQ(webcam(WebcamSetting::kMissing, kVersion).at("webcamEnabled"), true);
    EXPECT_EQ(webcam(WebcamSetting::kDisabled, kVersion).at("webcamEnabled"), false);
    EXPECT_EQ(webcam(WebcamSetting::kRelative, kVersion).at("webcams").get_array().size(), 1U);
    EXPECT_FALSE(webcam(WebcamSetting::kRelative, {1, 8, 7}).get_object().contains("webcams"));
}

TEST(OctoPrintJson, ShowsTheKeyOnlyToTheAdministrator) {
    const SettingsFacts facts{"Name", WebcamSetting::kRelative, "h", "key", Caller::kReader};
    EXPECT_EQ(settings_json(facts, kVersion).at("api").at("key"), nullptr);
    EXPECT_EQ(settings_json(facts, kVersion).at("appearance").at("name"), "Name");
}

TEST(OctoPrintJson, KnowsAGuest) {
    expect_same(current_user_json(Caller::kGuest), R"({"groups":["guests"],"name":null,"permissions":[]})");
    EXPECT_EQ(current_user_json(Caller::kAdministrator).at("name"), "admin");
    EXPECT_EQ(login_json(Caller::kWrongKey, "ab").at("groups"), json::array{"guests"});
    EXPECT_EQ(login_json(Caller::kAdministrator, "ab").at("session"), "ab");
}

TEST(OctoPrintJson, AnswersAnUpload) {
    expect_same(upload_json("job one.gcode", "http://127.0.0.1:5100", PrintEffect::kPrinting),
                R"({"done":true,"effectivePrint":true,"effectiveSelect":false,"files":{"local":{
                "name":"job one.gcode","origin":"local","path":"job one.gcode","refs":{
                "download":"http://127.0.0.1:5100/downloads/files/local/job%20one.gcode",
                "resource":"http://127.0.0.1:5100/api/files/local/job%20one.gcode"}}}})");
}

TEST(OctoPrintJson, ListsFilesByFolder) {
    auto printer = connected_printer();
    add_file(printer, "a.gcode", 10);
    add_file(printer, "sub/b.gcode", 20);
    const auto root = files_json(printer.files(), "", Recursion::kThisFolder, "http://h", kVersion);
    ASSERT_EQ(root.at("files").get_array().size(), 2U);
    EXPECT_EQ(root.at("files").get_array()[0].at("type"), "folder");
    expect_same(root.at("files").get_array()[1], R"({"date":1795434425,"display":"a.gcode","hash":"da39a3ee",
        "name":"a.gcode","origin":"local","path":"a.gcode","refs":{
        "download":"http://h/downloads/files/local/a.gcode","resource":"http://h/api/files/local/a.gcode"},
        "size":10,"type":"machinecode","typePath":["machinecode","gcode"],"user":"admin"})");
    const auto tree = files_json(printer.files(), "", Recursion::kWholeTree, "http://h", kVersion);
    EXPECT_EQ(tree.at("files").get_array()[0].at("children").get_array()[0].at("path"), "sub/b.gcode");
    const auto sub = files_json(printer.files(), "sub", Recursion::kThisFolder, "http://h", kVersion);
    EXPECT_EQ(sub.at("files").get_array()[0].at("name"), "b.gcode");
    EXPECT_FALSE(file_json(*printer.files().find("a.gcode"), "http://h", {1, 10, 3}).contains("user"));
}

TEST(OctoPrintJson, CountsThePrintsOfAFile) {
    auto printer = connected_printer();
    add_file(printer, "a.gcode", 50'000);
    ASSERT_TRUE(printer.select_and_print("a.gcode"));
    printer.advance(kStart + 1min);
    const auto file = file_json(*printer.files().find("a.gcode"), "http://h", kVersion);
    EXPECT_EQ(file.at("prints").at("success"), 1U);
    EXPECT_EQ(file.at("prints").at("last").at("success"), true);
    EXPECT_EQ(job_json(printer, kVersion).at("job").at("lastPrintTime"), 10.0);
}

}  // namespace
}  // namespace karmen::fake
