// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/port_address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hub::workbench {
namespace {

using Kind = PortAddress::Kind;

void expect_refused(const std::string& text, const std::string& said) {
    const auto read = parse_port_address(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.view().find(said), std::string_view::npos) << text << read.error().message.view();
    EXPECT_EQ(read.error().message.view().find("secret"), std::string_view::npos) << read.error().message.view();
}

TEST(PortAddress, reads_each_kind) {
    EXPECT_EQ(parse_port_address("rfc2217://box:4000"), (PortAddress{Kind::rfc2217, "box", 4000, ""}));
    EXPECT_EQ(parse_port_address("tcp://[fe80::1%eth0]:1"), (PortAddress{Kind::tcp, "fe80::1%eth0", 1, ""}));
    EXPECT_EQ(parse_port_address("ws://10.0.0.7"), (PortAddress{Kind::webrepl, "10.0.0.7", 8266, ""}));
    EXPECT_EQ(parse_port_address("ws://:secret@[::1]:65535/"), (PortAddress{Kind::webrepl, "::1", 65535, "secret"}));
    EXPECT_EQ(parse_port_address("http://:a%40b%3a@cpy-1a2b3c.local"),
              (PortAddress{Kind::web_workflow, "cpy-1a2b3c.local", 80, "a@b:"}));
}

TEST(PortAddress, says_itself_without_the_password) {
    EXPECT_EQ(parse_port_address("ws://:secret@board")->text(), "ws://board");
    EXPECT_EQ(parse_port_address("http://:secret@[::1]:8080")->text(), "http://[::1]:8080");
    EXPECT_EQ(parse_port_address("tcp://box:23")->text(), "tcp://box:23");
}

TEST(PortAddress, tells_an_address_from_a_path_and_a_name) {
    EXPECT_TRUE(is_port_address("tcp://box:1"));
    EXPECT_TRUE(is_port_address("ftp://box"));
    for (const char* text : {"", "/dev/ttyUSB0", "badge", "://x", "a/b://c"})
        EXPECT_FALSE(is_port_address(text)) << text;
}

TEST(PortAddress, says_what_is_wrong_and_never_the_password) {
    expect_refused("https://:secret@board", "no board is reached");
    expect_refused("tcp://box", "port is missing: tcp://box:PORT");
    expect_refused("rfc2217://box:0", "1 to 65535");
    expect_refused("rfc2217://box:65536", "1 to 65535");
    expect_refused("rfc2217://box:12x", "1 to 65535");
    expect_refused("rfc2217://box:4000?logging=debug", "1 to 65535");
    expect_refused("tcp://:1", "no host");
    expect_refused("tcp://[::1:1", "never closed");
    expect_refused("tcp://bo x:1", "no host's has");
    expect_refused("tcp://" + std::string(254, 'a') + ":1", "too long");
    expect_refused("tcp://" + std::string(port_address_max, 'a'), "too long");
    expect_refused("tcp://:secret@box:1", "takes none");
    expect_refused("ws://secret@board", "a colon");
    expect_refused("ws://:secret%4@board", "hexadecimal");
    expect_refused("ws://:secret%0a@board", "control character");
}

TEST(PortAddress, knows_how_long_passwords_can_be) {
    EXPECT_TRUE(parse_port_address("ws://:" + std::string(webrepl_password_max, 'x') + "@b"));
    expect_refused("ws://:" + std::string(webrepl_password_max + 1, 'x') + "@b", "9 characters at most");
    EXPECT_TRUE(parse_port_address("http://:" + std::string(web_password_max, 'x') + "@b"));
    expect_refused("http://:" + std::string(web_password_max + 1, 'x') + "@b", "63 characters at most");
}

} // namespace
} // namespace hub::workbench
