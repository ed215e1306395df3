#include "base/json_members.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace karmen {
namespace {

TEST(JsonMembers, AreThoseOfTheRightTypeAndOtherwiseEmpty) {
    const boost::json::value value =
        boost::json::parse(R"({"t":"x","n":1.5,"i":7,"b":true,"a":[1],"o":{"t":"y"},"null":null})");
    const JsonMembers members(object_or_empty(value));
    EXPECT_EQ(members.text("t"), "x");
    EXPECT_EQ(members.number("n"), 1.5);
    EXPECT_EQ(members.number("i"), 7.0);
    EXPECT_EQ(members.integer("i"), 7);
    EXPECT_EQ(members.integer("n"), 0);
    EXPECT_EQ(members.boolean("b"), true);
    EXPECT_EQ(members.array("a").size(), 1U);
    EXPECT_EQ(JsonMembers(members.object("o")).text("t"), "y");
    for (const char* name : {"null", "missing", "a"}) {
        EXPECT_EQ(members.optional_text(name), std::nullopt) << name;
        EXPECT_EQ(members.number(name), std::nullopt) << name;
        EXPECT_EQ(members.integer(name), 0) << name;
        EXPECT_EQ(members.boolean(name), std::nullopt) << name;
        EXPECT_TRUE(members.object(name).empty()) << name;
    }
    EXPECT_TRUE(members.array("o").empty());
}

TEST(JsonMembers, WhatIsNoObjectHasNone) {
    for (const char* text : {"null", "[]", "7", "\"x\"", "{}"})
        EXPECT_TRUE(object_or_empty(boost::json::parse(text)).empty()) << text;
}

}  // namespace
}  // namespace karmen
