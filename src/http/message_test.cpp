#include "http/message.hpp"

#include <gtest/gtest.h>

namespace karmen::http {
namespace {

TEST(Headers, NamesHaveNoLetterCaseAndTheFirstCounts) {
    Headers headers;
    headers.add("Accept", "a");
    headers.add("accept", "b");
    EXPECT_EQ(headers.find("ACCEPT"), "a");
    EXPECT_EQ(headers.find("Accep"), std::nullopt);
}

TEST(Headers, SetReplacesAllOfThatName) {
    Headers headers;
    headers.add("Vary", "a");
    headers.add("Other", "o");
    headers.add("vary", "b");
    headers.set("VARY", "c");
    EXPECT_EQ(headers.find("vary"), "c");
    EXPECT_EQ(std::distance(headers.begin(), headers.end()), 2);
}

TEST(Query, OfEqualNamesTheFirstCounts) {
    const Query query{{"a", "1"}, {"a", "2"}};
    EXPECT_EQ(find(query, "a"), "1");
    EXPECT_EQ(find(query, "A"), std::nullopt);
}

TEST(Response, WithoutContentHasNoContentType) {
    const Response response = Response::no_content();
    EXPECT_EQ(response.status, 204U);
    EXPECT_EQ(response.headers.find("Content-Type"), std::nullopt);
}

}  // namespace
}  // namespace karmen::http
