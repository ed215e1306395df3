#include "printers/octoprint/wire.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

namespace karmen::printers::octoprint {
namespace {

// Bodies as real servers sent them.
constexpr std::string_view kVersion = R"({"api":"0.1","server":"1.11.8","text":"OctoPrint 1.11.8"})";
constexpr std::string_view kOperational =
    R"({"sd":{"ready":true},"state":{"error":"","flags":{"cancelling":false,"closedOrError":false,"error":false,"finishing":false,"operational":true,"paused":false,"pausing":false,"printing":false,"ready":true,"resuming":false,"sdReady":true},"text":"Operational"},"temperature":{"bed":{"actual":21.3,"offset":0,"target":0.0},"tool0":{"actual":21.3,"offset":0,"target":0.0}}})";
constexpr std::string_view kNoFile =
    R"({"job":{"estimatedPrintTime":null,"filament":{"length":null,"volume":null},"file":{"date":null,"name":null,"origin":null,"path":null,"size":null},"lastPrintTime":null,"user":null},"progress":{"completion":null,"filepos":null,"printTime":null,"printTimeLeft":null,"printTimeLeftOrigin":null},"state":"Operational"})";
constexpr std::string_view kPrintingJob =
    R"({"job":{"averagePrintTime":null,"estimatedPrintTime":null,"filament":null,"file":{"date":1795434425,"display":"job one.gcode","name":"job_one.gcode","origin":"local","path":"job one.gcode","size":14990},"lastPrintTime":null,"user":"admin"},"progress":{"completion":12.56837891927952,"filepos":1884,"printTime":2,"printTimeLeft":null,"printTimeLeftOrigin":"linear"},"state":"Printing"})";
constexpr std::string_view kErrorJob =
    R"({"error":"Thermal Runaway, system stopped! Heater_ID: bed - Printer halted. kill() called!","job":{"file":{"name":null}},"progress":{"completion":null},"state":"Offline after error"})";
constexpr std::string_view kConnected =
    R"({"current":{"baudrate":115200,"port":"VIRTUAL","printerProfile":"_default","state":"Operational"},"options":{"baudratePreference":115200,"baudrates":[250000,230400,115200,57600,38400,19200,9600],"portPreference":"VIRTUAL","ports":["/dev/ttyS0","VIRTUAL"],"printerProfilePreference":"_default","printerProfiles":[{"id":"_default","name":"Default"}]}})";
constexpr std::string_view kClosed =
    R"({"current":{"baudrate":null,"port":null,"printerProfile":"_default","state":"Closed"},"options":{}})";
constexpr std::string_view kSettings =
    R"({"api":{"key":null},"webcam":{"bitrate":"10000k","flipH":true,"flipV":false,"rotate90":true,"snapshotUrl":"http://127.0.0.1:8080/?action=snapshot","streamRatio":"16:9","streamUrl":"/webcam/?action=stream","webcamEnabled":true,"webcams":[{"name":"classic"}]}})";
constexpr std::string_view kUploaded =
    R"({"done":true,"effectivePrint":true,"effectiveSelect":false,"files":{"local":{"name":"job one.gcode","origin":"local","path":"job one.gcode","refs":{"download":"http://127.0.0.1:5100/downloads/files/local/job%20one.gcode","resource":"http://127.0.0.1:5100/api/files/local/job%20one.gcode"}}}})";

const PrinterAddress kAddress{"192.168.1.2:5000", Protocol::kHttp, std::nullopt};

std::string status_body(const std::string& flags, const std::string& text = "Some text") {
    return R"({"state":{"text":")" + text + R"(","flags":{)" + flags + "}}}";
}

PrinterState state_of(const std::string& flags) {
    const auto status = parse_status(status_body(flags));
    EXPECT_TRUE(status) << flags;
    return status ? status->state : PrinterState::kInvalidData;
}

TEST(OctoPrintWire, Version) {
    EXPECT_EQ(parse_version(kVersion), (ServerVersion{"0.1", "1.11.8", "OctoPrint 1.11.8"}));
    EXPECT_EQ(parse_version("{}"), ServerVersion{});
    EXPECT_EQ(parse_version(R"({"api":1,"server":null,"text":["OctoPrint"]})"), ServerVersion{});
    for (const char* body : {"", "[]", "null", "Not found", "<html>", "\"OctoPrint\"", "{} {}"})
        EXPECT_EQ(parse_version(body), std::nullopt) << body;
}

TEST(OctoPrintWire, WhoCallsItselfOctoPrintIsOne) {
    for (const char* text : {"OctoPrint 1.11.8", "octoprint", "OCTOPRINT x", "OctoPrint (Moonraker v0.3.1-12)"})
        EXPECT_TRUE(is_octoprint({"", "", text})) << text;
    for (const char* text : {"", "PrusaLink", "An OctoPrint", " OctoPrint", "OctoPrin"})
        EXPECT_FALSE(is_octoprint({"", "", text})) << text;
}

TEST(OctoPrintWire, OperationalStatusWithTemperatures) {
    PrinterStatus expected{PrinterState::kOperational, "Operational", {}};
    expected.temperature["bed"] = expected.temperature["tool0"] = {21.3, 0.0, 0.0};
    EXPECT_EQ(parse_status(kOperational), expected);
}

TEST(OctoPrintWire, StateComesFromFlags) {
    struct Row {
        const char* flags;
        PrinterState state;
    };
    const Row rows[] = {
        {R"("operational":true,"ready":true,"printing":false)", PrinterState::kOperational},
        {R"("operational":true)", PrinterState::kBusy},
        {R"("operational":1,"printing":0,"paused":0,"error":0,"ready":1,"closedOrError":0)",
         PrinterState::kOperational},
        {R"("operational":true,"printing":1,"paused":false,"ready":true,"sdReady":1)", PrinterState::kPrinting},
        {R"("operational":true,"ready":true,"printing":false,"error":true)", PrinterState::kError},
        {R"("operational":true,"paused":true,"printing":true)", PrinterState::kPaused},
        {R"("operational":"yes","ready":{},"printing":"","paused":null,"error":-0.0)", PrinterState::kOperational},
        {R"("operational":true,"printing":true,"ready":false,"sdReady":true)", PrinterState::kPrinting},
        {R"("operational":true,"printing":true,"pausing":true,"ready":false)", PrinterState::kPausing},
        {R"("operational":true,"paused":true,"printing":false,"ready":false)", PrinterState::kPaused},
        {R"("operational":true,"printing":true,"resuming":true)", PrinterState::kResuming},
        {R"("operational":true,"printing":true,"cancelling":true)", PrinterState::kCancelling},
        {R"("operational":true,"printing":true,"finishing":true)", PrinterState::kFinishing},
        {R"("operational":false,"closedOrError":true,"error":true)", PrinterState::kError},
        {R"("operational":false,"closedOrError":true)", PrinterState::kOffline},
        {R"("operational":false,"closedOrError":false)", PrinterState::kConnecting},
        {R"("operational":true,"ready":false)", PrinterState::kBusy},
        {R"("operational":1,"printing":"yes")", PrinterState::kPrinting},
    };
    for (const Row& row : rows) EXPECT_EQ(state_of(row.flags), row.state) << row.flags;
}

TEST(OctoPrintWire, TheTextIsOnlyShown) {
    const auto status = parse_status(status_body(R"("operational":true,"printing":true)", "Operational"));
    ASSERT_TRUE(status);
    EXPECT_EQ(status->state, PrinterState::kPrinting);
    EXPECT_EQ(status->text, "Operational");
    const auto nameless = parse_status(R"({"state":{"flags":{"operational":true,"paused":true}}})");
    ASSERT_TRUE(nameless);
    EXPECT_EQ(nameless->text, "Paused");
}

TEST(OctoPrintWire, WithoutFlagsTheTextMustDo) {
    const std::pair<const char*, PrinterState> rows[] = {
        {"Operational", PrinterState::kOperational},
        {"Printing from SD", PrinterState::kPrinting},
        {"Offline after error", PrinterState::kError},
        {"Offline", PrinterState::kOffline},
        {"Opening serial connection", PrinterState::kConnecting},
        {"Pausing", PrinterState::kPausing},
        {"Paused", PrinterState::kPaused},
        {"Sehr beschäftigt", PrinterState::kBusy},
    };
    for (const auto& [text, state] : rows) {
        const auto status = parse_status(R"({"state":{"text":")" + std::string(text) + R"("}})");
        ASSERT_TRUE(status) << text;
        EXPECT_EQ(status->state, state) << text;
    }
}

TEST(OctoPrintWire, TemperaturesThatAreNotKnownYet) {
    const std::string state = R"("state":{"text":"Operational","flags":{"operational":true,"ready":true}})";
    const auto temperatures = [&](const std::string& value) {
        const auto status = parse_status("{" + state + R"(,"temperature":)" + value + "}");
        EXPECT_TRUE(status) << value;
        return status ? status->temperature : decltype(status->temperature){};
    };
    EXPECT_TRUE(temperatures("{}").empty());
    EXPECT_TRUE(temperatures("null").empty());
    EXPECT_TRUE(temperatures("[1]").empty());
    EXPECT_EQ(temperatures(R"({"bed":{"actual":null,"offset":0,"target":0.0}})").at("bed"),
              (Temperature{std::nullopt, 0.0, 0.0}));
    EXPECT_EQ(temperatures(R"({"history":[{"time":1}],"tool0":{"actual":1e999,"target":"hot"}})"),
              (std::map<std::string, Temperature>{{"tool0", {}}}));
    std::string many;
    for (int i = 0; i < 1000; ++i) many += (many.empty() ? "{\"tool" : ",\"tool") + std::to_string(i) + "\":{}";
    EXPECT_LE(temperatures(many + "}").size(), 32U);
}

TEST(OctoPrintWire, NaNCostsOneValueAndNotThePrinter) {
    const auto status = parse_status(
        R"({"state":{"text":"NaN \"Infinity\" NaN","flags":{"operational":true,"ready":true,"error":NaN}},)"
        R"("temperature":{"tool0":{"actual":NaN,"target":0,"offset":-Infinity},"bed":{"actual":21.0,"target":Infinity}}})");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->state, PrinterState::kOperational);
    EXPECT_EQ(status->text, "NaN \"Infinity\" NaN");
    EXPECT_EQ(status->temperature.at("tool0"), (Temperature{std::nullopt, 0.0, std::nullopt}));
    EXPECT_EQ(status->temperature.at("bed"), (Temperature{21.0, std::nullopt, std::nullopt}));
    const auto report = parse_job(R"({"state":"Printing","progress":{"completion":NaN,"printTime":7}})");
    ASSERT_TRUE(report && report->job);
    EXPECT_EQ(*report->job, (PrinterJob{{}, {}, {}, 7}));
}

TEST(OctoPrintWire, NoPrinterIsAsHotAsThat) {
    const auto status = parse_status(
        R"({"state":{"text":"x"},"temperature":{"tool0":{"actual":1e29,"target":-300,"offset":2001},"bed":{"actual":-20}}})");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->temperature.at("tool0"), Temperature{});
    EXPECT_EQ(status->temperature.at("bed").actual, -20.0);
}

TEST(OctoPrintWire, WhyThereIsNoPrinter) {
    struct Row {
        std::string_view body;
        PrinterState state;
        std::string reason;
    };
    const Row rows[] = {
        {kErrorJob, PrinterState::kError,
         "Thermal Runaway, system stopped! Heater_ID: bed - Printer halted. kill() called!"},
        {R"({"error":null,"state":"Offline after error"})", PrinterState::kError, "Offline after error"},
        {R"({"state":"Error: lost"})", PrinterState::kError, "Error: lost"},
        {R"({"state":"Opening serial connection"})", PrinterState::kConnecting, "Opening serial connection"},
        {R"({"error":"","state":"Offline"})", PrinterState::kNotConnected, not_connected().reason},
        {"", PrinterState::kNotConnected, not_connected().reason},
    };
    for (const Row& row : rows) {
        const PrinterStatus status = parse_status_without_printer(row.body);
        EXPECT_EQ(status.state, row.state) << row.body;
        EXPECT_EQ(status.reason, row.reason);
        EXPECT_EQ(status.text, kNotConnectedText);
    }
}

TEST(OctoPrintWire, CurrentUser) {
    EXPECT_EQ(parse_current_user(R"({"name":"ann","permissions":["STATUS","PRINT"]})"), (CurrentUser{"ann", true}));
    EXPECT_EQ(parse_current_user(R"({"name":"ann","permissions":["ADMIN"]})"), (CurrentUser{"ann", true}));
    EXPECT_EQ(parse_current_user(R"({"name":"look","permissions":["STATUS"]})"), (CurrentUser{"look", false}));
    EXPECT_EQ(parse_current_user(R"({"name":null,"permissions":[]})"), (CurrentUser{"", false}));
    EXPECT_EQ(parse_current_user(R"({"name":"ann","permissions":[{"key":"ADMIN"}]})"), (CurrentUser{"ann", true}));
    EXPECT_EQ(parse_current_user(R"({"name":"ann","permissions":[{"key":"STATUS"}]})"), (CurrentUser{"ann", false}));
    EXPECT_EQ(parse_current_user(R"({"name":"ann"})"), (CurrentUser{"ann", true}));
    EXPECT_EQ(parse_current_user("garbage"), (CurrentUser{"", true}));
}

TEST(OctoPrintWire, WhatIsNoStatus) {
    for (const char* body : {"", "{}", "[]", "null", "garbage", R"({"state":null})", R"({"state":"Operational"})",
                             R"({"state":{}})", R"({"state":{"flags":{}}})", R"({"state":{"text":1,"flags":[]}})"})
        EXPECT_EQ(parse_status(body), std::nullopt) << body;
    const std::string deep = R"({"state":)" + std::string(100'000, '[');
    EXPECT_EQ(parse_status(deep), std::nullopt);
    EXPECT_EQ(parse_status(R"({"x":)" + std::string(40, '[') + std::string(40, ']') + R"(,"state":{"text":"Paused"}})"),
              std::nullopt);
}

TEST(OctoPrintWire, JobThatPrints) {
    EXPECT_EQ(parse_job(kPrintingJob), (JobReport{true, PrinterJob{"job one.gcode", 12.56837891927952, std::nullopt, 2},
                                                  PrinterFile{"job one.gcode", 14990, false}}));
    EXPECT_EQ(parse_job(R"({"job":{"file":{"name":"a.gcode"}},"progress":null,"state":"Paused"})"),
              (JobReport{true, PrinterJob{"a.gcode", std::nullopt, std::nullopt, std::nullopt}}));
    EXPECT_EQ(parse_job(R"({"state":"Starting"})"), (JobReport{true, PrinterJob{}}));
}

TEST(OctoPrintWire, NoJobWhenNothingPrints) {
    EXPECT_EQ(parse_job(kNoFile), (JobReport{true, std::nullopt}));
    EXPECT_EQ(parse_job(kErrorJob), (JobReport{true, std::nullopt}));
    for (const char* state : {"Operational", "Offline", "Offline after error", "Closed", "Opening serial connection",
                              "Detecting serial connection", "Connecting", "Error"})
        EXPECT_EQ(parse_job(R"({"job":{"file":{"name":"x"}},"progress":{"completion":100.0},"state":")" +
                            std::string(state) + R"("})"),
                  (JobReport{true, std::nullopt}))
            << state;
    for (const char* body : {"", "{}", "[]", R"({"state":null})", R"({"state":{}})"})
        EXPECT_EQ(parse_job(body), std::nullopt) << body;
}

TEST(OctoPrintWire, TheSelectedFileIsKnownAfterItsPrint) {
    const auto file = [](const std::string& rest) {
        const auto report =
            parse_job(R"({"state":"Operational","job":{"file":{"path":"a/b.g","size":7}},)" + rest + "}");
        return report ? report->file : std::nullopt;
    };
    EXPECT_EQ(file(R"("progress":{"completion":100.0})"), (PrinterFile{"a/b.g", 7, true}));
    EXPECT_EQ(file(R"("progress":{"completion":null})"), (PrinterFile{"a/b.g", 7, false}));
    EXPECT_EQ(file(R"("progress":{"completion":99.9})"), (PrinterFile{"a/b.g", 7, false}));
    EXPECT_FALSE(parse_job(R"({"state":"Operational","job":{"file":{"path":null}}})")->file);
    EXPECT_EQ(parse_job(R"({"state":"Printing","job":{"file":{"path":"x","size":-1}}})")->file,
              (PrinterFile{"x", std::nullopt, false}));
    const std::string long_path(5000, 'x');
    EXPECT_EQ(parse_job(R"({"state":"Printing","job":{"file":{"path":")" + long_path + R"("}}})")->file->path, "");
}

TEST(OctoPrintWire, JobWithValuesThatCannotBe) {
    const auto job = [](const std::string& progress) {
        const auto report = parse_job(R"({"state":"Printing","progress":)" + progress + "}");
        return report && report->job ? *report->job : PrinterJob{"none", {}, {}, {}};
    };
    EXPECT_EQ(job(R"({"completion":250,"printTime":1e300,"printTimeLeft":-5})"), PrinterJob{});
    EXPECT_EQ(job(R"({"completion":100.0001})").completion, 100.0);
    EXPECT_EQ(job(R"({"completion":-1,"printTime":18446744073709551615,"printTimeLeft":2.9})"),
              (PrinterJob{{}, 0.0, 2, {}}));
    EXPECT_EQ(job(R"({"completion":"12","printTime":true,"printTimeLeft":{}})"), PrinterJob{});
}

TEST(OctoPrintWire, TextsAreBoundedAndValid) {
    const auto report = parse_job("{\"state\":\"Printing\",\"job\":{\"file\":{\"name\":\"caf\xe9.gcode\"}}}");
    ASSERT_TRUE(report && report->job);
    EXPECT_EQ(report->job->name, "caf\xef\xbf\xbd.gcode");
    for (std::size_t shift = 0; shift < 4; ++shift) {
        std::string text(shift, 'a');
        while (text.size() < 300) text += "\xf0\x9f\x96\xa8";  // a printer, four bytes
        const std::string bounded = bounded_text(text);
        EXPECT_LE(bounded.size(), 255U);
        EXPECT_GT(bounded.size(), 251U);
        EXPECT_EQ(text.substr(0, bounded.size()), bounded);
        EXPECT_TRUE(is_valid_utf8(bounded));
    }
    EXPECT_EQ(bounded_text(std::string(255, 'x')).size(), 255U);
    EXPECT_EQ(bounded_text(std::string(300, '\xff')).size(), 255U);
}

TEST(OctoPrintWire, WebcamWithARelativeAddress) {
    EXPECT_EQ(parse_webcam(kSettings, kAddress, CameraHosts()),
              (Webcam{"OK", WebcamStream{{"http://192.168.1.2:5000/webcam/?action=stream"}, true, false, true}}));
}

TEST(OctoPrintWire, WebcamAddresses) {
    const PrinterAddress secure{"192.168.1.2", Protocol::kHttps, std::nullopt};
    const auto stream = [](const std::string& url, const PrinterAddress& address) {
        const auto webcam = parse_webcam(R"({"webcam":{"streamUrl":")" + url + R"("}})", address, CameraHosts());
        return webcam && webcam->stream ? webcam->stream->address.url : webcam ? webcam->message : "invalid";
    };
    EXPECT_EQ(stream("webcam/?x", kAddress), "http://192.168.1.2:5000/webcam/?x");
    EXPECT_EQ(stream("?action=stream:1", kAddress), "http://192.168.1.2:5000/?action=stream:1");
    EXPECT_EQ(stream("/webcam", secure), "https://192.168.1.2/webcam");
    const PrinterAddress behind{.host = "farm.local:8080/octoprint1", .api_key = std::nullopt};
    EXPECT_EQ(stream("/webcam/?x", behind), "http://farm.local:8080/webcam/?x") << "from the root, as a browser";
    EXPECT_EQ(stream("webcam/?x", behind), "http://farm.local:8080/octoprint1/webcam/?x") << "below the page";
    EXPECT_EQ(stream("//farm.local/webcam", behind), "http://farm.local/webcam");
    EXPECT_EQ(stream("//other.local/webcam", behind), kWebcamNotAccessible);
    EXPECT_EQ(stream("//192.168.1.2/webcam", secure), "https://192.168.1.2/webcam");
    EXPECT_EQ(stream("http://192.168.1.2:8080/s", kAddress), "http://192.168.1.2:8080/s");
    EXPECT_EQ(stream("http://localhost:8080/s", kAddress), "http://192.168.1.2:8080/s");
    EXPECT_EQ(stream("http://view:secret@192.168.1.2/s", kAddress), "http://192.168.1.2/s");
    for (const char* url :
         {"http://10.0.0.1/s", "rtsp://192.168.1.2/s", "javascript:alert(1)", "file:///etc/passwd", "/a b", "/a\\n"})
        EXPECT_EQ(stream(url, kAddress), kWebcamNotAccessible) << url;
    EXPECT_EQ(stream("/" + std::string(3000, 'x'), kAddress), kWebcamNotAccessible);
}

TEST(OctoPrintWire, WebcamThatCannotBeShownSaysWhyWithoutItsPassword) {
    const auto webcam =
        parse_webcam(R"({"webcam":{"streamUrl":"http://view:secret@cam.example.org/s"}})", kAddress, CameraHosts());
    EXPECT_EQ(webcam, (Webcam{std::string(kWebcamNotAccessible), std::nullopt,
                              "The webcam is on another host, cam.example.org, which webcam.allowed_hosts does not "
                              "name"}));
}

TEST(OctoPrintWire, WebcamWithSnapshotsOnly) {
    const std::string snapshot = R"("snapshotUrl":"http://127.0.0.1:8080/?action=snapshot")";
    for (const char* stream :
         {R"("streamUrl":"",)", R"("streamUrl":null,)", "", R"("streamUrl":"rtsp://10.0.0.1/",)"}) {
        const auto webcam = parse_webcam(R"({"webcam":{)" + (stream + snapshot) + "}}", kAddress, CameraHosts());
        ASSERT_TRUE(webcam && webcam->stream) << stream;
        EXPECT_EQ(webcam->stream->address.url, "http://192.168.1.2:8080/?action=snapshot");
        EXPECT_EQ(webcam->message, kWebcamOk);
    }
}

TEST(OctoPrintWire, WebcamDisabled) {
    for (const char* body :
         {R"({"webcam":{"streamUrl":"","webcamEnabled":true}})",
          R"({"webcam":{"streamUrl":null,"webcamEnabled":true}})",
          R"({"webcam":{"streamUrl":"/webcam","webcamEnabled":false}})", R"({"webcam":{"streamUrl":" "}})",
          R"({"webcam":{}})", R"({"webcam":null})", R"({"webcam":[]})", "{}"})
        EXPECT_EQ(parse_webcam(body, kAddress, CameraHosts()), (Webcam{"Stream disabled in octoprint", std::nullopt}))
            << body;
    for (const char* body : {"", "[]", "<html>", "null"})
        EXPECT_EQ(parse_webcam(body, kAddress, CameraHosts()), std::nullopt) << body;
}

TEST(OctoPrintWire, Connection) {
    EXPECT_EQ(parse_is_closed(kConnected), false);
    EXPECT_EQ(parse_is_closed(kClosed), true);
    EXPECT_EQ(parse_is_closed(R"({"current":{"state":"Detecting serial connection"}})"), false);
    EXPECT_EQ(parse_is_closed(R"({"current":{"state":"Offline after error"}})"), true);
    EXPECT_EQ(parse_is_closed(R"({"current":{"state":null}})"), std::nullopt);
    EXPECT_EQ(parse_is_closed("{}"), std::nullopt);
}

TEST(OctoPrintWire, UploadAndErrors) {
    EXPECT_EQ(parse_upload_answer(kUploaded), (UploadAnswer{true, "job one.gcode"}));
    EXPECT_EQ(parse_upload_answer(R"({"done":true,"effectivePrint":false})"), (UploadAnswer{false, ""}));
    EXPECT_EQ(parse_upload_answer(R"({"effectivePrint":null,"print_started":0})"), (UploadAnswer{false, ""}));
    EXPECT_EQ(parse_upload_answer(R"({"done":true})"), UploadAnswer{});
    EXPECT_EQ(parse_upload_answer("garbage"), UploadAnswer{});
    EXPECT_EQ(parse_job_file(R"({"state":"Printing","job":{"file":{"path":"a/b.g","name":"b.g","size":7.0}}})"),
              (JobFile{true, "a/b.g", "b.g", 7}));
    EXPECT_EQ(parse_job_file(R"({"state":"Operational","job":{"file":{"path":null,"size":-1}}})"), JobFile{});
    EXPECT_EQ(parse_job_file(R"({"error":"x"})"), std::nullopt);
    using Print = FileRecord::Print;
    EXPECT_EQ(parse_file_record(R"({"date":5,"prints":{"last":{"date":6.5,"success":true}}})"),
              (FileRecord{true, Timestamp(std::chrono::seconds(5)),
                          Print{Timestamp(std::chrono::milliseconds(6500)), true}}));
    EXPECT_EQ(parse_file_record(R"({"date":5})"), (FileRecord{true, Timestamp(std::chrono::seconds(5)), std::nullopt}));
    EXPECT_EQ(parse_file_record(R"({"date":null})"), std::nullopt);
    for (const char* time : {"-1", "1e300", "253402300800"})
        EXPECT_EQ(parse_file_record("{\"date\":" + std::string(time) + "}"), std::nullopt) << time;
    EXPECT_EQ(parse_error(R"({"error":"Printer is not operational"})"), "Printer is not operational");
    EXPECT_EQ(parse_error(R"({"error":{"text":"x"}})"), "");
    EXPECT_EQ(parse_error("<html>"), "");
}

TEST(OctoPrintWire, NoTruncationAndNoChangedByteBreaksIt) {
    for (const std::string_view body :
         {kVersion, kOperational, kNoFile, kPrintingJob, kErrorJob, kConnected, kClosed, kSettings, kUploaded}) {
        const auto parse_all = [](std::string_view bytes) {
            const auto status = parse_status(bytes);
            if (status) EXPECT_TRUE(is_valid_utf8(status->text));
            const auto job = parse_job(bytes);
            if (job && job->job && job->job->name) EXPECT_TRUE(is_valid_utf8(*job->job->name));
            const auto webcam = parse_webcam(bytes, kAddress, CameraHosts());
            if (webcam && webcam->stream) EXPECT_TRUE(is_valid_utf8(webcam->stream->address.url));
            const auto version = parse_version(bytes);
            if (version) EXPECT_TRUE(is_valid_utf8(version->text));
            EXPECT_TRUE(is_valid_utf8(parse_error(bytes)));
            parse_is_closed(bytes);
            parse_upload_answer(bytes);
            parse_job_file(bytes);
            parse_file_record(bytes);
            return version.has_value();
        };
        EXPECT_TRUE(parse_all(body));
        for (std::size_t length = 0; length < body.size(); ++length) EXPECT_FALSE(parse_all(body.substr(0, length)));
        std::string changed(body);
        for (std::size_t i = 0; i < changed.size(); ++i)
            for (const char byte : {'\xff', '\0', '"', '{', '9'}) {
                const char before = std::exchange(changed[i], byte);
                parse_all(changed);
                changed[i] = before;
            }
    }
}

}  // namespace
}  // namespace karmen::printers::octoprint
