// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over the files of a corpus folder, over changed copies of them, and over pseudo-random bytes; the
// same inputs in every run. For compilers without libFuzzer. Arguments: how many inputs beside the files, the folder.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t random_size_max = 300;
constexpr std::size_t changed_size_max = 4096;

/// Mostly bytes that mean something to a text protocol, so that inputs get past the first check.
std::uint8_t random_byte(std::mt19937& random) {
    static const std::string likely = "\x1E[]{}\",:\\\n0123456789-.eEtruefalsn\xC3\xBC";
    return random() % 8 == 0 ? static_cast<std::uint8_t>(random())
                             : static_cast<std::uint8_t>(likely[random() % likely.size()]);
}

Bytes random_input(std::mt19937& random) {
    Bytes input(random() % random_size_max);
    std::generate(input.begin(), input.end(), [&] { return random_byte(random); });
    return input;
}

/// A copy of one file with a few bytes replaced, taken out or put in, or with a piece of another file in the middle.
Bytes changed_input(const std::vector<Bytes>& files, std::mt19937& random) {
    Bytes input = files[random() % files.size()];
    for (auto changes = random() % 6 + 1; changes > 0; --changes) {
        const auto at = static_cast<std::ptrdiff_t>(random() % (input.size() + 1));
        const auto length =
            std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(random() % 16), std::ssize(input) - at);
        const Bytes& other = files[random() % files.size()];
        const auto from = static_cast<std::ptrdiff_t>(random() % (other.size() + 1));
        switch (random() % 4) {
        case 0:
            if (at < std::ssize(input)) input[static_cast<std::size_t>(at)] = random_byte(random);
            break;
        case 1: input.erase(input.begin() + at, input.begin() + at + length); break;
        case 2: input.insert(input.begin() + at, random_byte(random)); break;
        case 3: input.insert(input.begin() + at, other.begin() + from, other.end()); break;
        }
    }
    if (input.size() > changed_size_max) input.resize(changed_size_max);
    return input;
}

/// In the order of their names, for the order of a folder is not the same on every machine.
std::vector<Bytes> read_corpus(const char* folder) {
    std::vector<std::filesystem::path> paths;
    if (std::filesystem::is_directory(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Bytes> files;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return files;
}

void run(const Bytes& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

} // namespace

int main(int argc, char** argv) {
    const int inputs = argc == 3 ? std::atoi(argv[1]) : 0;
    const std::vector<Bytes> files = argc == 3 ? read_corpus(argv[2]) : std::vector<Bytes>();
    if (inputs <= 0 || files.empty()) {
        std::fprintf(stderr, "give a number of inputs, and a folder with seeds\n");
        return 1;
    }
    for (const Bytes& file : files) run(file);
    std::mt19937 random(1); // NOLINT: the same inputs in every run
    for (int i = 0; i < inputs; ++i) run(i % 2 == 0 ? changed_input(files, random) : random_input(random));
    std::printf("%zu inputs\n", files.size() + static_cast<std::size_t>(inputs));
    return 0;
}
