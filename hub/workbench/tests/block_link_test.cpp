// SPDX-License-Identifier: Apache-2.0
// Blocks to a board that does what snippets::receiver says, behind a line that loses what the test wants.
#include "hub/workbench/repl/block_link.hpp"

#include <gtest/gtest.h>

#include <zlib.h>

#include <set>
#include <vector>

namespace hub::workbench {
namespace {

using base::ErrorCode;

constexpr std::size_t header_size = 15;
constexpr std::size_t wire_max = 4096 + 64;

unsigned number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    unsigned number = 0;
    for (std::size_t i = size; i-- > 0;) number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

class Board final : public PythonRunner {
public:
    Board() { inflateInit2(&stream_, -15); }
    ~Board() { inflateEnd(&stream_); }
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    base::Result<std::string> run(std::string, const Output&) override { return std::string(); }
    base::Result<> start(std::string) override {
        running_ = true;
        loading_ = true;
        print(greeting_);
        if (greeting_.find('\x06') == std::string::npos) end("");
        return {};
    }
    base::Result<> say(std::string_view bytes) override {
        for (const char byte : bytes) {
            if (!lost_.contains(heard_++)) input_ += byte;
        }
        if (!deaf_) work();
        return {};
    }
    base::Result<Heard> hear(base::Micros patience) override {
        if (interrupt_) {
            interrupt_ = false;
            return base::fail(ErrorCode::invalid_state, "interrupted");
        }
        if (printed_.empty() && running_) {
            waited_ += patience;
            if (loading_ || input_.size() >= header_size) return Heard{}; // it is deaf until all of it is there
            if (!std::exchange(draining_, false) && input_.empty()) return Heard{};
            input_.clear();
            print(std::string("\x15") + static_cast<char>('A' + next_));
        }
        Heard heard{std::exchange(printed_, {}), std::nullopt};
        if (!running_) heard.ended = traceback_;
        return heard;
    }

    std::string greeting_ = "1 1\r\n\x06";
    std::string line_ = "32 1 4096 15 200000 2822 0 micropython rp2\r\n";
    std::set<std::size_t> lost_; ///< which of the bytes that it is sent, counted from 0
    std::size_t heard_ = 0;
    std::vector<std::string> blocks_;
    std::string exception_;
    base::Micros waited_ = 0;
    bool plain_program_ = false;
    bool alone_ = false; ///< zlib.decompress: each block is a stream
    bool lose_answer_ = false;
    bool deaf_ = false;
    bool interrupt_ = false;
    bool running_ = false;

private:
    void print(const std::string& text) { printed_ += text; }
    void end(std::string traceback) {
        running_ = false;
        traceback_ = std::move(traceback);
        input_.clear();
    }
    void work() {
        while (running_ && !draining_ && (loading_ ? load() : take_piece())) {
        }
        if (draining_) input_.clear();
    }
    bool load() {
        if (input_.size() < 2 || input_.size() < 2 + number_at(input_, 0, 2)) return false;
        const std::size_t size = number_at(input_, 0, 2);
        std::string text(8192, '\0');
        z_stream once{};
        inflateInit2(&once, -11);
        once.next_in = reinterpret_cast<Bytef*>(input_.data() + 2);
        once.avail_in = static_cast<uInt>(size);
        once.next_out = reinterpret_cast<Bytef*>(text.data());
        once.avail_out = static_cast<uInt>(text.size());
        const bool whole = inflate(&once, Z_FINISH) == Z_STREAM_END;
        inflateEnd(&once);
        input_.erase(0, 2 + size);
        if (!whole && !plain_program_) {
            end("OSError: 22");
            return false;
        }
        loading_ = false;
        print(line_ + "\x06@");
        return true;
    }
    bool take_piece() {
        if (input_.size() < header_size) return false;
        unsigned sum = 90;
        for (std::size_t i = 0; i < header_size - 1; ++i) sum += static_cast<unsigned char>(input_[i]);
        const bool good = (sum & 0xFFU) == number_at(input_, 14, 1);
        if (good && input_[1] == 0) {
            end("");
            return false;
        }
        const std::size_t size = number_at(input_, 4, 2);
        if (!good || number_at(input_, 2, 2) + size > wire_max) return drain();
        if (input_.size() < header_size + size) return false;
        const std::string piece = input_.substr(0, header_size + size);
        input_.erase(0, header_size + size);
        const auto crc =
            ::crc32(0, reinterpret_cast<const Bytef*>(piece.data() + header_size), static_cast<uInt>(size));
        if (crc != number_at(piece, 10, 4)) return drain();
        accept(piece);
        return true;
    }
    bool drain() {
        draining_ = true;
        return false;
    }
    void accept(const std::string& piece) {
        const unsigned number = number_at(piece, 0, 1);
        if (number == next_) {
            wire_.resize(number_at(piece, 2, 2));
            wire_ += piece.substr(header_size);
            if ((piece[1] & 2) != 0) execute(number_at(piece, 6, 2), (piece[1] & 4) != 0);
            next_ = (next_ + 1) % 16;
        }
        if (!std::exchange(lose_answer_, false)) print(std::string("\x06") + static_cast<char>('A' + number));
    }
    void execute(std::size_t plain, bool packed) {
        if (!packed) return run_block(wire_);
        if (alone_) inflateReset(&stream_);
        std::string block(plain, '\0');
        stream_.next_in = reinterpret_cast<Bytef*>(wire_.data());
        stream_.avail_in = static_cast<uInt>(wire_.size());
        stream_.next_out = reinterpret_cast<Bytef*>(block.data());
        stream_.avail_out = static_cast<uInt>(block.size());
        inflate(&stream_, Z_SYNC_FLUSH);
        EXPECT_EQ(stream_.avail_out, 0U);
        EXPECT_EQ(stream_.avail_in, 0U);
        run_block(block);
    }
    void run_block(const std::string& block) {
        blocks_.push_back(block);
        print("said");
        if (!exception_.empty()) print("\x1A" + exception_);
    }

    z_stream stream_{};
    std::string input_;
    std::string wire_;
    std::string printed_;
    std::string traceback_;
    unsigned next_ = 0;
    bool loading_ = false;
    bool draining_ = false;
};

class BlockLinkTest : public testing::Test {
protected:
    base::Result<std::string> ask(std::string_view code, std::string_view data) {
        output_.clear();
        return link_.ask(
            code, data, [this](std::string_view bytes) { output_ += bytes; }, base::from_ms(9000));
    }
    void start() {
        const auto started = link_.start();
        ASSERT_TRUE(started);
        ASSERT_TRUE(*started);
        board_.heard_ = 0;
    }

    Board board_;
    BlockLink link_{board_};
    std::string output_;
};

std::string noise(std::size_t size) {
    std::string bytes;
    std::uint32_t state = 1;
    while (bytes.size() < size) bytes += static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
    return bytes;
}

TEST_F(BlockLinkTest, blocks_of_any_bytes_arrive_as_one_stream) {
    start();
    EXPECT_EQ(link_.abilities().platform, "rp2");
    EXPECT_EQ(link_.abilities().implementation, "micropython");
    EXPECT_TRUE(link_.abilities().has_sha256);
    std::vector<std::string> wanted;
    for (int i = 0; i < 40; ++i) { // the numbers begin again
        const std::string data = i % 2 != 0 ? noise(4096 - 4) : std::string(static_cast<std::size_t>(i) * 100, 'x');
        ASSERT_EQ(ask("code", data), std::string());
        EXPECT_EQ(output_, "said");
        wanted.push_back("code" + data);
    }
    EXPECT_EQ(board_.blocks_, wanted);
    link_.stop();
    EXPECT_FALSE(board_.running_);
}

TEST_F(BlockLinkTest, circuitpython_gets_each_block_packed_alone_or_as_it_is) {
    board_.greeting_ = "1 2\r\n\x06";
    board_.line_ = "4 1 2048 12 60000 0 1 circuitpython RP2040\r\n";
    board_.alone_ = true;
    start();
    EXPECT_TRUE(link_.abilities().is_read_only);
    EXPECT_FALSE(link_.abilities().has_sha256);
    const std::string text(2000, 'x');
    ASSERT_EQ(ask("code", text), std::string());
    const std::size_t sent = board_.heard_;
    EXPECT_LT(sent, 100U);
    ASSERT_EQ(ask("code", noise(2000)), std::string());
    ASSERT_EQ(ask("code", text), std::string());
    EXPECT_EQ(board_.blocks_, (std::vector<std::string>{"code" + text, "code" + noise(2000), "code" + text}));
}

TEST_F(BlockLinkTest, a_board_that_unpacks_nothing_gets_blocks_as_they_are) {
    board_.greeting_ = "1 0\r\n\x06";
    board_.plain_program_ = true;
    start();
    ASSERT_EQ(ask("code", std::string(3000, 'x')), std::string());
    EXPECT_GT(board_.heard_, 3000U);
    EXPECT_EQ(board_.blocks_, std::vector<std::string>{"code" + std::string(3000, 'x')});
}

TEST_F(BlockLinkTest, an_exception_is_the_answer_and_not_the_end) {
    start();
    board_.exception_ = "OSError: [Errno 28] ENOSPC";
    EXPECT_EQ(ask("a", ""), board_.exception_);
    EXPECT_EQ(output_, "said");
    board_.exception_.clear();
    EXPECT_EQ(ask("b", ""), std::string());
}

TEST_F(BlockLinkTest, a_board_that_cannot_is_told_from_one_that_does_not_answer) {
    board_.greeting_ = "0 1\r\n";
    const auto unable = link_.start();
    ASSERT_TRUE(unable);
    EXPECT_FALSE(*unable);
    EXPECT_FALSE(link_.is_alive());
    board_.greeting_ = "1 1\r\n\x06";
    board_.deaf_ = true;
    const auto deaf = link_.start();
    ASSERT_FALSE(deaf);
    EXPECT_EQ(deaf.error().code, ErrorCode::timeout);
}

TEST_F(BlockLinkTest, a_way_that_swallows_bytes_of_the_program_is_found_out) {
    board_.lost_ = {100};
    const auto started = link_.start();
    ASSERT_TRUE(started);
    EXPECT_FALSE(*started);
    EXPECT_FALSE(board_.running_);
}

TEST_F(BlockLinkTest, strange_abilities_are_not_believed) {
    for (const char* line : {"", "hello\r\n", "32 1 4096 15 2 2\r\n", "32 1 100 15 2 2 0 a b\r\n",
                             "32 1 9000 15 2 2 0 a b\r\n", "32 1 1024 16 2 2 0 a b\r\n", "32 1 1024 8 2 2 0 a b\r\n"}) {
        BoardAbilities abilities;
        EXPECT_FALSE(read_abilities(line, abilities)) << line;
    }
}

TEST_F(BlockLinkTest, each_byte_may_be_lost_once_and_each_block_runs_once) {
    const std::string data = noise(600);
    for (std::size_t lost = 0; lost < 640; ++lost) {
        Board board;
        BlockLink link(board);
        ASSERT_TRUE(link.start());
        board.lost_ = {board.heard_ + lost};
        for (const char* code : {"one", "two"}) {
            const auto asked = link.ask(code, data, {}, 0);
            ASSERT_TRUE(asked) << lost;
        }
        ASSERT_EQ(board.blocks_, (std::vector<std::string>{"one" + data, "two" + data})) << lost;
        ASSERT_LT(board.waited_, base::from_ms(9000)) << lost;
    }
}

TEST_F(BlockLinkTest, a_piece_whose_answer_was_lost_is_not_run_twice) {
    start();
    board_.lose_answer_ = true;
    EXPECT_TRUE(ask("one", noise(100)));
    EXPECT_TRUE(ask("two", ""));
    EXPECT_EQ(board_.blocks_.size(), 2U);
}

TEST_F(BlockLinkTest, damage_makes_the_pieces_smaller_and_too_much_of_it_is_an_error) {
    start();
    for (std::size_t i = 1000; i < 4000; i += 1000) board_.lost_.insert(i);
    EXPECT_TRUE(ask("code", noise(4000)));
    EXPECT_EQ(board_.blocks_.size(), 1U);
    for (std::size_t i = 0; i < 400'000; i += 50) board_.lost_.insert(i);
    const auto lost = ask("code", noise(4000));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, ErrorCode::io);
    EXPECT_FALSE(link_.is_alive());
    EXPECT_EQ(board_.blocks_.size(), 1U);
}

TEST_F(BlockLinkTest, a_board_that_falls_silent_is_given_up_in_time) {
    start();
    board_.deaf_ = true;
    const auto silent = ask("code", noise(4000));
    ASSERT_FALSE(silent);
    EXPECT_EQ(silent.error().code, ErrorCode::timeout);
    EXPECT_FALSE(link_.is_alive());
    EXPECT_LT(board_.waited_, base::from_ms(20'000));
}

TEST_F(BlockLinkTest, an_interrupted_block_frees_the_prompt) {
    start();
    board_.interrupt_ = true;
    const auto interrupted = ask("code", "");
    ASSERT_FALSE(interrupted);
    EXPECT_EQ(interrupted.error().code, ErrorCode::invalid_state);
    EXPECT_FALSE(link_.is_alive());
    EXPECT_FALSE(board_.running_);
}

TEST_F(BlockLinkTest, a_runner_that_cannot_speak_with_programs_is_no_error) {
    struct Runner final : PythonRunner {
        base::Result<std::string> run(std::string, const Output&) override { return std::string(); }
    };
    Runner runner;
    BlockLink link(runner);
    const auto started = link.start();
    ASSERT_TRUE(started);
    EXPECT_FALSE(*started);
    EXPECT_EQ(link.ask("code", "", {}, 0).error().code, ErrorCode::invalid_state);
}

} // namespace
} // namespace hub::workbench
