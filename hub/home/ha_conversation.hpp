// SPDX-License-Identifier: Apache-2.0
// Home Assistant's WebSocket API as far as boards need it, without a socket.
#pragma once

#include "hub/core/model.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hub::home {

/// One connection's conversation: log in, follow some entities, ask for actions. Messages go in as text; what is to be
/// sent and what was learnt come out through the listener, from within the calls. Anything malformed is ignored.
/// Protocol: https://developers.home-assistant.io/docs/api/websocket, with the compressed `subscribe_entities`.
class HaConversation {
public:
    /// The longest message that is read, in bytes; a house of many entities is larger than one board's.
    static constexpr std::size_t message_size_max = std::size_t{4} * 1024 * 1024;

    class Listener {
    public:
        virtual void send(const core::Json& message) = 0;
        virtual void logged_in(std::string_view version) = 0;
        /// The token was refused; the connection is of no use.
        virtual void refused(std::string_view reason) = 0;
        /// A null `state` is an entity that does not exist (any more).
        virtual void entity(const std::string& id, const core::Json& state, const core::Json& attributes) = 0;
        /// `response`: what an action that was asked has answered, an object; else null.
        virtual void called(std::uint64_t ticket, bool ok, std::string_view text, const core::Json& response) = 0;

    protected:
        ~Listener() = default;
    };

    /// `token` is used once, for the log-in. The listener outlives this.
    HaConversation(Listener& listener, std::string token);

    void receive(std::string_view text);

    /// Follows exactly these from now on; before the log-in they are remembered.
    void follow(std::vector<std::string> entities);

    /// Asks for an action; `called` comes with `ticket`. Only after the log-in.
    void call(std::uint64_t ticket, const core::HomeCall& call);

private:
    struct Known {
        core::Json state;
        core::Json attributes;
    };

    void hear(const core::Json& message);
    void on_result(const core::Json& message, std::uint64_t id);
    void on_event(const core::Json& event);
    void on_added(const core::Json& added);
    void on_changed(const core::Json& changed);
    void tell_missing();
    void subscribe();
    std::uint64_t send_command(core::Json command);

    Listener& listener_;
    std::string token_;
    bool logged_in_ = false;
    std::uint64_t last_id_ = 0;
    std::uint64_t subscription_ = 0; ///< 0: none
    bool first_event_ = false;       ///< what is not in it does not exist
    std::vector<std::string> followed_;
    std::map<std::string, Known> known_;
    struct Ticket {
        std::uint64_t number = 0;
        bool asks = false;
    };
    std::map<std::uint64_t, Ticket> tickets_; ///< by message id
};

} // namespace hub::home
