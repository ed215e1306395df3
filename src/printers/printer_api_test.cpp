#include "printers/printer_api.hpp"

#include <gtest/gtest.h>

namespace karmen::printers {
namespace {

TEST(IsOnHost, AnyPortOfThePrinterItself) {
    for (const char* url : {"http://192.168.1.2/webcam/?action=stream", "http://192.168.1.2:8080/?action=stream",
                            "https://192.168.1.2", "HTTP://192.168.1.2/"}) {
        EXPECT_TRUE(is_on_host(url, "192.168.1.2")) << url;
        EXPECT_TRUE(is_on_host(url, "192.168.1.2:5000")) << url;
    }
}

TEST(IsOnHost, NothingElse) {
    for (const char* url : {"http://192.168.1.20/", "http://192.168.1.2.example.org/", "http://127.0.0.1:8080/",
                            "http://192.168.1.2@10.0.0.1/", "http://user@192.168.1.2/", "http://10.0.0.1/192.168.1.2",
                            "http://10.0.0.1#@192.168.1.2/", "rtsp://192.168.1.2/", "file://192.168.1.2/",
                            "//192.168.1.2/", "/webcam", "192.168.1.2", ""})
        EXPECT_FALSE(is_on_host(url, "192.168.1.2")) << url;
}

}  // namespace
}  // namespace karmen::printers
