#include "http/header_value.hpp"

#include "http/http_date.hpp"

#include <gtest/gtest.h>

namespace karmen::http {
namespace {

/// The parameter `filename` of a Content-Disposition, or what went wrong.
std::string filename(std::string_view text) {
    const auto parsed = parse_header_value(text);
    if (!parsed) return "(malformed)";
    return parsed->find("filename").value_or("(none)");
}

TEST(HeaderValue, ReadsTokensAndQuotedStrings) {
    const auto parsed = parse_header_value(" Multipart/Form-Data ; Boundary=abc; x=\"a; b\" ;");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->value, "multipart/form-data");
    EXPECT_EQ(parsed->find("boundary"), "abc");
    EXPECT_EQ(parsed->find("x"), "a; b");
    EXPECT_EQ(parsed->find("y"), std::nullopt);
}

TEST(HeaderValue, UndoesWhatClientsDoToFileNames) {
    EXPECT_EQ(filename(R"(form-data; name="f"; filename="a b.gcode")"), "a b.gcode");
    EXPECT_EQ(filename(R"(form-data; filename="a\"b\\c")"), R"(a"b\c)");
    EXPECT_EQ(filename(R"(form-data; filename="C:\new\a.gcode")"), R"(C:\new\a.gcode)");
    EXPECT_EQ(filename(R"(form-data; filename="a%22b%41")"), R"(a"b%41)");
    EXPECT_EQ(filename("form-data; filename=\"\xC5\x99.gcode\""), "\xC5\x99.gcode");
    EXPECT_EQ(filename(R"(form-data; filename="")"), "");
}

TEST(HeaderValue, PrefersTheExtendedName) {
    EXPECT_EQ(filename("form-data; filename=\"x\"; filename*=UTF-8''%C5%99%20a.gcode"), "\xC5\x99 a.gcode");
    EXPECT_EQ(filename("form-data; filename*=utf-8'cs'%41; filename=x"), "A");
    EXPECT_EQ(filename("form-data; filename=\"x\"; filename*=ISO-8859-1'fr'caf%E9"), "caf\xC3\xA9");
    EXPECT_EQ(filename("form-data; filename=\"x\"; filename*=ISO-8859-2''%E9"), "x");
    EXPECT_EQ(filename("form-data; filename=\"x\"; filename*=UTF-8''%E9"), "x");
    EXPECT_EQ(filename("form-data; filename=\"x\"; filename*=UTF-8''%4"), "x");
    EXPECT_EQ(filename("form-data; filename=\"x\"; filename*=UTF-8'"), "x");
}

TEST(HeaderValue, RefusesWhatIsCut) {
    EXPECT_EQ(filename("form-data; filename=\"abc"), "(malformed)");
    EXPECT_EQ(filename("form-data; filename"), "(malformed)");
    EXPECT_EQ(filename("form-data; filename=\"abc\"x"), "(malformed)");
    EXPECT_EQ(filename("form-data; a; filename=b"), "(malformed)");
}

TEST(HeaderValue, WritesAttachmentNamesForOldAndNewClients) {
    EXPECT_EQ(attachment_disposition("a b.gcode"), "attachment; filename=\"a b.gcode\"");
    EXPECT_EQ(attachment_disposition("\xC5\x99\"x.gcode"),
              "attachment; filename=\"__x.gcode\"; filename*=UTF-8''%C5%99%22x.gcode");
    EXPECT_EQ(attachment_disposition("a\r\nb"), "attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab");
}

TEST(HttpDate, ReadsWhatItWrites) {
    const std::chrono::sys_seconds time{std::chrono::seconds(784111777)};
    EXPECT_EQ(to_http_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), time);
}

TEST(HttpDate, TakesNoOtherForm) {
    for (const char* bad :
         {"", "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Now 1994 08:49:37 GMT",
          "Sun, 31 Feb 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT"})
        EXPECT_EQ(parse_http_date(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace karmen::http
