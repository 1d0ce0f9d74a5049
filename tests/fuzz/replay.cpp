// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over the files of a corpus folder and over fixed pseudo-random bytes, for compilers without
// libFuzzer.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int random_inputs = 20'000;
constexpr std::size_t random_size_max = 300;

/// Mostly bytes that mean something to a text protocol, so that inputs get past the first check.
std::vector<std::uint8_t> random_input(std::mt19937& random) {
    static const std::string likely = "\x1E[]{}\",:\\\n0123456789-.eEtruefalsn\xC3\xBC";
    std::vector<std::uint8_t> input(random() % random_size_max);
    for (auto& byte : input) {
        byte = random() % 8 == 0 ? static_cast<std::uint8_t>(random())
                                 : static_cast<std::uint8_t>(likely[random() % likely.size()]);
    }
    return input;
}

} // namespace

int main(int argc, char** argv) {
    int ran = 0;
    for (int i = 1; i < argc; ++i) {
        if (!std::filesystem::is_directory(argv[i])) continue;
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
            LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
            ++ran;
        }
    }
    std::mt19937 random(1); // NOLINT: the same inputs in every run
    for (int i = 0; i < random_inputs; ++i, ++ran) {
        const auto input = random_input(random);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%d inputs\n", ran);
    return 0;
}
