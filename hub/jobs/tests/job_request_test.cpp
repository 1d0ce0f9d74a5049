// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/job_request.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace hub::jobs {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

Words words_of(const char* body, const Meant& meant) {
    const auto request = read_request(Json::parse(body));
    return request ? arguments_of(*request, meant) : Words{std::string(request.error().message.view())};
}

TEST(JobRequest, a_command_line_is_made_of_checked_words) {
    EXPECT_EQ(words_of(R"({"kind":"flash","board":"b","firmware":"esp32@1.25.0","baud":921600,"raw":true})",
                       {"/dev/ttyUSB0", {}, {}}),
              (Words{"flash", "--firmware", "esp32@1.25.0", "--port", "/dev/ttyUSB0", "--json", "--baud", "921600",
                     "--raw"}));
    EXPECT_EQ(words_of(R"({"kind":"flash","board":"b","upload":"0123456789abcdef","erase_all":true,"force":false})",
                       {"p", "/data/x.bin", {}}),
              (Words{"flash", "--firmware", "/data/x.bin", "--port", "p", "--json", "--erase-all"}));
    EXPECT_EQ(words_of(R"({"kind":"erase","board":"b","in_bootloader":true})", {"p", {}, {}}),
              (Words{"erase-flash", "--yes", "--port", "p", "--json", "--before", "no-reset"}));
    EXPECT_EQ(words_of(R"({"kind":"fetch","firmware":"pico-w/circuitpython@9.2.8"})", {}),
              (Words{"firmware", "get", "pico-w/circuitpython@9.2.8", "--json"}));
    EXPECT_EQ(words_of(R"({"kind":"deploy","board":"b","app":"door","health_s":0})", {"p", {}, "/apps/door"}),
              (Words{"deploy", "/apps/door", "--board", "p", "--json", "--health", "0"}));
    EXPECT_EQ(words_of(R"({"kind":"sync","board":"b","folder":"src","path":"lib/a b","remove":true})",
                       {"p", {}, "/apps/src"}),
              (Words{"sync", "/apps/src", ":lib/a b", "--board", "p", "--json", "--delete"}));
}

TEST(JobRequest, what_is_not_a_job_is_refused) {
    for (const char* bad : {"[]",
                            "null",
                            "{}",
                            R"({"kind":"format"})",
                            R"({"kind":"flash"})",
                            R"({"kind":"flash","board":"b"})",
                            R"({"kind":"flash","board":"b","firmware":"esp32","upload":"0123456789abcdef"})",
                            R"({"kind":"flash","board":"","firmware":"esp32"})",
                            R"({"kind":"flash","board":"-b","firmware":"esp32"})",
                            R"({"kind":"flash","board":"a\nb","firmware":"esp32"})",
                            R"({"kind":"flash","board":"b","firmware":"esp32","argv":["--data","/"]})",
                            R"({"kind":"flash","board":"b","firmware":"esp32","baud":1})",
                            R"({"kind":"flash","board":"b","firmware":"esp32","baud":-115200})",
                            R"({"kind":"flash","board":"b","firmware":"esp32","raw":"yes"})",
                            R"({"kind":"flash","board":"b","firmware":"esp32","raw":null})",
                            R"({"kind":"flash","board":"b","firmware":"--port"})",
                            R"({"kind":"flash","board":"b","firmware":"/etc/x.bin"})",
                            R"({"kind":"flash","board":"b","firmware":"../x.bin"})",
                            R"({"kind":"flash","board":"b","firmware":"esp32@"})",
                            R"({"kind":"flash","board":"b","upload":"../../etc/passwd"})",
                            R"({"kind":"flash","board":"b","upload":"0123456789ABCDEF"})",
                            R"({"kind":"fetch","board":"b","firmware":"esp32"})",
                            R"({"kind":"deploy","board":"b","app":"../door"})",
                            R"({"kind":"deploy","board":"b","app":"/etc"})",
                            R"({"kind":"deploy","board":"b","app":"-x"})",
                            R"({"kind":"deploy","board":"b","app":"a//b"})",
                            R"({"kind":"deploy","board":"b","app":"a/.ssh"})",
                            R"({"kind":"deploy","board":"b","app":"door","health_s":121})",
                            R"({"kind":"sync","board":"b","folder":"src","path":"/dev/ttyUSB1:lib"})",
                            R"({"kind":"sync","board":"b","folder":"src","path":"//host/x"})"}) {
        const auto request = read_request(Json::parse(bad));
        ASSERT_FALSE(request) << bad;
        EXPECT_EQ(request.error().code, base::ErrorCode::invalid_argument) << bad;
    }
}

struct Folders : testing::Test {
    Folders() {
        std::string name = (fs::temp_directory_path() / "ouro-jobs-XXXXXX").string();
        root = ::mkdtemp(name.data());
        fs::create_directories(root / "apps/door/src");
        fs::create_directories(root / "secret");
        fs::create_directory_symlink(root / "secret", root / "apps/out");
        fs::create_directory_symlink("door", root / "apps/in");
        std::ofstream(root / "apps/file") << "x";
    }
    ~Folders() override { fs::remove_all(root); }
    fs::path root;
};

TEST_F(Folders, only_what_lies_below_the_folder_of_apps_is_found_wherever_links_lead) {
    EXPECT_EQ(*find_folder(root / "apps", "door"), fs::canonical(root / "apps/door"));
    EXPECT_EQ(*find_folder(root / "apps", "door/src"), fs::canonical(root / "apps/door/src"));
    EXPECT_EQ(*find_folder(root / "apps", "in"), fs::canonical(root / "apps/door"));
    EXPECT_EQ(find_folder(root / "apps", "out").error().code, base::ErrorCode::refused);
    EXPECT_EQ(find_folder(root / "apps", "file").error().code, base::ErrorCode::not_found);
    EXPECT_EQ(find_folder(root / "apps", "none").error().code, base::ErrorCode::not_found);
    EXPECT_EQ(find_folder(root / "none", "door").error().code, base::ErrorCode::not_found);
}

TEST_F(Folders, a_board_is_a_session_or_a_serial_port_and_no_other_device) {
    core::SessionInfo session;
    session.id = session.uid = "abcd1234";
    session.board = "Front door";
    session.port = (root / "apps/file").string();
    fs::create_symlink(session.port, root / "link");
    const std::vector sessions{session};
    for (const std::string& name :
         {session.id, session.board, session.port, std::string("file"), (root / "link").string()}) {
        ASSERT_TRUE(find_board(name, sessions)) << name;
        EXPECT_EQ(find_board(name, sessions)->port, session.port) << name;
    }
    for (const char* other : {"/dev/null", "/dev/watchdog", "/dev/tty", "/etc/passwd", "/dev/ttyUSB99", "nobody", "..",
                              "/dev/../etc/passwd"}) {
        EXPECT_FALSE(find_board(other, sessions)) << other;
    }
}

TEST_F(Folders, an_address_is_on_the_network_and_has_no_password) {
    EXPECT_TRUE(find_board("rfc2217://127.0.0.1:4000", {})->is_on_network);
    EXPECT_EQ(find_board("ws://:secret@kitchen.local", {}).error().code, base::ErrorCode::invalid_argument);
    EXPECT_EQ(find_board("file:///etc/passwd", {}).error().code, base::ErrorCode::not_found);
}

} // namespace
} // namespace hub::jobs
