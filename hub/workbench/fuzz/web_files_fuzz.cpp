// SPDX-License-Identifier: Apache-2.0
// Any answers at all from a board's web workflow: what they list stays bounded and has names that lead nowhere else,
// and whatever path a person types becomes a target that fits the board's buffers.
#include "base/expect.hpp"
#include "hub/workbench/net/web_files.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hub::workbench {
namespace {

/// Says the whole input to every request, with a status that the input chooses.
class Parrot final : public WebBoard {
public:
    explicit Parrot(std::string_view words) : words_(words) {}

    base::Result<unsigned> ask(const WebRequest& request, const Sink& sink) override {
        check(request.target);
        if (!request.destination.empty()) check(request.destination);
        constexpr unsigned statuses[] = {200, 200, 200, 201, 204, 401, 403, 404, 409, 412, 413, 417, 500, 999};
        const unsigned status =
            words_.empty() ? 200 : statuses[(static_cast<unsigned char>(words_[0]) + asked_++) % std::size(statuses)];
        if (status != 200) return status;
        if (auto taken = sink(words_.substr(0, words_.size() / 2)); !taken) return tl::unexpected(taken.error());
        if (auto taken = sink(words_.substr(words_.size() / 2)); !taken) return tl::unexpected(taken.error());
        return status;
    }

private:
    static void check(const std::string& target) {
        expect(target.starts_with("/fs/") && target.size() <= 255);
        expect(std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7F && c != '?'; }));
        expect(target.find("/../") == std::string::npos && target.find("//") == std::string::npos);
    }

    std::string words_;
    unsigned asked_ = 0;
};

void check_names(const base::Result<std::vector<BoardEntry>>& listed, std::size_t size) {
    if (!listed) return;
    expect(listed->size() <= size);
    for (const BoardEntry& entry : *listed) {
        expect(!entry.path.empty() && entry.path != "." && entry.path != ".." &&
               entry.path.find('/') == std::string::npos && entry.path.find('\0') == std::string::npos);
    }
}

void try_all(std::string_view input) {
    Parrot parrot(input);
    WebFiles files(parrot);
    check_names(files.list("lib"), input.size());
    const std::string path(input.substr(0, 300));
    (void)files.walk("");
    (void)files.space("/");
    if (const auto found = files.look(path); found && *found) expect((*found)->path == path);
    if (const auto places = files.differing({{path, input.size(), "00"}})) expect(places->size() <= 1);
    (void)files.write(path, input);
    (void)files.move(path, "to");
    (void)files.copy("from", path);
    (void)files.remove(path, true);
    (void)files.remove_folder(path);
    (void)files.make_folders({path, "lib"});
    (void)files.touch(path);
}

} // namespace
} // namespace hub::workbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    hub::workbench::try_all({reinterpret_cast<const char*>(data), size});
    return 0;
}
