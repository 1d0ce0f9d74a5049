// SPDX-License-Identifier: Apache-2.0
// Any request, past the HTTP library: it gets exactly one answer in JSON, and nobody acts on a board or sees a secret
// without the token for it.
#include "base/expect.hpp"
#include "hub/api/admission.hpp"
#include "hub/api/answers.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/line_request.hpp"
#include "hub/api/routes.hpp"
#include "hub/core/safe_json.hpp"
#include "protocol/link/names.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace hub::api {
namespace {

constexpr const char* uid = "a1b2c3d4";
constexpr const char* viewer_token = "viewer-token";
constexpr const char* operator_token = "operator-token";
constexpr const char* admin_token = "admin-token";
const core::Time now{std::chrono::microseconds{1'800'000'000'000'000}};

class StillClock final : public base::Clock {
public:
    base::Micros now() const noexcept override { return 0; }
};

/// Answers every query with something, and checks what it is asked.
class Store final : public timeline::Store {
public:
    void on_change(const core::Change&) override {}
    void flush() override {}
    timeline::Health health() const override { return {}; }
    base::Result<std::vector<timeline::Point>> samples(const std::string&, const std::string&, timeline::Span span,
                                                       std::size_t points_max) const override {
        expect(span.from <= span.to && points_max >= 1 && points_max <= 10'000);
        return std::vector<timeline::Point>{{now, 1, 2, 3}};
    }
    base::Result<std::vector<timeline::Entry>> entries(const std::string& board, const std::string& what,
                                                       std::size_t limit,
                                                       std::optional<std::int64_t> before_seq) const override {
        expect(limit >= 1 && limit <= 1000 && before_seq.value_or(0) >= 0);
        return std::vector<timeline::Entry>{{1, now, board, what, "id", "text", nullptr}};
    }
};

/// Counts who comes, and checks what it is asked. Only the real one knows which names and values there can be.
class Secrets final : public core::SecretKeeper {
public:
    base::Result<std::vector<core::SecretFacts>> list() const override {
        ++asked;
        return std::vector<core::SecretFacts>{{"API_KEY", "", 1}, {"API_KEY", uid, 1}};
    }
    base::Result<core::SecretFacts> keep(const std::string& name, const std::string& board,
                                         const std::string&) override {
        check(board);
        return core::SecretFacts{name, board, 1};
    }
    base::Result<> remove(const std::string& name, const std::string& board) override {
        check(board);
        if (name == "API_KEY") return {};
        return base::fail(base::ErrorCode::not_found, "none is kept");
    }

    mutable int asked = 0;

private:
    void check(const std::string& board) const {
        ++asked;
        expect(board.empty() || protocol::link::is_uid(board));
    }
};

class HubStandIn final : public Api::Dependencies {
public:
    HubStandIn() {
        boards_[0].uid = uid;
        boards_[0].is_virtual = true;
        boards_[0].entities.push_back({"door", core::Kind::lock, "Door"});
    }
    const std::vector<core::Board>& boards() const override { return boards_; }
    base::Result<std::string> command(const core::CommandRequest& request) override {
        ++acted;
        expect(request.uid == uid && request.value.is_primitive());
        expect(request.ttl_ms >= 1 && request.ttl_ms <= 60'000);
        if (request.id != "door") return base::fail(base::ErrorCode::not_found, "no such entity on this board");
        return request.cmd_id.empty() ? "made-up" : request.cmd_id;
    }
    void control(const std::string& board, const core::Json& request, ControlReply reply) override {
        ++acted;
        expect(board == uid && request.is_array() && request[0].is_string() && request[0] != "quit");
        if (request.size() == 1) return reply(core::Json::array({"error", "not_found", "no", ""}));
        reply(core::Json::array({"ok", request[1]}));
    }
    const core::Face* face(const std::string&) const override { return nullptr; }
    std::string mqtt_status() const override { return "off"; }
    std::string console_history(const std::string&) const override { return {}; }
    std::vector<core::SessionInfo> sessions() const override { return std::vector<core::SessionInfo>(1); }
    base::Result<std::unique_ptr<core::Attachment>> attach(std::string_view, const core::AttachRequest&,
                                                           core::Viewer&) override {
        return base::fail(base::ErrorCode::internal, "a connection attaches, and no request");
    }
    jobs::Desk& desk() override { return desk_of(*this); }
    base::Result<> end_session(std::string_view session) override {
        ++acted;
        if (session == uid) return {};
        return base::fail(base::ErrorCode::not_found, "there is no such session");
    }
    core::HomeReport home_report() const override { return {}; }
    std::size_t forget_orphans(const std::vector<std::string>& topics) override {
        ++acted;
        return topics.size();
    }
    core::SecretKeeper& secrets() override { return keeper; }

    Secrets keeper;
    int acted = 0;

private:
    // One for all inputs, as it has threads; nothing is left in it, for no program can be started.
    static jobs::Desk& desk_of(HubStandIn& hub) {
        static HubStandIn* current = nullptr;
        static boost::asio::io_context io;
        static boost::asio::thread_pool pool(1);
        static jobs::Desk desk(io, pool, config(current));
        current = &hub;
        return desk;
    }
    static jobs::DeskConfig config(HubStandIn*& current) {
        jobs::DeskConfig config;
        config.data = "/nonexistent";
        config.apps_dir = "firmware";
        config.sessions = [] {
            core::SessionInfo session;
            session.id = uid;
            session.port = "/dev/ttyUSB0";
            return std::vector{session};
        };
        config.starter = [&current](const std::vector<std::string>& words,
                                    jobs::Tool::Listener&) -> base::Result<std::unique_ptr<jobs::Tool>> {
            const bool asks = words[0] == "ports" || (words[0] == "firmware" && words[1] == "list");
            if (!asks) ++current->acted;
            for (const std::string& word : words) expect(word != "+" && word.find('\n') == std::string::npos);
            return base::fail(base::ErrorCode::io, "no program here");
        };
        return config;
    }

    std::vector<core::Board> boards_{1};
};

/// Takes what a text frame may ask of a port.
class Seat final : public core::Attachment {
public:
    bool type(std::string_view) override { return true; }
    base::Result<> set_baud(unsigned baud) override {
        expect(baud <= 10'000'000);
        return {};
    }
    base::Result<> set_lines(bool, bool) override { return {}; }
};

/// Everything between the parsed header and the answer, as `serve_connection` puts it together.
class World {
public:
    void ask(const Head& head, std::string body) {
        Request request;
        request.peer = {false, "192.0.2.1"};
        request.body = std::move(body);
        if (auto refusal = admission_.check_origin(head, request.peer)) return check(*refusal);
        const Match match = find_route(head.method, head.target, request);
        if (match.route == nullptr || match.malformed) return;
        if (auto refusal = admission_.check_caller(*match.route, head, request.peer, request.caller)) {
            expect(hub_.acted == 0 && hub_.keeper.asked == 0);
            return check(*refusal);
        }
        if (match.route->takes_file) return;
        if (match.route->handle == nullptr) return check_line(request);
        int answers = 0;
        match.route->handle(context_, request, [&](const Answer& answer) {
            ++answers;
            check(answer);
        });
        expect(answers == 1);
        const bool is_admin = head.authorization == std::string("Bearer ") + admin_token;
        const bool may_act = is_admin || head.authorization == std::string("Bearer ") + operator_token;
        expect(hub_.acted <= (may_act ? 1 : 0));
        expect(hub_.keeper.asked <= (is_admin ? 1 : 0));
    }

private:
    // The body stands for a text frame on the connection that was asked for.
    static void check_line(const Request& request) {
        const auto wanted = attach_request_of(request);
        if (!wanted) return;
        expect(!wanted->name.empty() && wanted->name.size() <= core::viewer_name_size_max);
        for (const char c : wanted->name) expect(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
        const bool may_type = request.caller.role >= Role::operator_;
        expect(may_type || wanted->mode == core::AttachMode::watch);
        Seat seat;
        (void)apply_control(request.body, seat);
    }

    static void check(const Answer& answer) {
        static const std::set<unsigned> known{200, 202, 204, 304, 400, 401, 403, 404, 409, 410,
                                              413, 415, 421, 429, 500, 501, 503, 504, 507};
        expect(known.contains(answer.status));
        for (const auto& [name, value] : answer.headers) expect(value.find_first_of("\r\n") == std::string::npos);
        if (answer.is_static || answer.status == 204) return;
        const auto body = core::Json::parse(answer.body); // throws for what is not JSON
        if (answer.status >= 400) expect(code_of(body.at("code").get<std::string>()) != base::ErrorCode::internal);
    }

    StillClock clock_;
    Access access_{{{Role::viewer, viewer_token}, {Role::operator_, operator_token}, {Role::admin, admin_token}},
                   clock_};
    Admission admission_{access_, {"hub.lan"}, "ouro"};
    HubStandIn hub_;
    Store store_;
    Context context_{
        hub_,
        store_,
        access_,
        "ouro",
        [] { return now; },
        [](const std::function<Answer()>& query, const Reply& reply) { reply(query()); },
        [](const std::string&, const std::string&, int ttl_ms,
           const std::function<void(const core::CommandChanged*)>& end) {
            expect(ttl_ms >= 1 && ttl_ms <= 60'000);
            end(nullptr);
        },
        [](const std::string&) {},
    };
};

std::string_view cut_line(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

void add_header(std::string_view line, Head& head) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 2);
    if (name == "Host") {
        head.host_repeated = !head.host.empty();
        head.host = value;
    } else if (name == "Origin") {
        head.has_origin = true;
        head.origin = value;
    } else if (name == "Cookie") {
        head.cookie = value;
    } else if (name == "Authorization") {
        head.authorization = value;
    } else if (name == "Content-Type") {
        head.content_type = value;
    } else if (name == "X-Ouro") {
        head.x_ouro = value;
    }
}

} // namespace
} // namespace hub::api

/// "METHOD target", headers, an empty line, the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hub::api;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const std::string_view first = cut_line(rest);
    Head head;
    head.method = first.substr(0, first.find(' '));
    head.target = first.substr(std::min(head.method.size() + 1, first.size()));
    for (std::string_view line = cut_line(rest); !line.empty(); line = cut_line(rest)) add_header(line, head);
    World().ask(head, std::string(rest));
    return 0;
}
