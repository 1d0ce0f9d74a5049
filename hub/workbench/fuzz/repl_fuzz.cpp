// SPDX-License-Identifier: Apache-2.0
// A board that may say anything at any time, and a person who may interrupt and leave at any time.
#include "base/expect.hpp"
#include "hub/workbench/repl/python_files.hpp"
#include "hub/workbench/repl/python_literals.hpp"
#include "hub/workbench/repl/repl_engine.hpp"
#include "hub/workbench/repl/traceback.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace hub::workbench {
namespace {

constexpr base::Micros silence_max = base::from_ms(20'000);

/// Lets time pass until the engine waits for nobody but its caller. Every wait of it must end.
void run_out(ReplEngine& engine, base::Micros& now) {
    for (int i = 0; i < 1000; ++i) {
        engine.take_writes();
        engine.take_output();
        if (engine.deadline() == base::never) break;
        now = std::max(now, engine.deadline());
        engine.tick(now);
    }
    expect(engine.state() == ReplEngine::State::outside || engine.state() == ReplEngine::State::ready);
}

void converse(std::string_view input) {
    ReplEngine engine;
    base::Micros now = 0;
    engine.enter(now);
    while (!input.empty()) {
        const auto command = static_cast<unsigned char>(input[0]);
        const auto size = std::min<std::size_t>(command >> 3, input.size() - 1);
        const auto piece = input.substr(1, size);
        input.remove_prefix(1 + size);
        engine.receive({reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size()}, now);
        expect(engine.take_writes().size() <= 128 * 1024);
        expect(engine.traceback().size() <= 2 * traceback_size_max);
        now += base::from_ms(1);
        switch (command & 7) {
        case 0:
        case 1: now += base::from_ms(60); break;
        case 2: run_out(engine, now); break;
        case 3: engine.interrupt(now); break;
        case 4:
            if (engine.state() == ReplEngine::State::ready)
                expect(engine.exec("pass\n" + std::string(700, '#'), now, silence_max));
            break;
        case 5:
            if (engine.state() == ReplEngine::State::outside) engine.enter(now);
            break;
        case 6:
            if (engine.state() == ReplEngine::State::ready) engine.soft_reset(now);
            if (engine.is_printing()) engine.feed(piece, now);
            break;
        default: engine.leave(now); break;
        }
        if (now >= engine.deadline()) engine.tick(now);
    }
    engine.leave(now);
    run_out(engine, now);
    expect(engine.state() == ReplEngine::State::outside);
}

/// Says the whole input to every program.
class Parrot final : public PythonRunner {
public:
    explicit Parrot(std::string_view words) : words_(words) {}
    base::Result<std::string> run(std::string, const Output& output) override {
        if (!std::exchange(asked_, true)) {
            output("32 1 1024 12 99999 0 0 micropython fuzz\n1 1");
            return std::string();
        }
        output(words_);
        return std::string();
    }

private:
    std::string words_;
    bool asked_ = false;
};

void read_answers(std::string_view input) {
    Parrot parrot(input);
    PythonFiles files(parrot);
    std::size_t size = 0;
    (void)files.read("x", [&](std::string_view bytes) -> base::Result<> {
        size += bytes.size();
        return {};
    });
    expect(size <= input.size());
    if (const auto listed = files.list("x")) expect(listed->size() <= input.size());
    if (const auto places = files.differing({{"x", 1, "00"}})) {
        expect(std::all_of(places->begin(), places->end(), [](std::size_t place) { return place == 0; }));
    }
    (void)files.write("x", input);
    (void)files.flush();
}

/// Takes blocks, and answers with pieces of the input; each may also be silence, the end, or an error.
class Receiver final : public PythonRunner {
public:
    explicit Receiver(std::string_view words) : words_(words) {}
    base::Result<std::string> run(std::string, const Output& output) override {
        output(words_);
        return std::string();
    }
    base::Result<> start(std::string) override {
        said_ = "1 1\r\n\x06";
        return {};
    }
    base::Result<> say(std::string_view bytes) override {
        expect(bytes.size() <= 8192);
        if (std::exchange(begun_, true)) return {};
        said_ = "32 1 1024 12 99999 0 0 micropython fuzz\r\n\x06@";
        return {};
    }
    base::Result<Heard> hear(base::Micros) override {
        if (!said_.empty()) return Heard{std::exchange(said_, {}), std::nullopt};
        if (words_.empty()) return Heard{"", "ended"};
        const auto command = static_cast<unsigned char>(words_[0]);
        const auto size = std::min<std::size_t>(command >> 2, words_.size() - 1);
        Heard heard{std::string(words_.substr(1, size)), std::nullopt};
        words_.remove_prefix(1 + size);
        if ((command & 3) == 1) heard.ended = "";
        if ((command & 3) == 2) return base::fail(base::ErrorCode::invalid_state, "interrupted");
        return heard;
    }

private:
    std::string_view words_;
    std::string said_;
    bool begun_ = false;
};

void answer_blocks(std::string_view input) {
    Receiver receiver(input);
    PythonFiles files(receiver);
    expect(files.begin());
    std::size_t written = 0;
    files.on_written([&](const std::string&) { ++written; });
    (void)files.write("a", input);
    (void)files.write("b", "");
    (void)files.flush();
    expect(written <= 2);
    (void)files.read("c", [](std::string_view) -> base::Result<> { return {}; });
    (void)files.differing({{"d", 1, "00"}});
}

void read_literals(std::string_view input) {
    const std::string literal = text_literal(input);
    const auto parsed = parse_text_literal(literal);
    expect(parsed && parsed->text == input && parsed->size == literal.size());
    const auto any = parse_text_literal(input);
    expect(!any || any->size <= input.size());
    const std::string bytes = bytes_literal(input);
    expect(std::none_of(bytes.begin(), bytes.end(), [](char c) { return (c >= 0 && c <= 5) || c == '\r'; }));
    const PythonError error = parse_traceback(input);
    expect(error.line >= 0);
    error_code_of(error);
}

} // namespace
} // namespace hub::workbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    hub::workbench::converse(input);
    hub::workbench::read_answers(input);
    hub::workbench::answer_blocks(input);
    hub::workbench::read_literals(input);
    return 0;
}
