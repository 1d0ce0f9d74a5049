// SPDX-License-Identifier: Apache-2.0
// The hub's own broker, for whoever has none: Debian's Mosquitto on loopback, as a child process.
#pragma once

#include "base/result.hpp"
#include "hub/home/broker_files.hpp"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace hub::home {

/// Starts Mosquitto, starts it again when it dies, and ends it with the hub: by `stop`, or by the kernel if the hub is
/// killed (the signal comes when the thread that called `start` ends). All calls on the io_context's thread.
class MosquittoProcess {
public:
    /// Files are kept in `data_dir`, which exists.
    MosquittoProcess(boost::asio::io_context& io, std::filesystem::path data_dir);
    ~MosquittoProcess(); ///< like `stop`
    MosquittoProcess(const MosquittoProcess&) = delete;
    MosquittoProcess& operator=(const MosquittoProcess&) = delete;

    /// Starts it and returns at once; `on_listening` is called every time a started one accepts connections. One that
    /// does not within 5 s is ended and started again, after 0.2 to 10 s like one that died. Errors: `not_found`
    /// (Mosquitto is not installed), `io`, `malformed` (broker.json).
    base::Result<BrokerAccess> start(std::function<void()> on_listening);

    /// Ends it: SIGTERM, then after a second SIGKILL. Blocks for a few milliseconds.
    void stop();

    pid_t pid() const; ///< 0 while none runs

private:
    class Supervisor;
    std::shared_ptr<Supervisor> supervisor_;
};

} // namespace hub::home
