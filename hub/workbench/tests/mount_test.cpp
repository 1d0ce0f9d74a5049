// SPDX-License-Identifier: Apache-2.0
// What a board may ask of a folder; tests/e2e/test_board_tools.py has a board that does.
#include "hub/workbench/mount_folder.hpp"
#include "hub/workbench/mount_requests.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <vector>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;

class MountTest : public testing::Test, public MountReader::Sink {
protected:
    MountTest() {
        std::string name = (fs::temp_directory_path() / "ouro-mount-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        top_ = name;
        fs::create_directories(top_ / "in/d");
        fs::create_directories(top_ / "out");
        write("in/a.txt", "hello");
        write("out/secret", "secret");
        fs::create_symlink(top_ / "out", top_ / "in/outside");
        fs::create_symlink("a.txt", top_ / "in/inside");
        fs::create_symlink(top_ / "out/new", top_ / "in/dangling");
    }
    ~MountTest() override { fs::remove_all(top_); }

    void write(const std::string& path, std::string_view text) { std::ofstream(top_ / path) << text; }
    std::string read(const std::string& path) {
        std::ifstream file(top_ / path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string ask(const std::string& json, bool unsafe = false) {
        return MountFolder::open(top_ / "in", unsafe)->answer(json);
    }
    void on_text(std::string_view bytes) override { text_ += bytes; }
    void on_request(std::string_view json) override { requests_.emplace_back(json); }

    fs::path top_;
    std::string text_;
    std::vector<std::string> requests_;
};

TEST_F(MountTest, requests_are_told_from_text_however_they_are_cut) {
    const std::string stream = "before\x18[1,\"stat\"]\r\r\nbetween\x18x\x18\x18[2]\nafter";
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        text_.clear();
        requests_.clear();
        MountReader reader(*this);
        for (std::size_t at = 0; at < stream.size(); at += piece)
            reader.feed(std::string_view(stream).substr(at, piece));
        reader.end();
        EXPECT_EQ(text_, "beforebetween\x18x\x18"
                         "after");
        EXPECT_EQ(requests_, (std::vector<std::string>{"[1,\"stat\"]", "[2]"}));
    }
}

TEST_F(MountTest, what_is_too_long_for_a_request_is_text) {
    MountReader reader(*this);
    const std::string longest = "\x18[" + std::string(mount_request_max - 4, 'x') + "]\n";
    reader.feed(longest);
    EXPECT_EQ(requests_.size(), 1U);
    const std::string longer = "\x18[" + std::string(mount_request_max - 3, 'x') + "]\n";
    reader.feed(longer);
    reader.end();
    EXPECT_EQ(requests_.size(), 1U);
    EXPECT_EQ(text_, longer);
}

TEST_F(MountTest, files_are_read_and_written) {
    EXPECT_EQ(ask(R"([7,"read","a.txt",1,168])"), "[7,0,\"ZWxsbw==\"]\n");
    EXPECT_EQ(ask(R"([8,"write","a.txt",3,"cCE="])"), "[8,0]\n");
    EXPECT_EQ(read("in/a.txt"), "help!");
    EXPECT_EQ(ask(R"([9,"new","d/b"])"), "[9,0]\n");
    EXPECT_EQ(ask(R"([1,"mv","d/b","d/c"])"), "[1,0]\n");
    EXPECT_EQ(ask(R"([2,"rm","d/c"])"), "[2,0]\n");
    EXPECT_EQ(ask(R"([3,"rmdir","/d"])"), "[3,0]\n");
    EXPECT_EQ(ask(R"([4,"mkdir","d"])"), "[4,0]\n");
    EXPECT_EQ(ask(R"([5,"stat","none"])"), "[5,-2]\n");
    EXPECT_EQ(ask(R"([6,"new","d"])"), "[6,-21]\n");
}

TEST_F(MountTest, a_listing_goes_on_where_it_stopped_and_shows_what_can_be_opened) {
    for (int i = 0; i < 30; ++i) write("in/file number " + std::to_string(i), "x");
    std::size_t names = 0;
    int next = 0;
    do {
        const std::string answer = ask("[1,\"ls\",\"\"," + std::to_string(next) + "]");
        EXPECT_LE(answer.size(), 250U);
        EXPECT_EQ(answer.find("outside"), std::string::npos);
        EXPECT_EQ(answer.find("dangling"), std::string::npos);
        for (auto at = answer.find("[\""); at != std::string::npos; at = answer.find("[\"", at + 1)) ++names;
        next = std::stoi(answer.substr(answer.rfind(',') + 1));
    } while (next != 0);
    EXPECT_EQ(names, 33U) << "30, a.txt, d and inside";
}

TEST_F(MountTest, nothing_leads_out_of_the_folder) {
    for (const std::string path :
         {"../out/secret", "d/../../out/secret", "outside/secret", "outside", "dangling", "/../x"}) {
        EXPECT_EQ(ask("[1,\"read\",\"" + path + "\",0,10]").substr(0, 4), "[1,-") << path;
        EXPECT_EQ(ask("[1,\"new\",\"" + path + "\"]").substr(0, 4), "[1,-") << path;
        EXPECT_EQ(ask("[1,\"write\",\"" + path + "\",0,\"eA==\"]").substr(0, 4), "[1,-") << path;
    }
    for (const std::string path : {"../out/secret", "outside/secret"}) {
        EXPECT_EQ(ask("[1,\"rm\",\"" + path + "\"]"), "[1,-13]\n");
        EXPECT_EQ(ask("[1,\"mv\",\"a.txt\",\"" + path + "\"]"), "[1,-13]\n");
        EXPECT_EQ(ask("[1,\"mv\",\"" + path + "\",\"b\"]"), "[1,-13]\n");
    }
    EXPECT_EQ(ask(R"([1,"rmdir",""])"), "[1,-13]\n");
    EXPECT_EQ(read("out/secret"), "secret");
    EXPECT_FALSE(fs::exists(top_ / "out/new"));
    EXPECT_EQ(ask(R"([1,"read","inside",0,10])"), "[1,0,\"aGVsbG8=\"]\n") << "a link that stays inside is a file";
    EXPECT_EQ(ask(R"([1,"read","outside/secret",0,10])", true), "[1,0,\"c2VjcmV0\"]\n") << "unless it was allowed";
}

TEST_F(MountTest, a_pipe_is_no_file) {
    ASSERT_EQ(::mkfifo((top_ / "in/pipe").c_str(), 0600), 0);
    EXPECT_EQ(ask(R"([1,"read","pipe",0,10])"), "[1,-13]\n");
    EXPECT_EQ(ask(R"([1,"stat","pipe"])"), "[1,-13]\n");
}

TEST_F(MountTest, strange_requests_are_answered_with_an_error) {
    for (const std::string json : {"[]", "x", "[1]", R"(["x","stat","a"])", "{}"})
        EXPECT_EQ(ask(json), "[0,-22]\n") << json;
    for (const std::string json :
         {R"([1,"stat"])", R"([1,"stat",2])", R"([1,2])", R"([1,"fly","a"])", R"([1,"read","a.txt",-1,1])",
          R"([1,"write","a.txt",0,"???"])", R"([1,"stat","a\u0000b"])"}) {
        EXPECT_EQ(ask(json), "[1,-22]\n") << json;
    }
    EXPECT_EQ(ask(R"([1,"read","a.txt",0,169])"), "[1,-27]\n");
    EXPECT_EQ(ask(R"([1,"write","a.txt",67108864,"eA=="])"), "[1,-27]\n");
}

} // namespace
} // namespace hub::workbench
