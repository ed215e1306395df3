#include "http/target.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> path(std::string_view target) {
    return parse_target(target).segments;
}

TEST(Target, CutsThePathIntoDecodedSegments) {
    EXPECT_THAT(path("/"), IsEmpty());
    EXPECT_THAT(path("/printers/10.0.0.1:80/connection"), ElementsAre("printers", "10.0.0.1:80", "connection"));
    EXPECT_THAT(path("/a%20b/%C4%8d+"), ElementsAre("a b", "\xC4\x8D+"));
}

TEST(Target, IgnoresDoubleSlashesButNotTheLastOne) {
    EXPECT_THAT(path("//gcodes"), ElementsAre("gcodes"));
    EXPECT_THAT(path("/gcodes///1"), ElementsAre("gcodes", "1"));
    EXPECT_THAT(path("/gcodes/"), ElementsAre("gcodes", ""));
    EXPECT_THAT(path("//"), IsEmpty());
}

TEST(Target, AnEncodedSlashIsPartOfAValue) {
    EXPECT_THAT(path("/a%2Fb/c"), ElementsAre("a/b", "c"));
}

TEST(Target, TakesTheAbsoluteFormOfProxies) {
    EXPECT_THAT(path("http://karmen.example:8080/gcodes?a=b"), ElementsAre("gcodes"));
    EXPECT_THAT(path("HTTPS://karmen.example"), IsEmpty());
}

TEST(Target, DecodesTheQuery) {
    const Target target = parse_target("/x?a=1&b=x+y%2B%26&c&=d&&a=2&e=f=g");
    EXPECT_THAT(target.query, ElementsAre(Pair("a", "1"), Pair("b", "x y+&"), Pair("c", ""), Pair("", "d"),
                                          Pair("a", "2"), Pair("e", "f=g")));
}

TEST(Target, ALonePercentSignInTheQueryStandsForItself) {
    const Target target = parse_target("/x?%&a=100%&b=%4&c=%zz%41&d=50%25%&%=5%+%C3%A9");
    EXPECT_THAT(target.query, ElementsAre(Pair("%", ""), Pair("a", "100%"), Pair("b", "%4"), Pair("c", "%zzA"),
                                          Pair("d", "50%%"), Pair("%", "5% \xC3\xA9")));
}

TEST(Target, RefusesWhatIsNoUrl) {
    for (const char* bad :
         {"/%", "/%4", "/%zz", "/a%00b", "/x?a=%00", "/%ff", "/x?a=%C3", "", "gcodes", "*", "example.com:443", "?a=b"})
        EXPECT_THROW(parse_target(bad), Error) << bad;
}

}  // namespace
}  // namespace karmen::http
