#include "gcode/first_word.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

namespace karmen::gcode {
namespace {

/// Exactly as many bytes as are looked at, so that a sanitizer sees one too many.
FirstWord of(std::string text) {
    text.resize(kFirstWordPeek, '\n');
    const std::unique_ptr<char[]> bytes(new char[kFirstWordPeek]);
    std::ranges::copy(text, bytes.get());
    const FirstWord word = first_word(bytes.get());
    EXPECT_EQ(word, first_word_portable(bytes.get())) << text;
    return word;
}

TEST(FirstWord, EndsBeforeWhatIsNoLetter) {
    for (const char* text : {"layer", " layer 12, Z", "LAYER:0", ";;\tLayer height: 0.2", "--- layer 0", "<layer>",
                             "layer\xC3\xA9", "\xFFlayer,1", "               layer"})
        EXPECT_EQ(of(text), of("layer")) << text;
    for (const char* text : {"", "layers", "laye", "layer_count", "player", "1", "                layer"})
        EXPECT_NE(of(text), of("layer")) << text;
}

TEST(FirstWord, CountsSixteenLetters) {
    EXPECT_EQ(of("extruder_temp_degree_c_0"), of("Extruder_Temp_De"));
    EXPECT_NE(of("extruder_temp_d"), of("extruder_temp_de"));
}

TEST(FirstWord, IsEmptyWithoutALetterInSixteenBytes) {
    for (const char* text : {"", "0.2", "                layer", "1234567890123456word"})
        EXPECT_EQ(of(text), FirstWord{});
}

TEST(FirstWord, IsTheSameInAllImplementations) {
    std::mt19937 random(5);
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        const unsigned letters = random() % 8;
        while (text.size() < kFirstWordPeek)
            text += static_cast<char>(random() % 8 < letters ? 'A' + static_cast<int>(random() % 58) : random() % 256);
        of(text);
    }
}

}  // namespace
}  // namespace karmen::gcode
