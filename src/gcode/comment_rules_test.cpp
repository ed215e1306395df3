#include "gcode/comment_rules.hpp"

#include "gcode/first_word.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace karmen::gcode {
namespace {

bool may_hold_fact(const CommentRules& rules, std::string comment) {
    comment += '\n' + std::string(kFirstWordPeek, 'x');
    return rules.may_hold_fact(comment.data());
}

void read(CommentRules& rules, Findings& findings, std::string_view comment) {
    rules.read(comment, comment.size(), findings);
}

/// A word that is taken for another one costs time only, but these are most of what files hold.
TEST(CommentRules, TurnAwayTheCommentsThatFillFiles) {
    const CommentRules rules;
    for (const char* comment : {"TYPE:External perimeter",
                                "WIDTH:0.449999",
                                "HEIGHT:0.2",
                                "Z:0.4",
                                "BEFORE_LAYER_CHANGE",
                                "AFTER_LAYER_CHANGE",
                                "WIPE_START",
                                "WIPE_END",
                                "MESH:cube.stl",
                                " FEATURE: Inner wall",
                                " LINE_WIDTH: 0.42",
                                " feature outer perimeter",
                                " tool H0.200 W0.480",
                                " printing object cube id:0 copy 0",
                                " stop printing object cube",
                                " outer perimeter",
                                " Loop Path",
                                " 'Perimeter Path', 1.0 [feed mm/s]",
                                " perimeter_speed = 60",
                                " fill_density = 20%",
                                "   temperatureName,Primary Extruder",
                                "   filamentDiameters,1.75",
                                " move to next layer (3)",
                                " iVBORw0KGgoAAAANSUhEUgAA"})
        EXPECT_FALSE(may_hold_fact(rules, comment)) << comment;
    for (const char* comment : {"LAYER:0", " temperature = 210", "   Build time: 1 hour", "--- layer 0 (0.2)"})
        EXPECT_TRUE(may_hold_fact(rules, comment)) << comment;
}

TEST(CommentRules, StopToLookForWhatSaysNothingNew) {
    CommentRules rules;
    Findings findings;
    read(rules, findings, "layerHeight,0");
    EXPECT_TRUE(may_hold_fact(rules, "   layerHeight,0.2"));
    read(rules, findings, "layerHeight,0.2");
    EXPECT_FALSE(may_hold_fact(rules, "   layerHeight,0.2"));
    EXPECT_FALSE(may_hold_fact(rules, " layer_height = 0.3"));
    EXPECT_EQ(findings.direct.layer_height_mm, 0.2);
    EXPECT_TRUE(may_hold_fact(rules, " first_layer_height = 0.3"));
}

TEST(CommentRules, LookForLayersAsLongAsTheirBeginningsAreRead) {
    CommentRules rules;
    Findings findings;
    read(rules, findings, "layer_height = 0.2");
    read(rules, findings, "layer 1, Z = 0.2");
    EXPECT_TRUE(may_hold_fact(rules, " layer 2, Z = 0.4"));
    findings.layers_are_read = false;
    read(rules, findings, "layer 2, Z = 0.4");
    for (const char* comment : {" layer 3, Z = 0.6", "LAYER:3", "LAYER_CHANGE", " CHANGE_LAYER", "--- layer 3 (0.6)"})
        EXPECT_FALSE(may_hold_fact(rules, comment)) << comment;
    EXPECT_TRUE(may_hold_fact(rules, "LAYER_COUNT:7"));
}

TEST(CommentRules, KeepFactsAndCommandsAndNameTheLastElapsedTime) {
    const CommentRules rules;
    const std::vector<std::string> lines = {";TYPE:Skin",         "M104 S200",        "; temperature = 210",
                                            ";TIME_ELAPSED:10.5", ";WIDTH:0.4",       " ; indented",
                                            ";TIME_ELAPSED:20",   "; layer 2, Z = 1", "M0 TIME_ELAPSED:3"};
    std::string text = "G1\n";
    std::vector<std::uint16_t> starts;
    for (const std::string& line : lines) {
        starts.push_back(static_cast<std::uint16_t>(text.size()));
        text += line + '\n';
    }
    const std::vector<std::uint16_t> expected = {starts[1], starts[2], starts[5], starts[7], starts[8]};
    const unsigned elapsed = starts[6];
    text += std::string(kFirstWordPeek, 'x');
    const CommentRules::Kept kept = rules.keep_facts(text.data(), starts);
    EXPECT_EQ(kept.elapsed, elapsed);
    starts.resize(kept.size);
    EXPECT_EQ(starts, expected);
}

}  // namespace
}  // namespace karmen::gcode
