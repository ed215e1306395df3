#include "http/sse.hpp"

#include <gtest/gtest.h>

namespace karmen::http {
namespace {

TEST(ServerSentEvents, AreTheirFieldsAndAnEmptyLine) {
    EXPECT_EQ(event_text("1-2", "printer", R"({"a":1})"), "id: 1-2\nevent: printer\ndata: {\"a\":1}\n\n");
}

TEST(ServerSentEvents, KeepTheLinesOfTheirData) {
    EXPECT_EQ(event_text("1", "note", "one\n\ntwo"), "id: 1\nevent: note\ndata: one\ndata: \ndata: two\n\n");
    EXPECT_EQ(event_text("1", "note", ""), "id: 1\nevent: note\ndata: \n\n");
}

}  // namespace
}  // namespace karmen::http
