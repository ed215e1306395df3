#include "gcode/picture/comment_text.hpp"

#include <gtest/gtest.h>

namespace karmen::gcode::picture {
namespace {

TEST(CommentText, DecodesLinesOfBase64) {
    EXPECT_EQ(decode_comments("\n; cG9w\n; Y29y\n; bg==\n"), "popcorn");
    EXPECT_EQ(decode_comments("\r\n;cG9w\r\n\t;  Y29ybg \r\n;\r\n\r\n"), "popcorn") << "without padding";
    EXPECT_EQ(decode_comments("\r; c\r; G9wY29\r; ybg=\r; =\r"), "popcorn") << "lines need not end with a group";
    EXPECT_EQ(decode_comments("; +/+/"), "\xFB\xFF\xBF");
    EXPECT_EQ(decode_comments("; AP8A"), std::string("\0\xFF\0", 3));
    EXPECT_EQ(decode_comments(""), "");
    EXPECT_EQ(decode_comments("\n;\n; \n"), "");
}

TEST(CommentText, RefusesWhatIsNoBase64InComments) {
    for (const char* broken :
         {"cG9w", "; cG9w\nG1 X1\n; cG9w", "; cG9*", "; cG9w; cG9w", "; cG 9w", "; cG9w\n; c",
          "; c===", "; cG===", "; cG9==", "; cG9w=", "; cG9=\n; cG9w", "; =", "; \xFF\xFF\xFF\xFF"})
        EXPECT_EQ(decode_comments(broken), std::nullopt) << broken;
}

}  // namespace
}  // namespace karmen::gcode::picture
