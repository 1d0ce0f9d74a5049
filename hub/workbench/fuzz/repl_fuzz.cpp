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
            output("1 1 99999");
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
    hub::workbench::read_literals(input);
    return 0;
}
