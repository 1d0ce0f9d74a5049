// SPDX-License-Identifier: Apache-2.0
#include "hub/home/broker_files.hpp"

#include "hub/core/safe_json.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <span>
#include <sstream>

namespace hub::home {
namespace {

using base::ErrorCode;
using core::Json;
namespace fs = std::filesystem;

constexpr int any_port = 0;
constexpr const char* access_file = "broker.json";
constexpr std::size_t access_file_max = 4096;

/// A loopback socket bound to `port`, or -1.
int bind_loopback(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const int yes = 1; // as Mosquitto does: connections that linger from before do not count
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 1) == 0) return fd;
    ::close(fd);
    return -1;
}

int find_free_port() {
    const int fd = bind_loopback(any_port);
    if (fd < 0) return 0;
    sockaddr_in address{};
    socklen_t size = sizeof address;
    const int rc = ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return rc == 0 ? ntohs(address.sin_port) : 0;
}

/// Written beside and renamed over: the file is the old one or the new one, never half.
base::Result<> write_private(const fs::path& path, const std::string& text) {
    const fs::path temporary = path.string() + ".new";
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const auto failed = [&] {
        return base::fail(ErrorCode::io, "can't write " + path.string(), "see the data folder");
    };
    if (fd < 0) return failed();
    bool ok = ::fchmod(fd, 0600) == 0;
    ok = ok && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ok = ::close(fd) == 0 && ok;
    if (!ok || ::rename(temporary.c_str(), path.c_str()) != 0) return failed();
    return {};
}

std::string base64(std::span<const unsigned char> bytes) {
    std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    text.resize(text.find('\0'));
    return text;
}

std::string random_password() {
    std::array<unsigned char, 24> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::string hex(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
    hex.pop_back();
    return hex;
}

/// A line of Mosquitto's password file: PBKDF2 with SHA-512, as mosquitto_passwd writes it.
std::string password_line(const BrokerAccess& access) {
    constexpr int rounds = 101; // Mosquitto's own; a random password of 192 bits needs no stretching
    std::array<unsigned char, 12> salt{};
    std::array<unsigned char, 64> hash{};
    randombytes_buf(salt.data(), salt.size());
    PKCS5_PBKDF2_HMAC(access.password.data(), static_cast<int>(access.password.size()), salt.data(),
                      static_cast<int>(salt.size()), rounds, EVP_sha512(), static_cast<int>(hash.size()), hash.data());
    return access.username + ":$7$" + std::to_string(rounds) + "$" + base64(salt) + "$" + base64(hash) + "\n";
}

base::Result<BrokerAccess> parse_access(const fs::path& path, const std::string& text) {
    const auto json = core::parse_json(text, access_file_max);
    const auto is_text = [&](const char* key) { return json->contains(key) && (*json)[key].is_string(); };
    if (!json || !json->is_object() || !is_text("username") || !is_text("password") || !json->contains("port") ||
        !(*json)["port"].is_number_integer() || (*json)["port"] < 1 || (*json)["port"] > 65535) {
        return base::fail(ErrorCode::malformed, "damaged: " + path.string(),
                          "delete it; Home Assistant then needs the new port and password");
    }
    return BrokerAccess{(*json)["port"].get<int>(), (*json)["username"].get<std::string>(),
                        (*json)["password"].get<std::string>()};
}

} // namespace

base::Result<std::optional<BrokerAccess>> find_broker_access(const fs::path& data_dir) {
    const fs::path path = data_dir / access_file;
    std::ifstream file(path);
    if (!file) return std::optional<BrokerAccess>();
    std::ostringstream text;
    text << file.rdbuf();
    return parse_access(path, text.str());
}

base::Result<BrokerAccess> load_broker_access(const fs::path& data_dir) {
    if (sodium_init() < 0) return base::fail(ErrorCode::internal, "no source of random numbers");
    const auto found = find_broker_access(data_dir);
    if (!found) return tl::unexpected(found.error());
    if (*found) return **found;
    const BrokerAccess access{find_free_port(), "ouroboard", random_password()};
    if (access.port == 0) return base::fail(ErrorCode::io, "no free port on 127.0.0.1");
    const Json json = {{"host", BrokerAccess::host},
                       {"port", access.port},
                       {"username", access.username},
                       {"password", access.password}};
    if (const auto written = write_private(data_dir / access_file, json.dump(2) + "\n"); !written)
        return tl::unexpected(written.error());
    return access;
}

base::Result<fs::path> write_broker_files(const fs::path& data_dir, const BrokerAccess& access) {
    const fs::path passwords = data_dir / "mosquitto.passwd";
    const fs::path configuration = data_dir / "mosquitto.conf";
    if (const auto written = write_private(passwords, password_line(access)); !written) {
        return tl::unexpected(written.error());
    }
    std::ostringstream text;
    text << "# Written by the hub at every start.\n"
         << "listener " << access.port << " 127.0.0.1\n"
         << "allow_anonymous false\n"
         << "password_file " << passwords.string() << "\n"
         << "persistence false\n"          // the hub says everything again after a restart
         << "max_inflight_messages 1000\n" // the defaults lose acknowledged messages of a slow subscriber
         << "max_queued_messages 8192\n"
         << "set_tcp_nodelay true\n"
         << "connection_messages false\n"
         << "log_dest stderr\n"
         << "log_type error\n"
         << "log_type warning\n";
    if (::geteuid() == 0) text << "user root\n"; // as "mosquitto" it could not read the password file
    if (const auto written = write_private(configuration, text.str()); !written) return tl::unexpected(written.error());
    return configuration;
}

bool is_port_free(int port) {
    const int fd = bind_loopback(port);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
}

} // namespace hub::home
