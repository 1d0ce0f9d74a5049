// SPDX-License-Identifier: Apache-2.0
// Takes Telnet's commands out of a stream of bytes (RFC 854, RFC 855), and puts bytes into such a stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace protocol::telnet {

inline constexpr std::uint8_t iac = 255; ///< "interpret as command"; as data it is sent twice
inline constexpr std::uint8_t subnegotiation_begin = 250;
inline constexpr std::uint8_t subnegotiation_end = 240;

/// What one side says of an option: that it will use it itself, or that the other one is to.
enum class Verb : std::uint8_t { will = 251, wont = 252, please = 253, please_not = 254 };

/// The longest content of a subnegotiation that is passed on, in bytes; a longer one is skipped as a whole. RFC 2217
/// needs 5 but for the server's signature, which says nothing that we need.
inline constexpr std::size_t subnegotiation_max = 64;

/// Hears what the reader found, in the order of the stream, during `feed`.
class TelnetSink {
public:
    /// Data, without escapes. Valid during the call only.
    virtual void on_data(std::span<const std::uint8_t> bytes) = 0;
    virtual void on_option(Verb verb, std::uint8_t option) = 0;
    /// Without escapes; at least nothing, at most `subnegotiation_max` bytes. Valid during the call only.
    virtual void on_subnegotiation(std::uint8_t option, std::span<const std::uint8_t> content) = 0;

protected:
    ~TelnetSink() = default;
};

/// Splits a stream, byte by byte if need be. Commands without an option are skipped. No heap.
class TelnetReader {
public:
    explicit TelnetReader(TelnetSink& sink) noexcept : sink_(sink) {}

    void feed(std::span<const std::uint8_t> bytes);

private:
    enum class State : std::uint8_t { data, command, option, inside, inside_command };

    void on_command(std::uint8_t byte);
    void on_inside(std::uint8_t byte);
    void end_subnegotiation();

    TelnetSink& sink_;
    State state_ = State::data;
    Verb verb_ = Verb::will;
    std::array<std::uint8_t, subnegotiation_max + 1> inside_{}; ///< the option, then its content
    std::size_t inside_size_ = 0;                               ///< one more than there is room for: too long
};

/// Calls `emit` with pieces that, one after the other, are `bytes` with each IAC doubled.
template <typename Emit>
void escape(std::span<const std::uint8_t> bytes, Emit emit) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != iac) continue;
        emit(bytes.subspan(begin, i + 1 - begin));
        begin = i; // once more
    }
    if (begin < bytes.size()) emit(bytes.subspan(begin));
}

} // namespace protocol::telnet
