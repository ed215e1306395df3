#include "http/multipart.hpp"

#include "base/error.hpp"
#include "runtime/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace karmen::http {
namespace {

using Event = MultipartParser::Event;

/// What the parser says about a body that comes in these pieces, as text: `[name|filename|type]data.` per part, `!` and
/// the message for an error.
std::string events(const std::vector<std::string_view>& pieces, const MultipartLimits& limits = {}) {
    std::string told;
    try {
        MultipartParser parser("BB", limits);
        for (const std::string_view piece : pieces) {
            parser.feed(piece);
            for (Event event = parser.next(); event != Event::kNeedInput; event = parser.next()) {
                if (event == Event::kPart)
                    told += "[" + parser.part().name + "|" + parser.part().filename.value_or("-") + "|" +
                            parser.part().content_type + "]";
                if (event == Event::kData) told += parser.data();
                if (event == Event::kPartEnd) told += ".";
                if (event == Event::kEnd) told += "end";
            }
        }
        parser.finish();
    } catch (const Error& error) {
        told += "!";
        EXPECT_EQ(error.code(), ErrorCode::kMalformedBody);
    }
    return told;
}

const std::string kTwoParts =
    "preamble\r\n--BB\r\n"
    "Content-Disposition: form-data; name=\"path\"\r\n\r\n"
    "a/b\r\n--BB \t\r\n"
    "content-disposition: form-data; name=file; filename=\"x.gcode\"\r\nContent-Type: text/plain\r\n\r\n"
    "G1 X1\r\n\r\n--B\r\n--BX\r\r\n-\n--BB\r\n--BB--epilogue\r\n--BB\r\n";
const std::string kTwoPartsEvents = "[path|-|]a/b.[file|x.gcode|text/plain]G1 X1\r\n\r\n--B\r\n--BX\r\r\n-\n--BB.end";

TEST(Multipart, ReadsParts) {
    EXPECT_EQ(events({kTwoParts}), kTwoPartsEvents);
}

TEST(Multipart, GivesTheSameHoweverTheInputIsCut) {
    for (std::size_t i = 0; i <= kTwoParts.size(); ++i) {
        const std::string_view all = kTwoParts;
        for (std::size_t j = i; j <= kTwoParts.size(); ++j)
            ASSERT_EQ(events({all.substr(0, i), all.substr(i, j - i), all.substr(j)}), kTwoPartsEvents)
                << i << " " << j;
    }
    std::vector<std::string_view> bytes;
    for (const char& c : kTwoParts) bytes.emplace_back(&c, 1);
    EXPECT_EQ(events(bytes), kTwoPartsEvents);
}

TEST(Multipart, ABodyThatIsCutIsAnError) {
    const std::size_t whole = kTwoParts.find("--BB--") + 6;
    for (std::size_t length = 0; length < whole; ++length)
        EXPECT_TRUE(events({std::string_view(kTwoParts).substr(0, length)}).ends_with("!")) << length;
    EXPECT_EQ(events({std::string_view(kTwoParts).substr(0, whole)}), kTwoPartsEvents);
}

TEST(Multipart, PartsMayBeEmptyAndBodiesWithoutParts) {
    EXPECT_EQ(events({"--BB\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--BB--"}), "[a|-|].end");
    EXPECT_EQ(events({"--BB--\r\n"}), "end");
}

TEST(Multipart, RefusesWhatBreaksTheFormat) {
    for (const char* bad : {
             "--BB\nContent-Disposition: form-data; name=a\n\nx\n--BB--\n",        // LF alone
             "--BB\r\nContent-Disposition: form-data; name=a\n\nx\r\n--BB--\r\n",  // LF in the header
             "--BB\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--BB--",
             "--BB\r\nno colon\r\n\r\nx\r\n--BB--\r\n",
             "--BBx\r\n",
             "--BB-x\r\n",
             "--BB\rx\r\n",
         })
        EXPECT_TRUE(events({bad}).ends_with("!")) << bad;
}

TEST(Multipart, PartsThatAreNoFieldsHaveNoName) {
    for (const char* odd : {
             "--BB\r\nContent-Disposition: form-data\r\n\r\nx\r\n--BB--\r\n",
             "--BB\r\nContent-Type: text/plain\r\n\r\nx\r\n--BB--\r\n",
             "--BB\r\n\r\nx\r\n--BB--\r\n",
             "--BB\r\nContent-Disposition: attachment; name=a; filename=b\r\n\r\nx\r\n--BB--",
         })
        EXPECT_THAT(events({odd}), testing::MatchesRegex(R"(\[\|-\|.*\]x\.end)")) << odd;
}

TEST(Multipart, ReadsLatin1InFileNames) {
    EXPECT_EQ(events({"--BB\r\nContent-Disposition: form-data; name=a; filename=\"M\xFCll\"\r\n\r\nx\r\n--BB--"}),
              "[a|M\xC3\xBCll|]x.end");
}

TEST(Multipart, HoldsItsLimits) {
    const std::string part = "--BB\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n";
    EXPECT_EQ(events({part + part + "--BB--"}, {.parts_max = 2}), "[a|-|]x.[a|-|]x.end");
    EXPECT_EQ(events({part + part + "--BB--"}, {.parts_max = 1}), "[a|-|]x.!");
    const std::string wide = "--BB\r\nX: " + std::string(100, 'x') + "\r\n" + part.substr(6) + "--BB--";
    EXPECT_EQ(events({wide}), "[a|-|]x.end");
    EXPECT_EQ(events({wide}, {.part_header_bytes_max = 120}), "!");
    EXPECT_EQ(events({"--BB\r\nX: ", std::string(10'000, 'x')}), "!");
}

TEST(Multipart, FindsTheBoundaryInTheContentType) {
    EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
    EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=x; Boundary=\"a b?\""), "a b?");
    for (const char* bad : {"", "multipart/form-data", "multipart/mixed; boundary=a", "application/json",
                            "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\r\n\""})
        EXPECT_THROW(multipart_boundary(bad), Error) << bad;
    EXPECT_THROW(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'b')), Error);
}

/// A body that comes in pieces of a few bytes.
class PiecewiseBody final : public RequestBody {
  public:
    PiecewiseBody(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
    std::optional<std::uint64_t> content_length() const override { return std::nullopt; }
    Awaitable<std::size_t> read_some(std::span<char> buffer) override {
        const std::size_t count = std::min({buffer.size(), piece_, text_.size() - at_});
        std::ranges::copy(text_.substr(at_, count), buffer.begin());
        at_ += count;
        co_return count;
    }
    void limit(std::uint64_t) override {}
    bool is_at_end() const { return at_ == text_.size(); }

  private:
    std::string text_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

Awaitable<std::string> read_parts(PiecewiseBody& body, bool skip_data) {
    MultipartReader reader(body, "multipart/form-data; boundary=BB");
    std::string told;
    while (const std::optional<Part> part = co_await reader.next_part()) {
        told += "[" + part->name + "]";
        if (skip_data) continue;
        for (auto data = co_await reader.read_some(); !data.empty(); data = co_await reader.read_some())
            told.append(data.begin(), data.end());
        EXPECT_TRUE((co_await reader.read_some()).empty());
    }
    co_return told;
}

TEST(MultipartReader, ReadsPartsFromABody) {
    Loop loop;
    for (const std::size_t piece : {1U, 2U, 7U, 1000U}) {
        PiecewiseBody body(kTwoParts, piece);
        EXPECT_EQ(loop.run_until_done(read_parts(body, false)), "[path]a/b[file]G1 X1\r\n\r\n--B\r\n--BX\r\r\n-\n--BB");
        EXPECT_TRUE(body.is_at_end());
    }
}

TEST(MultipartReader, SkipsDataThatNobodyReads) {
    Loop loop;
    PiecewiseBody body(kTwoParts, 3);
    EXPECT_EQ(loop.run_until_done(read_parts(body, true)), "[path][file]");
    EXPECT_TRUE(body.is_at_end());
}

TEST(MultipartReader, RefusesABodyThatEndsEarly) {
    Loop loop;
    PiecewiseBody body(kTwoParts.substr(0, 120), 16);
    EXPECT_THROW(loop.run_until_done(read_parts(body, false)), Error);
}

}  // namespace
}  // namespace karmen::http
