// SPDX-License-Identifier: Apache-2.0
// A board with a serial bootloader for tools that know nothing of tests: behind a pseudo terminal, or RFC 2217.
#include "hub/workbench/serial_rate.hpp"
#include "tests/rom/chip_bench.hpp"
#include "tests/rom/rfc2217_server.hpp"

#include <CLI/CLI.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace tests::rom;
using hub::workbench::ControlLines;

volatile std::sig_atomic_t stopped = 0;

/// What a host is connected to.
struct Endpoint {
    int fd = -1;
    bool is_pty = false;
    int lines_fd = -1; ///< of a pseudo terminal, which has no control lines: what moves them instead
    Rfc2217Server telnet;
};

void write_all(int fd, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::write(fd, bytes.data(), bytes.size());
        if (size <= 0) return; // nobody listens
        bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
}

bool take_input(Endpoint& endpoint, ChipBench& bench) {
    std::array<std::uint8_t, 4096> buffer{};
    const ssize_t size = ::read(endpoint.fd, buffer.data(), buffer.size());
    if (size <= 0) return endpoint.is_pty; // a pseudo terminal stays; its next user comes
    const auto bytes = std::span(buffer).first(static_cast<std::size_t>(size));
    if (!endpoint.is_pty) {
        endpoint.telnet.feed(bytes, [&bench](std::span<const std::uint8_t> data) { bench.sent(data); });
        write_all(endpoint.fd, endpoint.telnet.take_answers());
        return true;
    }
    bench.sent(bytes);
    return true;
}

/// Each message is two digits: DTR, then RTS.
void take_lines(const Endpoint& endpoint, ChipBench& bench) {
    std::array<char, 2> message{};
    if (::recv(endpoint.lines_fd, message.data(), message.size(), MSG_DONTWAIT) != std::ssize(message)) return;
    bench.set_lines({message[0] == '1', message[1] == '1'});
}

/// Until the host goes, or a signal.
void serve(Endpoint& endpoint, ChipBench& bench) {
    endpoint.telnet.on_baud = [&bench](unsigned baud) { bench.set_baud(baud); };
    endpoint.telnet.on_lines = [&bench](ControlLines lines) { bench.set_lines(lines); };
    while (stopped == 0) {
        const base::Micros due = bench.due();
        const base::Micros wait = due == base::never ? 50'000 : std::clamp<base::Micros>(due - real_now(), 0, 50'000);
        std::array waiting{pollfd{endpoint.fd, static_cast<short>(bench.is_full() ? 0 : POLLIN), 0},
                           pollfd{endpoint.lines_fd, POLLIN, 0}, pollfd{bench.program_descriptor(), POLLIN, 0}};
        const timespec patience{wait / 1'000'000, wait % 1'000'000 * 1000};
        if (::ppoll(waiting.data(), waiting.size(), &patience, nullptr) < 0) continue;
        if (const unsigned rate = endpoint.is_pty ? hub::workbench::serial_rate(endpoint.fd) : 0; rate != 0) {
            bench.set_baud(rate);
        }
        if ((waiting[0].revents & POLLIN) != 0 && !take_input(endpoint, bench)) return;
        if ((waiting[1].revents & POLLIN) != 0) take_lines(endpoint, bench);
        const auto heard = bench.heard();
        if ((waiting[0].revents & (POLLHUP | POLLERR)) != 0) {
            if (!endpoint.is_pty) return;
            ::usleep(5'000); // nobody has the terminal open: what was heard is lost
            continue;
        }
        write_all(endpoint.fd, endpoint.is_pty ? heard : Rfc2217Server::escaped(heard));
    }
}

int open_lines(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return -1;
    std::copy(path.begin(), path.end(), address.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    std::filesystem::remove(path);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
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
    ::close(slave); // its settings stay, and nobody has it open until somebody opens it
    ::fcntl(endpoint.fd, F_SETFL, O_NONBLOCK);
    ::fcntl(endpoint.fd, F_SETFD, FD_CLOEXEC);
    std::filesystem::remove(link);
    std::filesystem::create_symlink(name.data(), link);
    endpoint.lines_fd = open_lines(link + ".lines");
    return endpoint;
}

int listen_on(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int again = 1; // a board that comes back does so at once
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
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
    std::string program;
    std::uint16_t port = 0;
    unsigned flash_mib = 4;
    std::uint32_t seed = 1;
    double noise = 0;
    bool instant = false;
    unsigned rise_ms = 100; // pyserial waits for each line's answer: 50 ms between letting go of reset and pulling boot
    app.add_option("--chip", chip, "esp8266, esp32, esp32c3, esp32s3, ...");
    app.add_option("--pty", link, "Be a pseudo terminal, with a link to it here; LINK.lines takes DTR and RTS");
    app.add_option("--port", port, "Or serve RFC 2217 here, on the loopback; 0 takes any and prints it");
    app.add_option("--flash", flash_file, "Starts with what is in this file, and leaves the flash there at its end");
    app.add_option("--flash-mib", flash_mib, "The flash's size");
    app.add_option("--baud-max", options.baud_max, "Above this, nothing arrives as it was sent");
    app.add_option("--noise", noise, "How likely each byte is hit");
    app.add_option("--seed", seed, "Which bytes are");
    app.add_option("--reset-rise-ms", rise_ms, "How slowly the reset pin rises");
    app.add_option("--banner", options.banner, "What its program prints");
    app.add_option("--program", program, "Its program: a command for a shell, whose terminal is the chip's UART");
    app.add_flag("--download", options.download_at_start, "Start in download mode");
    app.add_flag("--no-lines{false}", options.lines_connected, "DTR and RTS lead nowhere");
    app.add_option("--revision", options.revision, "The chip's, as major * 100 + minor");
    app.add_option("--crystal", options.crystal_mhz, "Of an ESP32-C2, in MHz: 26 or 40");
    app.add_option("--boot-mode", options.stuck_boot_mode, "An ESP8266 whose straps always say this");
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
    if (!program.empty()) options.banner.clear();
    FakeChip fake(options);
    if (!flash_file.empty() && std::filesystem::exists(flash_file)) load(fake.flash(), flash_file);
    fake.power_on(real_now());
    ChipBench bench(fake, Noise(seed, noise), Noise(seed + 1, noise), program);
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
            constexpr int often_ms = 20;
            (void)bench.heard(); // by nobody
            if (::poll(&waiting, 1, often_ms) <= 0) continue;
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
