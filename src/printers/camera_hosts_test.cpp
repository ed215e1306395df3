#include "printers/camera_hosts.hpp"

#include <boost/asio/ip/host_name.hpp>
#include <gmock/gmock.h>

namespace karmen::printers {
namespace {

using testing::HasSubstr;
using testing::Not;

const PrinterAddress kPrinter{
    .host = "192.168.1.2:5000", .protocol = Protocol::kHttp, .api_key = std::nullopt, .hostname = "octopi.local"};

/// Where Karmen would connect; empty: nowhere.
std::string located(const CameraHosts& hosts, const std::string& url, const PrinterAddress& printer = kPrinter) {
    const auto camera = hosts.locate(url, printer);
    EXPECT_TRUE(!camera || hosts.may_connect(camera->url, printer.host)) << url;
    return camera ? camera->url : "";
}

TEST(CameraHosts, ThePrintersOwnNamesAreItsAddress) {
    for (const char* own : {"192.168.1.2", "localhost", "LOCALHOST", "127.0.0.1", "0x7f.1", "[::1]", "octopi",
                            "octopi.local", "OctoPi.local", "octopi.local."})
        EXPECT_EQ(located(CameraHosts(), "http://" + std::string(own) + ":8080/?action=stream"),
                  "http://192.168.1.2:8080/?action=stream")
            << own;
}

TEST(CameraHosts, APrinterOnThisMachineHasItsName) {
    const std::string name = boost::asio::ip::host_name();
    const std::string url = "http://" + name + ":8080/s";
    EXPECT_EQ(located(CameraHosts(), url, {.host = "127.0.0.1:5000", .api_key = std::nullopt}),
              "http://127.0.0.1:8080/s");
    EXPECT_EQ(located(CameraHosts(), url), "") << "another printer cannot lead there";
}

/// The address of a camera on this host, for a printer at `host`.
std::string on(const std::string& camera, const std::string& host) {
    return located(CameraHosts(), "http://" + camera + ":8080/s", {.host = host, .api_key = std::nullopt});
}

TEST(CameraHosts, APrinterMayHaveAnyKindOfAddress) {
    for (const char* own : {"farm.local", "farm", "farm.local.", "localhost", "127.0.0.1", "[::1]"})
        for (const char* host : {"farm.local", "farm.local:5000", "farm.local/octoprint1", "farm.local:5000/a/b"})
            EXPECT_EQ(on(own, host), "http://farm.local:8080/s") << own << " of " << host;
    EXPECT_EQ(on("localhost", "10.0.0.1:"), "http://10.0.0.1:8080/s") << "as Karmen 0.0.13 took it";
    for (const char* own : {"[fd00::7]", "localhost", "[::1]"})
        for (const char* host : {"[fd00::7]", "[fd00::7]:5000/a"})
            EXPECT_EQ(on(own, host), "http://[fd00::7]:8080/s") << own << " of " << host;
    EXPECT_EQ(on("FARM.local", "farm.local"), "http://FARM.local:8080/s");
    EXPECT_EQ(on("[FD00:0:0::7]", "[fd00::7]"), "http://[FD00:0:0::7]:8080/s");
    EXPECT_EQ(on("localhost", "[::1]:5000"), "http://[::1]:8080/s");
    const std::string machine = boost::asio::ip::host_name();
    for (const char* host : {"localhost", "[::1]"})
        EXPECT_EQ(on(machine, host), "http://" + std::string(host) + ":8080/s") << host;
}

TEST(CameraHosts, NoNameIsResolvedAndNoPathIsAHost) {
    for (const char* other : {"farm.local.example.org", "farm2.local", "10.0.0.1", "[fd00::8]", "octoprint1", "a", "b"})
        for (const char* host : {"farm.local/octoprint1", "farm.local/10.0.0.1", "[fd00::7]/a", "10.0.0.2/10.0.0.1"})
            EXPECT_EQ(on(other, host), "") << other << " of " << host;
    EXPECT_EQ(on("[fe80::1%25eth0]", "[fe80::1]"), "") << "another zone is another host";
    for (const char* malformed : {"", "10.0.0.1@10.0.0.2", "999.1.1.1", "a b", "/a"})
        for (const char* own : {"localhost", "10.0.0.1", "999.1.1.1", "a"})
            EXPECT_EQ(on(own, malformed), "") << own << " of " << malformed;
}

TEST(CameraHosts, NothingElseIsAllowedByItself) {
    for (const char* url :
         {"http://192.168.1.20/", "http://192.168.1.2.example.org/", "http://127.0.0.2:8080/", "http://10.0.0.1/",
          "http://192.168.1.2@10.0.0.1/", "http://localhost@10.0.0.1/", "http://localhost.example.org/",
          "http://10.0.0.1#@192.168.1.2/", "http://octopi.example.org/", "rtsp://192.168.1.2/", "file:///etc/passwd",
          "//192.168.1.2/", "/webcam", "192.168.1.2", ""})
        EXPECT_EQ(located(CameraHosts(), url), "") << url;
}

TEST(CameraHosts, WhatTheAdministratorAllows) {
    const CameraHosts hosts({"Cam.example.org", "10.0.0.0/24", "10.1.0.7"});
    for (const char* url : {"http://cam.example.org/s", "http://CAM.example.org:8080/s", "https://10.0.0.255/s",
                            "http://10.1.0.7/s", "http://0x0a.1.0.7/s"})
        EXPECT_EQ(located(hosts, url), url);
    for (const char* url : {"http://www.cam.example.org/", "http://example.org/", "http://10.0.1.1/",
                            "http://10.1.0.8/", "http://10.0.0.example.org/"})
        EXPECT_EQ(located(hosts, url), "") << url;
}

TEST(CameraHosts, ThePrintersOwnCameraHasItsCertificate) {
    PrinterAddress printer = kPrinter;
    printer.tls_fingerprint = std::string(64, 'a');
    const CameraHosts hosts({"cam.example.org"});
    EXPECT_EQ(hosts.locate("https://192.168.1.2/s", printer)->tls_fingerprint, printer.tls_fingerprint);
    EXPECT_EQ(hosts.locate("https://localhost/s", printer)->tls_fingerprint, printer.tls_fingerprint);
    EXPECT_EQ(hosts.locate("https://cam.example.org/s", printer)->tls_fingerprint, "");
}

TEST(CameraHosts, UserAndPasswordStandBesideTheAddress) {
    const auto camera = CameraHosts().locate("http://view:s%40cret@localhost:8080/cam.cgi?a=b", kPrinter);
    ASSERT_TRUE(camera);
    EXPECT_EQ(*camera, (CameraAddress{"http://192.168.1.2:8080/cam.cgi?a=b", Credentials{"view", "s@cret"}}));
    const CameraAddress open = CameraHosts().locate("http://192.168.1.2/cam.cgi", kPrinter).value();
    EXPECT_EQ(open.credentials, std::nullopt);
    EXPECT_FALSE(CameraHosts().may_connect("http://view:secret@192.168.1.2/", kPrinter.host));
}

TEST(CameraHosts, TheReasonHoldsNoPassword) {
    for (const char* url :
         {"http://view:secret@10.0.0.1/", "rtsp://view:secret@192.168.1.2/", "http://view:secret@/"}) {
        const auto camera = CameraHosts().locate(url, kPrinter);
        ASSERT_FALSE(camera) << url;
        EXPECT_THAT(camera.error(), Not(HasSubstr("secret")));
    }
}

}  // namespace
}  // namespace karmen::printers
