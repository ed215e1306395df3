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

TEST(IsOnHost, EveryKindOfAddress) {
    EXPECT_TRUE(is_on_host("http://FARM.local:8080/s", "farm.local:5000/octoprint1"));
    EXPECT_TRUE(is_on_host("http://[2001:DB8:0::1]/s", "[2001:db8::1]:5000"));
    EXPECT_TRUE(is_on_host("http://10.0.0.1/s", "10.0.0.1:")) << "as Karmen 0.0.13 took it";
    for (const char* url : {"http://octoprint1/", "http://[2001:db8::2]/", "http://[fe80::1%25eth0]/"})
        for (const char* host : {"farm.local/octoprint1", "[2001:db8::1]", "[fe80::1]"})
            EXPECT_FALSE(is_on_host(url, host)) << url << " of " << host;
}

TEST(IsOnHost, WhatIsNoAddressHasNone) {
    for (const char* url : {"http://octopi.local./", "http://batch/", "http://999.1.1.1/", "http://10.0.0.1/"})
        for (const char* host : {"999.1.1.1", "batch", "octopi.local.", ""})
            EXPECT_FALSE(is_on_host(url, host)) << url << " of " << host;
}

}  // namespace
}  // namespace karmen::printers
