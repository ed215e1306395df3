#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace karmen {
namespace {

void check_same(const std::string& input, const std::string& expected) {
    EXPECT_EQ(to_iso8601(parse_iso8601(input)), expected) << input;
}

TEST(Clock, ReadsTheFormsThatDatabasesWrite) {
    check_same("2026-11-23T11:23:03.307644+00:00", "2026-11-23T11:23:03.307644+00:00");
    check_same("2026-11-23 11:23:03", "2026-11-23T11:23:03.000000+00:00");
    check_same("2026-11-23 11:23:03.5+01", "2026-11-23T10:23:03.500000+00:00");
    check_same("2026-11-23T11:23:03-02:30", "2026-11-23T13:53:03.000000+00:00");
    check_same("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999+00:00");
}

TEST(Clock, ReadsTheFirstAndTheLastMoment) {
    check_same("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000+00:00");
    check_same("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999+00:00");
    check_same("2026-01-01T00:00:00+23:59", "2025-12-31T00:01:00.000000+00:00");
}

TEST(Clock, RefusesWhatIsOutOfRange) {
    for (const char* text : {"0000-01-01T00:00:00", "0000-12-31T23:59:59Z", "2026-00-01T00:00:00",
                             "2026-01-00T00:00:00", "2026-01-01T24:00:00", "2026-01-01T99:00:00", "2026-01-01T00:60:00",
                             "2026-01-01T00:00:60", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+99:00",
                             "2026-01-01T00:00:00-00:60", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01"})
        EXPECT_THROW(parse_iso8601(text), std::invalid_argument) << text;
}

TEST(Clock, RefusesWhatIsNoTime) {
    for (const char* text : {"", "2026", "2026-13-01T00:00:00", "2026-02-30T00:00:00", "2026-01-01T00:00:00x",
                             "2026-01-01T00:00:00.", "-026-01-01T00:00:00"})
        EXPECT_THROW(parse_iso8601(text), std::invalid_argument) << text;
}

}  // namespace
}  // namespace karmen
