// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <memory>
#include <mutex>

namespace hub::daemon {

namespace {

constexpr std::size_t secret_size_min = 4;

// A board's text must not begin lines of its own, or speak to the terminal.
void escape_controls(std::string& line) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const auto byte = static_cast<unsigned char>(line[i]);
        if (byte < 0x20 || byte == 0x7F) line[i] = '?';
    }
}

class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    void hide(const std::string& secret) {
        const std::lock_guard lock(mutex_);
        secrets_.push_back(secret);
    }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t formatted;
        formatter_->format(message, formatted);
        std::string line = without_secrets({formatted.data(), formatted.size()}, secrets_);
        escape_controls(line);
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    }
    void flush_() override {}

private:
    std::vector<std::string> secrets_;
};

spdlog::level::level_enum level_of(std::string_view level) {
    if (level == "debug") return spdlog::level::debug;
    if (level == "warning") return spdlog::level::warn;
    if (level == "error") return spdlog::level::err;
    return spdlog::level::info;
}

} // namespace

std::string without_secrets(std::string line, const std::vector<std::string>& secrets) {
    for (const std::string& secret : secrets) {
        for (std::size_t at = line.find(secret); at != std::string::npos; at = line.find(secret, at + 3)) {
            line.replace(at, secret.size(), "***");
        }
    }
    return line;
}

void start_log(std::string_view level) {
    auto logger = std::make_shared<spdlog::logger>("ouro", std::make_shared<StderrSink>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %-7l %v");
    logger->set_level(level_of(level));
    spdlog::set_default_logger(std::move(logger));
}

void hide_in_log(const std::string& secret) {
    if (secret.size() < secret_size_min) return;
    for (const auto& sink : spdlog::default_logger()->sinks()) {
        if (auto* ours = dynamic_cast<StderrSink*>(sink.get())) ours->hide(secret);
    }
}

void log_line(std::string_view level, std::string_view text) { spdlog::log(level_of(level), "{}", text); }

} // namespace hub::daemon
