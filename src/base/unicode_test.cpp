#include "base/unicode.hpp"

#include <gtest/gtest.h>

namespace karmen {
namespace {

TEST(Unicode, ComposesWhatWasTypedInParts) {
    EXPECT_EQ(to_nfc("Mu\u0308ll.gcode"), "M\u00fcll.gcode");
    EXPECT_EQ(to_nfc("M\u00fcll.gcode"), "M\u00fcll.gcode");
    EXPECT_EQ(to_nfc("plain.gcode"), "plain.gcode");
    EXPECT_EQ(to_nfc("\u212b"), "\u00c5");
    EXPECT_EQ(to_nfc(""), "");
}

TEST(Unicode, KeepsCompatibilityCharactersInNfc) {
    EXPECT_EQ(to_nfc("\ufb01le \uff21"), "\ufb01le \uff21");
}

TEST(Unicode, LeavesWhatIsNotUtf8AsItIs) {
    EXPECT_EQ(to_nfc("M\xfcll"), "M\xfcll");
    EXPECT_EQ(fold_name(" M\xfcll"), " M\xfcll");
}

TEST(Unicode, FoldsCaseWidthCompositionAndBlankEnds) {
    EXPECT_EQ(fold_name("Anna"), "anna");
    EXPECT_EQ(fold_name("\uff21nna"), "anna");
    EXPECT_EQ(fold_name("  anna\t"), "anna");
    EXPECT_EQ(fold_name("\u3000anna\u00a0"), "anna");
    EXPECT_EQ(fold_name("J\u00dcRGEN"), fold_name("ju\u0308rgen"));
    EXPECT_EQ(fold_name("STRASSE"), fold_name("stra\u00dfe"));
    EXPECT_EQ(fold_name("an\u200bna"), "anna");
}

TEST(Unicode, KeepsBlanksInsideAndDifferentNamesApart) {
    EXPECT_EQ(fold_name("Anna  B"), "anna  b");
    EXPECT_NE(fold_name("anna b"), fold_name("annab"));
    EXPECT_EQ(fold_name("   "), "");
}

}  // namespace
}  // namespace karmen
