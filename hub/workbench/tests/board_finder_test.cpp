// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/board_finder.hpp"

#include "hub/workbench/tests/support.hpp"

#include <fstream>
#include <list>
#include <vector>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;
using Calls = std::vector<std::string>;

class BoardFinderTest : public testing::Test, public BoardFinder::Listener {
protected:
    fs::path boards() const { return folder_.path() / "boards"; }

    void add(const std::string& folder, const std::string& board_file) {
        fs::create_directories(boards() / folder);
        fs::create_symlink("/dev/null", boards() / folder / "uart0");
        sockets_.emplace_back(boards() / folder / "control.sock");
        std::ofstream(boards() / folder / "board.json") << board_file;
    }
    Calls after(std::size_t count) {
        EXPECT_TRUE(run_until(io_, [&] { return calls_.size() >= count; }));
        return calls_;
    }
    // Until a board that is certain to be found has been found: what came before it has been looked at.
    Calls after_a_good_one() {
        add("good", R"({"uid":"b0a7d001"})");
        EXPECT_TRUE(run_until(io_, [&] { return !calls_.empty() && calls_.back() == "found b0a7d001"; }));
        return calls_;
    }
    void on_found(const BoardPort& port) override {
        calls_.push_back("found " + port.uid);
        last_ = port;
    }
    void on_gone(const BoardPort& port) override { calls_.push_back("gone " + port.uid); }

    boost::asio::io_context io_;
    TemporaryFolder folder_;
    std::list<ListeningSocket> sockets_;
    Calls calls_;
    BoardPort last_;
    BoardFinder finder_{io_, boards(), *this};
};

TEST_F(BoardFinderTest, a_board_that_is_there_already_is_found) {
    add("one", R"({"uid":"b0a7d001","board":"intercom","pid":1})");
    ASSERT_TRUE(finder_.start());
    EXPECT_EQ(after(1), Calls{"found b0a7d001"});
    EXPECT_EQ(last_, (BoardPort{"b0a7d001", boards() / "one" / "uart0", true, boards() / "one" / "control.sock"}));
}

TEST_F(BoardFinderTest, a_board_that_comes_and_goes_is_found_and_gone) {
    fs::create_directories(boards());
    ASSERT_TRUE(finder_.start());
    run_ready(io_);
    add("one", R"({"uid":"b0a7d001"})");
    EXPECT_EQ(after(1), Calls{"found b0a7d001"});
    fs::remove(boards() / "one" / "control.sock");
    EXPECT_EQ(after(2), (Calls{"found b0a7d001", "gone b0a7d001"}));
}

TEST_F(BoardFinderTest, a_folder_that_comes_later_is_watched_then) {
    ASSERT_TRUE(finder_.start());
    run_ready(io_);
    EXPECT_EQ(after_a_good_one(), Calls{"found b0a7d001"});
}

TEST_F(BoardFinderTest, a_folder_that_goes_takes_its_boards_along) {
    add("one", R"({"uid":"b0a7d001"})");
    ASSERT_TRUE(finder_.start());
    after(1);
    fs::remove_all(boards());
    EXPECT_EQ(after(2), (Calls{"found b0a7d001", "gone b0a7d001"}));
}

TEST_F(BoardFinderTest, another_uid_in_the_same_folder_is_another_board) {
    add("one", R"({"uid":"b0a7d001"})");
    ASSERT_TRUE(finder_.start());
    after(1);
    std::ofstream(boards() / "one" / "board.json") << R"({"uid":"b0a7d002"})";
    EXPECT_EQ(after(3), (Calls{"found b0a7d001", "gone b0a7d001", "found b0a7d002"}));
}

TEST_F(BoardFinderTest, a_board_file_that_is_not_one_is_passed_over) {
    add("a", "");
    add("b", "{");
    add("c", R"(["b0a7d003"])");
    add("d", R"({"uid":7})");
    add("e", R"({"uid":"../evil"})");
    add("f", R"({"uid":"hub"})");
    add("g", R"({"uid":"b0a7d004"})" + std::string(board_file_size_max, ' '));
    ASSERT_TRUE(finder_.start());
    EXPECT_EQ(after_a_good_one(), Calls{"found b0a7d001"});
}

TEST_F(BoardFinderTest, a_board_file_of_just_the_largest_size_is_read) {
    const std::string text = R"({"uid":"b0a7d004"})";
    add("g", text + std::string(board_file_size_max - text.size(), ' '));
    ASSERT_TRUE(finder_.start());
    EXPECT_EQ(after(1), Calls{"found b0a7d004"});
}

TEST_F(BoardFinderTest, files_where_a_terminal_and_a_socket_belong_are_passed_over) {
    fs::create_directories(boards() / "fake");
    for (const char* name : {"uart0", "control.sock"}) std::ofstream(boards() / "fake" / name) << "x";
    std::ofstream(boards() / "fake" / "board.json") << R"({"uid":"b0a7d009"})";
    ASSERT_TRUE(finder_.start());
    EXPECT_EQ(after_a_good_one(), Calls{"found b0a7d001"});
}

TEST_F(BoardFinderTest, says_nothing_once_it_is_stopped) {
    add("one", R"({"uid":"b0a7d001"})");
    ASSERT_TRUE(finder_.start());
    finder_.stop();
    io_.restart();
    io_.run(); // nothing is left that would keep it
    EXPECT_TRUE(calls_.empty());
}

} // namespace
} // namespace hub::workbench
