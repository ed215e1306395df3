#include "webcam/mjpeg.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace karmen::webcam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Event = MjpegParser::Event;

constexpr std::size_t kBytesMax = 200;

const std::string kFirst = "\xff\xd8 first\r\n--fram\n\n\xff\xd9";
const std::string kSecond = std::string("\xff\xd8\0\r\n-- second \xff\xd9", 18);

struct Outcome {
    std::vector<std::string> pictures;
    Event event = Event::kNeedInput;  ///< the last one
    bool operator==(const Outcome&) const = default;
};

/// Feeds the pieces and takes what comes.
class Reader {
  public:
    explicit Reader(std::optional<std::string> boundary) : parser_(std::move(boundary), kBytesMax) {}

    Reader& feed(std::string_view bytes) {
        if (outcome_.event != Event::kNeedInput) return *this;
        parser_.feed(bytes);
        for (outcome_.event = parser_.next(); outcome_.event == Event::kPicture; outcome_.event = parser_.next())
            outcome_.pictures.emplace_back(parser_.picture());
        return *this;
    }
    Reader& finish() {
        if (outcome_.event != Event::kNeedInput) return *this;
        outcome_.event = parser_.finish();
        if (outcome_.event == Event::kPicture) outcome_.pictures.emplace_back(parser_.picture());
        return *this;
    }
    const Outcome& outcome() const { return outcome_; }

  private:
    MjpegParser parser_;
    Outcome outcome_;
};

/// Whatever the pieces are cut like, the outcome is the same; and of what is cut off at its end, no picture comes that
/// was not there.
Outcome read(const std::optional<std::string>& boundary, const std::string& stream) {
    const Outcome whole = Reader(boundary).feed(stream).outcome();
    Reader by_bytes(boundary);
    for (const char& byte : stream) by_bytes.feed({&byte, 1});
    EXPECT_EQ(by_bytes.outcome(), whole) << "byte by byte: " << stream;
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Reader reader(boundary);
        const Outcome begun = reader.feed(stream.substr(0, cut)).outcome();
        EXPECT_EQ(reader.feed(stream.substr(cut)).outcome(), whole) << "cut at " << cut << ": " << stream;
        EXPECT_LE(begun.pictures.size(), whole.pictures.size());
        for (std::size_t i = 0; i < begun.pictures.size(); ++i) EXPECT_EQ(begun.pictures[i], whole.pictures[i]);
    }
    return whole;
}

std::string sized(const std::string& picture) {
    return "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(picture.size()) + "\r\n\r\n" + picture +
           "\r\n";
}

std::string unsized(const std::string& picture) {
    return "Content-Type: image/jpeg\r\n\r\n" + picture + "\r\n";
}

TEST(Mjpeg, FindsTheBoundary) {
    EXPECT_EQ(mjpeg_boundary("multipart/x-mixed-replace;boundary=boundarydonotcross"), "boundarydonotcross");
    EXPECT_EQ(mjpeg_boundary("Multipart/X-Mixed-Replace; Boundary=\"a b\"; charset=x"), "a b");
    EXPECT_EQ(mjpeg_boundary("multipart/x-mixed-replace; boundary=--frame; "), "--frame");
    for (const char* other : {"image/jpeg", "multipart/x-mixed-replace", "multipart/x-mixed-replace; boundary=",
                              "multipart/x-mixed-replace; boundary=--", "multipart/x-mixed-replace; boundary=\"a",
                              "multipart/mixed; boundary=a", "video/mp4; boundary=a", ""})
        EXPECT_EQ(mjpeg_boundary(other), std::nullopt) << other;
}

TEST(Mjpeg, PicturesOfKnownLength) {
    const Outcome seen = read("frame", "--frame\r\n" + sized(kFirst) + "--frame\r\n" + sized(kSecond) + "--frame\r\n");
    EXPECT_THAT(seen.pictures, ElementsAre(kFirst, kSecond));
    EXPECT_EQ(seen.event, Event::kNeedInput);
}

TEST(Mjpeg, PicturesOfKnownLengthComeBeforeTheNextBoundary) {
    EXPECT_THAT(read("frame", "--frame\r\n" + sized("\xff\xd8x\xff\xd9")).pictures, ElementsAre("\xff\xd8x\xff\xd9"));
}

TEST(Mjpeg, PicturesOfUnknownLength) {
    const Outcome seen =
        read("frame", "--frame\r\n" + unsized(kFirst) + "--frame\r\n" + unsized(kSecond) + "--frame\r\n");
    EXPECT_THAT(seen.pictures, ElementsAre(kFirst, kSecond));
    EXPECT_EQ(seen.event, Event::kNeedInput);
}

TEST(Mjpeg, TheDashesMayBePartOfTheDeclaredBoundary) {
    for (const std::string delimiter : {"--frame\r\n", "----frame\r\n"})
        for (const auto& part : {sized(kFirst), unsized(kFirst)})
            EXPECT_THAT(read("--frame", delimiter + part + delimiter + part + delimiter).pictures,
                        ElementsAre(kFirst, kFirst))
                << delimiter;
}

TEST(Mjpeg, LinesMayEndWithLineFeedsAlone) {
    const std::string stream =
        "--frame\nContent-length:  7 \n\n\xff\xd8"
        "12345\n--frame\n\n\xff\xd8"
        "6\n--frame\n";
    EXPECT_THAT(read("frame", stream).pictures, ElementsAre("\xff\xd8"
                                                            "12345",
                                                            "\xff\xd8"
                                                            "6"));
}

TEST(Mjpeg, WhatStandsBetweenPartsIsSkipped) {
    const std::string stream = "preamble\r\n--fra--frame \r\n" + sized(kFirst) +
                               "junk -- \r\n--frame\r\nA: b\r\nContent-Length: 0\r\n\r\n" + "--frame\r\n" +
                               sized("text, no picture") + "--frame\r\n" + unsized("text too") + "--frame\r\n" +
                               sized(kSecond);
    EXPECT_THAT(read("frame", stream).pictures, ElementsAre(kFirst, kSecond));
}

TEST(Mjpeg, ALengthThatIsNoneIsNotBelieved) {
    for (const char* length : {"", "-7", "x", "99999999999999999999", "7 7"})
        EXPECT_THAT(
            read("frame", "--frame\r\nContent-Length: " + std::string(length) + "\r\n\r\n" + kFirst + "\r\n--frame\r\n")
                .pictures,
            ElementsAre(kFirst))
            << length;
}

TEST(Mjpeg, AWrongLengthCostsNothing) {
    const auto part = [](std::size_t length, const std::string& picture) {
        return "--frame\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + picture + "\r\n";
    };
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{1}, std::size_t{4}, kFirst.size() - 1, kFirst.size() + 1, kFirst.size() + 9,
          kFirst.size() + 30, kBytesMax, kBytesMax + 1, std::size_t{99'999'999'999}}) {
        const Outcome seen = read("frame", part(length, kFirst) + part(length, kSecond) + "--frame\r\n");
        EXPECT_THAT(seen.pictures, ElementsAre(kFirst, kSecond)) << length;
        EXPECT_EQ(seen.event, Event::kNeedInput) << length;
    }
}

TEST(Mjpeg, ABoundaryThatIsNotDeclaredIsOnTheFirstLineWithDashes) {
    for (const std::string begin : {"--ffmpeg\r\n", "\r\n--ffmpeg\r\n", "preamble\n--\n--ffmpeg \n"})
        for (const auto& part : {sized(kFirst), unsized(kFirst)})
            EXPECT_THAT(read(std::nullopt, begin + part + "--ffmpeg\r\n" + part + "--ffmpeg\r\n").pictures,
                        ElementsAre(kFirst, kFirst))
                << begin;
}

TEST(Mjpeg, ABodyThatBeginsAsAJpegIsOne) {
    Reader reader(std::nullopt);
    EXPECT_THAT(reader.feed(kFirst.substr(0, 1)).feed(kFirst.substr(1)).outcome().pictures, IsEmpty());
    EXPECT_THAT(reader.finish().outcome().pictures, ElementsAre(kFirst));
    EXPECT_THAT(Reader(std::nullopt).feed(kSecond).finish().outcome().pictures, ElementsAre(kSecond));
    for (const std::string& none : {std::string("\xff"), kFirst.substr(0, 9), std::string("<html>"), std::string()})
        EXPECT_THAT(Reader(std::nullopt).feed(none).finish().outcome().pictures, IsEmpty()) << none;
    EXPECT_EQ(Reader(std::nullopt).feed("\xff\xd8" + std::string(kBytesMax + 1, 'x')).outcome().event, Event::kBroken);
}

TEST(Mjpeg, TheLastPictureNeedsNoBoundary) {
    const std::string begun = "--frame\r\nContent-Length: 150\r\n\r\n" + kFirst;
    EXPECT_THAT(Reader("frame").feed(begun).finish().outcome().pictures, ElementsAre(kFirst));
    EXPECT_THAT(Reader("frame").feed("--frame\r\n" + unsized(kFirst)).finish().outcome().pictures, ElementsAre(kFirst));
    const Outcome cut = Reader("frame").feed("--frame\r\n\r\n" + kFirst.substr(0, 9)).finish().outcome();
    EXPECT_THAT(cut.pictures, IsEmpty());
    EXPECT_EQ(cut.event, Event::kEnd);
}

TEST(Mjpeg, EndsAtTheClosingBoundary) {
    const Outcome seen = read("frame", "--frame\r\n" + unsized(kFirst) + "--frame--\r\n--frame\r\n" + sized(kSecond));
    EXPECT_THAT(seen.pictures, ElementsAre(kFirst));
    EXPECT_EQ(seen.event, Event::kEnd);
}

TEST(Mjpeg, PicturesHaveALargestSize) {
    const std::string largest = "\xff\xd8" + std::string(kBytesMax - 4, 'x') + "\xff\xd9";
    for (const auto& part : {sized(largest), unsized(largest)}) {
        const Outcome seen = read("frame", "--frame\r\n" + part + "--frame\r\n");
        EXPECT_THAT(seen.pictures, ElementsAre(largest));
        EXPECT_EQ(seen.event, Event::kNeedInput);
    }
    for (const auto& part : {sized(largest + 'x'), unsized(largest + 'x')}) {
        const Outcome seen = read("frame", "--frame\r\n" + part + "--frame\r\n");
        EXPECT_THAT(seen.pictures, IsEmpty());
        EXPECT_EQ(seen.event, Event::kBroken);
    }
}

TEST(Mjpeg, GivesUpAStreamWithoutABoundary) {
    for (const std::string& stream : {std::string(9000, 'x'), std::string(9000, '-'), std::string(9000, '\n')}) {
        const Outcome seen = Reader(std::nullopt).feed(stream).outcome();
        EXPECT_EQ(seen.event, Event::kBroken) << stream.substr(0, 40);
    }
}

TEST(Mjpeg, GivesUpAStreamThatIsNone) {
    const std::string lines(9000, 'x');
    std::string many_headers;
    while (many_headers.size() < 9000) many_headers += "A: b\r\n";
    for (const std::string& stream : {std::string(kBytesMax + 100, 'x'), "--frame\r\n\r\n" + lines, "--frame" + lines,
                                      "--frame\r\n" + lines, "--frame\r\n" + many_headers}) {
        MjpegParser parser("frame", kBytesMax);
        parser.feed(stream);
        EXPECT_EQ(parser.next(), Event::kBroken) << stream.substr(0, 40);
        EXPECT_FALSE(parser.problem().empty());
        parser.feed("--frame\r\n" + sized(kFirst));
        EXPECT_EQ(parser.next(), Event::kBroken) << "it stays so";
    }
}

TEST(Mjpeg, HoldsNoMoreThanOnePicture) {
    MjpegParser parser("frame", kBytesMax);
    std::size_t fed = 0;
    parser.feed("--frame\r\n\r\n");
    while (parser.next() == Event::kNeedInput && fed < 100 * kBytesMax) {
        parser.feed("x");
        ++fed;
    }
    EXPECT_GE(fed, kBytesMax);
    EXPECT_LE(fed, kBytesMax + 20);
}

}  // namespace
}  // namespace karmen::webcam
