// SPDX-License-Identifier: Apache-2.0
// A board's Python at a port of our own: opened, used and given back by one thread that may wait.
#pragma once

#include "base/clock.hpp"
#include "hub/workbench/port.hpp"
#include "hub/workbench/repl/python_runner.hpp"

#include <memory>

namespace hub::workbench {

/// One thread. Every call waits until it is done. The board is left at its friendly prompt by `leave` and at the end.
class PortPython final : public PythonRunner {
public:
    /// Opens the port, waits until it is ready, and says nothing to the board. Errors: those of `opener`,
    /// `disconnected` with the reason why it could not be connected.
    static base::Result<std::unique_ptr<PortPython>> open(const PortOpener& opener);
    /// Leaves.
    ~PortPython();
    PortPython(const PortPython&) = delete;
    PortPython& operator=(const PortPython&) = delete;

    /// Interrupts what runs and takes the raw prompt, within 6 s. Errors: those of Evidence::judge, `disconnected`.
    base::Result<> enter();

    /// Gives up a program that says nothing for so long; without a limit at first.
    void limit_silence(base::Micros silence_max);

    /// From now on Ctrl-C (SIGINT) ends the program on the board by a KeyboardInterrupt, and not ours. A third one,
    /// when the program ignores it, ends `run` with `busy`.
    void pass_on_interrupts();

    /// See PythonRunner. Enters first if that was not done.
    base::Result<std::string> run(std::string code, const Output& output) override;

    /// Runs a program that does not come back, such as one that resets the board: returns once the board has all of it,
    /// and from then on leaves the board alone. The result is the exception of one that ended at once, or empty.
    base::Result<std::string> launch(std::string code);

    /// Types `keys` at the friendly prompt and hears what the board says after that, for `span` (or `base::never`) or
    /// until one of the listener's calls returns false or it has enough, or Ctrl-C. The prompt is given back first.
    /// Error: `disconnected`.
    class Listener {
    public:
        virtual bool on_console(std::string_view bytes) = 0;
        virtual bool on_message(std::string_view json) = 0; ///< of our link
        virtual bool has_enough() const { return false; }   ///< asked after everything that `io` runs

    protected:
        ~Listener() = default;
    };
    base::Result<> type_and_listen(std::string_view keys, base::Micros span, Listener& listener);

    /// While it listens: more keys, and what runs the listener's calls. False when the port does not take them.
    bool type(std::string_view keys);
    boost::asio::io_context& io() noexcept;

    base::Result<> start(std::string code) override;
    base::Result<> say(std::string_view bytes) override;
    base::Result<Heard> hear(base::Micros patience) override;

    /// A new Python, with boot.py and main.py. Errors: `timeout`, and those of `enter`.
    base::Result<> soft_reset();

    /// A new Python with boot.py alone, and its raw prompt: nothing of a program is left in memory, no timer runs on.
    /// Errors: those of `enter`.
    base::Result<> renew();

    /// Gives the friendly prompt back, as far as the board lets us, within 500 ms.
    void leave();

private:
    struct Impl;
    explicit PortPython(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace hub::workbench
