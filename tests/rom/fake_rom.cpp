// SPDX-License-Identifier: Apache-2.0
// A board with a serial bootloader for tools that know nothing of tests: behind a pseudo terminal, or RFC 2217.
#include "tests/rom/fake_chip.hpp"
#include "tests/rom/noise.hpp"
#include "tests/rom/rfc2217_server.hpp"

#include <CLI/CLI.hpp>

#include <arpa/inet.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace {

using namespace tests::rom;
using hub::workbench::ControlLines;

volatile std::sig_atomic_t stopped = 0;

base::Micros now() {
    static const auto start = std::chrono::steady_clock::now();
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
}

unsigned rate_of(speed_t speed) {
    static const std::map<speed_t, unsigned> rates{
        {B9600, 9600},     {B57600, 57600},   {B115200, 115200},   {B230400, 230400},   {B460800, 460800},
        {B500000, 500000}, {B921600, 921600}, {B1000000, 1000000}, {B1500000, 1500000}, {B2000000, 2000000}};
    const auto found = rates.find(speed);
    return found == rates.end() ? 115200 : found->second;
}

/// The chip, and the wire to it at its speed.
class Bench {
public:
    Bench(FakeChip& chip, Noise to_chip, Noise to_host)
        : chip_(chip),
          to_chip_(std::move(to_chip)),
          to_host_(std::move(to_host)) {}

    void set_baud(unsigned baud) { baud_ = baud; }
    void set_lines(ControlLines lines) {
        deliver_until(now());
        chip_.set_lines(lines, now());
    }
    void sent(std::span<const std::uint8_t> bytes) {
        constexpr std::size_t piece_size = 256;
        for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
            const auto piece = bytes.subspan(at, std::min(piece_size, bytes.size() - at));
            free_at_ = std::max(free_at_, now()) + static_cast<base::Micros>(piece.size()) * 10'000'000 / baud_;
            pieces_.push_back({to_chip_.on(piece), baud_, free_at_});
        }
    }
    /// What has arrived at the host.
    std::vector<std::uint8_t> heard() {
        deliver_until(now());
        return to_host_.on(chip_.take_output(baud_, now()));
    }
    base::Micros due() const {
        const base::Micros piece = pieces_.empty() ? base::never : pieces_.front().arrives;
        return std::min({piece, chip_.output_due(), chip_.own_due()});
    }
    bool is_full() const { return pieces_.size() > 64; }

private:
    struct Piece {
        std::vector<std::uint8_t> bytes;
        unsigned baud;
        base::Micros arrives;
    };

    void deliver_until(base::Micros moment) {
        while (!pieces_.empty() && pieces_.front().arrives <= moment) {
            chip_.receive(pieces_.front().bytes, pieces_.front().baud, pieces_.front().arrives);
            pieces_.pop_front();
        }
    }

    FakeChip& chip_;
    Noise to_chip_;
    Noise to_host_;
    unsigned baud_ = 115200;
    base::Micros free_at_ = 0;
    std::deque<Piece> pieces_;
};

/// What a host is connected to.
struct Endpoint {
    int fd = -1;
    bool is_pty = false;
    Rfc2217Server telnet;
};

void write_all(int fd, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::write(fd, bytes.data(), bytes.size());
        if (size <= 0) return; // nobody listens
        bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
}

bool take_input(Endpoint& endpoint, Bench& bench) {
    std::array<std::uint8_t, 4096> buffer{};
    const ssize_t size = ::read(endpoint.fd, buffer.data(), buffer.size());
    if (size <= 0) return endpoint.is_pty; // a pseudo terminal stays; its next user comes
    const auto bytes = std::span(buffer).first(static_cast<std::size_t>(size));
    if (!endpoint.is_pty) {
        endpoint.telnet.feed(bytes, [&bench](std::span<const std::uint8_t> data) { bench.sent(data); });
        write_all(endpoint.fd, endpoint.telnet.take_answers());
        return true;
    }
    termios settings{};
    if (::tcgetattr(endpoint.fd, &settings) == 0) bench.set_baud(rate_of(::cfgetospeed(&settings)));
    bench.sent(bytes);
    return true;
}

/// Until the host goes, or a signal.
void serve(Endpoint& endpoint, Bench& bench) {
    endpoint.telnet.on_baud = [&bench](unsigned baud) { bench.set_baud(baud); };
    endpoint.telnet.on_lines = [&bench](ControlLines lines) { bench.set_lines(lines); };
    while (stopped == 0) {
        const base::Micros due = bench.due();
        const base::Micros wait = due == base::never ? 50'000 : std::clamp<base::Micros>(due - now(), 0, 50'000);
        pollfd waiting{endpoint.fd, static_cast<short>(bench.is_full() ? 0 : POLLIN), 0};
        const timespec patience{wait / 1'000'000, wait % 1'000'000 * 1000};
        if (::ppoll(&waiting, 1, &patience, nullptr) < 0) continue;
        if ((waiting.revents & POLLIN) != 0 && !take_input(endpoint, bench)) return;
        if ((waiting.revents & (POLLHUP | POLLERR)) != 0) {
            if (!endpoint.is_pty) return;
            ::usleep(10'000); // nobody has the terminal open
        }
        const auto heard = bench.heard();
        write_all(endpoint.fd, endpoint.is_pty ? heard : Rfc2217Server::escaped(heard));
    }
}

Endpoint open_pty(const std::string& link) {
    Endpoint endpoint;
    endpoint.is_pty = true;
    int slave = -1;
    std::array<char, 64> name{};
    termios raw{};
    ::cfmakeraw(&raw);
    ::cfsetspeed(&raw, B115200);
    if (::openpty(&endpoint.fd, &slave, name.data(), &raw, nullptr) != 0) return endpoint;
    // Kept open by us, so that the terminal stays while nobody uses it.
    std::filesystem::remove(link);
    std::filesystem::create_symlink(name.data(), link);
    return endpoint;
}

int listen_on(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 1) != 0) return -1;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    return fd;
}

void load(NorFlash& flash, const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    const std::vector<char> bytes(std::istreambuf_iterator<char>(in), {});
    std::copy_n(bytes.begin(), std::min(bytes.size(), flash.bytes().size()), flash.bytes().begin());
}

void save(const NorFlash& flash, const std::string& file) {
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(flash.bytes().data()), static_cast<std::streamsize>(flash.size()));
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("A board with Espressif's serial bootloader, for tests");
    FakeChipOptions options;
    std::string chip = "esp8266";
    std::string link;
    std::string flash_file;
    std::uint16_t port = 0;
    unsigned flash_mib = 4;
    std::uint32_t seed = 1;
    double noise = 0;
    bool instant = false;
    unsigned rise_ms = 100; // pyserial waits for each line's answer: 50 ms between letting go of reset and pulling boot
    app.add_option("--chip", chip, "esp8266, esp32, esp32c3, esp32s3, ...");
    app.add_option("--pty", link, "Be a pseudo terminal, with a link to it here");
    app.add_option("--port", port, "Or serve RFC 2217 here, on the loopback; 0 takes any and prints it");
    app.add_option("--flash", flash_file, "Starts with what is in this file, and leaves the flash there at its end");
    app.add_option("--flash-mib", flash_mib, "The flash's size");
    app.add_option("--baud-max", options.baud_max, "Above this, nothing arrives as it was sent");
    app.add_option("--noise", noise, "How likely each byte is hit");
    app.add_option("--seed", seed, "Which bytes are");
    app.add_option("--reset-rise-ms", rise_ms, "How slowly the reset pin rises");
    app.add_option("--banner", options.banner, "What its program prints");
    app.add_flag("--download", options.download_at_start, "Start in download mode");
    app.add_flag("--no-lines{false}", options.lines_connected, "DTR and RTS lead nowhere");
    app.add_flag("--dio-only", options.dio_only, "A raw module");
    app.add_flag("--secure-boot", options.secure_boot);
    app.add_flag("--secure-download", options.secure_download);
    app.add_flag("--flash-encryption", options.flash_encryption);
    app.add_flag("--instant", instant, "Erasing and programming take no time");
    CLI11_PARSE(app, argc, argv);
    const auto* const facts = protocol::esp::chip_by_word(chip);
    if (facts == nullptr) return 2;
    options.chip = facts->chip;
    options.flash_size = flash_mib << 20U;
    options.reset_rise = base::from_ms(rise_ms);
    if (instant) options.times = {0, 0, 0, 0};
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stopped = 1; });
    std::signal(SIGPIPE, SIG_IGN);
    FakeChip fake(options);
    if (!flash_file.empty() && std::filesystem::exists(flash_file)) load(fake.flash(), flash_file);
    fake.power_on(now());
    Bench bench(fake, Noise(seed, noise), Noise(seed + 1, noise));
    if (!link.empty()) {
        Endpoint endpoint = open_pty(link);
        std::puts("ready");
        std::fflush(stdout);
        serve(endpoint, bench);
    } else {
        const int listener = listen_on(port);
        std::printf("%u\n", unsigned{port});
        std::fflush(stdout);
        while (stopped == 0) {
            pollfd waiting{listener, POLLIN, 0};
            if (::poll(&waiting, 1, 100) <= 0) continue;
            Endpoint endpoint;
            endpoint.fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            serve(endpoint, bench);
            ::close(endpoint.fd);
        }
    }
    if (!flash_file.empty()) save(fake.flash(), flash_file);
    for (const std::string& violation : fake.violations()) std::fprintf(stderr, "violation: %s\n", violation.c_str());
    return fake.violations().empty() ? 0 : 1;
}
