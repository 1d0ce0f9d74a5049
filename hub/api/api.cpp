// SPDX-License-Identifier: Apache-2.0
#include "hub/api/api.hpp"

#include "hub/api/answers.hpp"
#include "hub/api/broadcast.hpp"
#include "hub/api/face_view.hpp"
#include "hub/api/line_request.hpp"
#include "hub/api/line_socket.hpp"
#include "hub/api/server.hpp"
#include "hub/api/views.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <list>

namespace hub::api {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

namespace {

constexpr auto await_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds sweep_interval{1};
constexpr std::chrono::milliseconds accept_pause{100};
constexpr std::size_t waiting_commands_max = 256;

class SteadyClock final : public base::Clock {
public:
    base::Micros now() const noexcept override { return core::steady_now(); }
};

base::Result<> cannot_listen(const std::string& where, const error_code& error, std::string_view hint) {
    return base::fail(base::ErrorCode::io, "Can't listen on " + where + ": " + error.message(), hint);
}

// The IP address of the other side; empty for a Unix socket. IPv4 is told as IPv4, even when it came over an IPv6
// socket.
std::string address_of(const Socket& socket) {
    error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    const int family = endpoint.protocol().family();
    if (gone || (family != AF_INET && family != AF_INET6)) return {};
    tcp::endpoint known;
    known.resize(endpoint.size());
    std::memcpy(known.data(), endpoint.data(), endpoint.size());
    const auto address = known.address();
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

} // namespace

struct Api::Impl : std::enable_shared_from_this<Api::Impl> {
    /// Somebody who waits for the end of one command.
    struct Waiting {
        std::string uid;
        std::string cmd_id;
        asio::steady_timer deadline;
        std::function<void(const core::CommandChanged*)> done;
    };

    Impl(asio::io_context& io_, asio::thread_pool& pool_, Dependencies& hub_, const timeline::Store& store_,
         Options options_);

    base::Result<> listen_on(tcp::acceptor& acceptor, const std::string& address, std::uint16_t wanted);
    base::Result<> listen_tcp();
    base::Result<> listen_ingress();
    bool may_use_ingress(const std::string& address);
    base::Result<> listen_local();
    void start();
    void stop();
    void note(const core::Change& change);
    void note_job(const jobs::Job& job);
    void flush_soon();

    template <typename Acceptor>
    asio::awaitable<void> accept_on(Acceptor& acceptor, std::size_t& connections, bool ingress = false);
    asio::awaitable<void> sweep();
    void spawn_connection(Socket socket, Peer peer, std::size_t& connections);
    std::optional<Answer> open_web_socket(Stream& stream, const WebSocket::Upgrade& upgrade, const Request& request);
    std::optional<Answer> open_line(Stream& stream, const WebSocket::Upgrade& upgrade, const Request& request);
    void greet(WebSocket& client);
    WebSocket::Source face_of(std::string board);
    void flush();
    void run_query(std::function<Answer()> query, Reply reply);
    void await_outcome(const std::string& uid, const std::string& cmd_id, int ttl_ms,
                       std::function<void(const core::CommandChanged*)> done);
    void command_ended(const core::CommandChanged& command);
    void close_viewers(const std::string& session);
    std::vector<std::string> host_names() const;

    asio::io_context& io;
    asio::thread_pool& pool;
    Dependencies& hub;
    Options options;
    SteadyClock clock;
    Access access;
    Context context;
    tcp::acceptor tcp_acceptor;
    tcp::acceptor ingress_acceptor;
    Local::acceptor local_acceptor;
    asio::steady_timer sweep_timer;
    std::optional<Admission> admission; // after the port is known: it names the cookie
    std::optional<Server> server;
    Broadcast broadcast;
    std::list<Stream> streams;
    std::vector<std::shared_ptr<WebSocket>> viewers;
    std::vector<std::shared_ptr<LineSocket>> lines;
    std::list<std::shared_ptr<Waiting>> waiting;
    std::size_t tcp_connections = 0;
    std::size_t local_connections = 0;
    std::size_t ingress_connections = 0;
    std::string last_stranger; ///< who was hung up on by ingress, told once in a row
    std::uint16_t port = 0;
    bool flush_posted = false;
    bool stopping = false;
};

Api::Impl::Impl(asio::io_context& io_, asio::thread_pool& pool_, Dependencies& hub_, const timeline::Store& store_,
                Options options_)
    : io(io_),
      pool(pool_),
      hub(hub_),
      options(std::move(options_)),
      access(options.tokens, clock),
      context{hub_,
              store_,
              access,
              {},
              core::wall_now,
              [this](auto query, auto reply) { run_query(std::move(query), std::move(reply)); },
              [this](const auto& uid, const auto& cmd_id, int ms, auto done) {
                  await_outcome(uid, cmd_id, ms, std::move(done));
              },
              [this](const auto& session) { close_viewers(session); }},
      tcp_acceptor(io),
      ingress_acceptor(io),
      local_acceptor(io),
      sweep_timer(io),
      broadcast([this]() -> const std::vector<core::Board>& { return hub.boards(); }) {}

std::vector<std::string> Api::Impl::host_names() const {
    std::vector<std::string> names = options.allowed_hosts;
    error_code invalid;
    const auto address = asio::ip::make_address(options.address, invalid);
    if (!invalid && !address.is_unspecified()) {
        names.push_back(address.is_v6() ? "[" + options.address + "]" : options.address);
    }
    return names;
}

base::Result<> Api::Impl::listen_on(tcp::acceptor& acceptor, const std::string& where, std::uint16_t wanted) {
    error_code error;
    const auto address = asio::ip::make_address(where, error);
    if (error) {
        return base::fail(base::ErrorCode::invalid_argument, "\"" + where + "\" is no IP address",
                          "Listen on 127.0.0.1, or on 0.0.0.0 for the whole network.");
    }
    const tcp::endpoint endpoint(address, wanted);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) return {};
    return cannot_listen(where + ":" + std::to_string(wanted), error,
                         "Another program may use the port; choose one with --listen 127.0.0.1:PORT.");
}

base::Result<> Api::Impl::listen_tcp() {
    auto listening = listen_on(tcp_acceptor, options.address, options.port);
    if (listening) port = tcp_acceptor.local_endpoint().port();
    return listening;
}

base::Result<> Api::Impl::listen_ingress() {
    if (!options.ingress) return {};
    return listen_on(ingress_acceptor, options.ingress->address, options.ingress->port);
}

/// The address that a connection comes from is what lets it in, and not the one that it came to.
bool Api::Impl::may_use_ingress(const std::string& address) {
    const auto& sources = options.ingress->sources;
    if (std::find(sources.begin(), sources.end(), address) != sources.end()) return true;
    if (std::exchange(last_stranger, address) != address) {
        spdlog::warn("api: {} is not Home Assistant's ingress, and was hung up on", address);
    }
    return false;
}

base::Result<> Api::Impl::listen_local() {
    if (options.socket.empty()) return {};
    const std::string path = options.socket.string();
    // The data folder is locked by its one hub: a socket that is still there belongs to one that died.
    std::error_code ignored;
    std::filesystem::remove(options.socket, ignored);
    error_code error;
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        return base::fail(base::ErrorCode::too_large, "The path of the socket is too long: " + path,
                          "Choose a shorter data folder with --data.");
    }
    const Local::endpoint endpoint(path);
    const mode_t mask = ::umask(0177);
    local_acceptor.open(endpoint.protocol(), error);
    if (!error) local_acceptor.bind(endpoint, error);
    ::umask(mask);
    if (!error) local_acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(path, error, "Choose another data folder with --data.");
    return {};
}

void Api::Impl::start() {
    context.cookie_name = "ouro_" + std::to_string(port);
    admission.emplace(access, host_names(), context.cookie_name);
    server.emplace(Server{io, options.limits, options.assets, *admission, context,
                          [this](Stream& stream, const WebSocket::Upgrade& upgrade, const Request& request) {
                              return open_web_socket(stream, upgrade, request);
                          }});
    const auto log_failure = [self = shared_from_this()](const std::exception_ptr& failure) {
        if (failure) spdlog::error("api: a listener ended unexpectedly");
    };
    asio::co_spawn(io, accept_on(tcp_acceptor, tcp_connections), log_failure);
    if (ingress_acceptor.is_open())
        asio::co_spawn(io, accept_on(ingress_acceptor, ingress_connections, true), log_failure);
    if (local_acceptor.is_open()) asio::co_spawn(io, accept_on(local_acceptor, local_connections), log_failure);
    asio::co_spawn(io, sweep(), log_failure);
}

template <typename Acceptor>
asio::awaitable<void> Api::Impl::accept_on(Acceptor& acceptor, std::size_t& connections, bool ingress) {
    while (!stopping) {
        Socket socket(io);
        const auto [error] = co_await acceptor.async_accept(socket, await_tuple);
        if (stopping) co_return;
        if (error) { // out of file descriptors, most likely: let some close
            asio::steady_timer pause(io, accept_pause);
            co_await pause.async_wait(await_tuple);
            continue;
        }
        if (connections >= options.limits.connections_max) continue; // the socket closes here
        constexpr bool is_local = std::is_same_v<Acceptor, Local::acceptor>;
        error_code ignored;
        if (!is_local) socket.set_option(tcp::no_delay(true), ignored);
        if (options.limits.send_buffer_size > 0) {
            socket.set_option(asio::socket_base::send_buffer_size(options.limits.send_buffer_size), ignored);
        }
        Peer peer{is_local, address_of(socket), ingress};
        if (ingress && !may_use_ingress(peer.address)) continue;
        spawn_connection(std::move(socket), std::move(peer), connections);
    }
}

void Api::Impl::spawn_connection(Socket socket, Peer peer, std::size_t& connections) {
    ++connections;
    const auto stream = streams.emplace(streams.end(), std::move(socket));
    asio::co_spawn(io, serve_connection(*server, *stream, std::move(peer)),
                   [self = shared_from_this(), stream, &connections](const std::exception_ptr& failure) {
                       if (failure) spdlog::error("api: a connection ended unexpectedly");
                       --connections;
                       self->streams.erase(stream);
                   });
}

asio::awaitable<void> Api::Impl::sweep() {
    while (!stopping) {
        sweep_timer.expires_after(sweep_interval);
        co_await sweep_timer.async_wait(await_tuple);
        const auto now = std::chrono::steady_clock::now();
        for (const auto& viewer : std::vector(viewers)) viewer->check_stalled(now);
        for (const auto& line : std::vector(lines)) line->check_stalled(now);
    }
}

std::optional<Answer> Api::Impl::open_web_socket(Stream& stream, const WebSocket::Upgrade& upgrade,
                                                 const Request& request) {
    if (stopping || viewers.size() + lines.size() >= options.limits.connections_max) {
        return error_answer({base::ErrorCode::rate_limited, "Too many connections are open", "Close some pages."});
    }
    if (!request.param("id").empty()) return open_line(stream, upgrade, request);
    auto on_end = [weak = weak_from_this()](WebSocket& ended) {
        if (const auto self = weak.lock())
            std::erase_if(self->viewers, [&](const auto& v) { return v.get() == &ended; });
    };
    auto viewer = std::make_shared<WebSocket>(std::move(stream), options.limits, request.caller.session, on_end);
    viewers.push_back(viewer);
    std::string board(request.param("uid"));
    viewer->accept(upgrade, [weak = weak_from_this(), raw = viewer.get(), board = std::move(board)] {
        const auto self = weak.lock();
        if (!self) return;
        if (board.empty()) return self->greet(*raw);
        raw->draw_from(board, self->face_of(board));
    });
    return std::nullopt;
}

std::optional<Answer> Api::Impl::open_line(Stream& stream, const WebSocket::Upgrade& upgrade, const Request& request) {
    const auto wanted = attach_request_of(request);
    if (!wanted) return error_answer(wanted.error());
    auto on_end = [weak = weak_from_this()](LineSocket& ended) {
        if (const auto self = weak.lock()) std::erase_if(self->lines, [&](const auto& l) { return l.get() == &ended; });
    };
    auto line = std::make_shared<LineSocket>(io, options.limits, request.caller.session, on_end);
    auto attached = hub.attach(request.param("id"), *wanted, *line);
    if (!attached) return error_answer(attached.error());
    line->attach(std::move(*attached), wanted->mode == core::AttachMode::lease);
    lines.push_back(line);
    line->accept(std::move(stream), upgrade, request.peer.local);
    return std::nullopt;
}

WebSocket::Source Api::Impl::face_of(std::string board) {
    return [weak = weak_from_this(), board = std::move(board), feed = FaceFeed()]() mutable -> SharedBatch {
        const auto self = weak.lock();
        return self ? feed.next(self->hub.face(board)) : nullptr;
    };
}

void Api::Impl::greet(WebSocket& client) {
    client.send(broadcast.snapshot(text_of({{"type", "jobs"}, {"jobs", jobs::json_of(hub.desk().list())}})));
    for (const core::Board& board : hub.boards()) {
        std::string history = hub.console_history(board.uid);
        if (history.empty()) continue;
        Broadcast earlier([this]() -> const std::vector<core::Board>& { return hub.boards(); });
        earlier.note(core::ConsoleText{board.uid, std::move(history), core::wall_now()});
        for (auto& batch : earlier.flush()) client.send(std::move(batch));
    }
}

void Api::Impl::note(const core::Change& change) {
    if (const auto* command = std::get_if<core::CommandChanged>(&change)) command_ended(*command);
    if (viewers.empty()) return;
    broadcast.note(change);
    flush_soon();
}

void Api::Impl::note_job(const jobs::Job& job) {
    if (viewers.empty() || stopping) return;
    broadcast.note_text(text_of({{"type", "job"}, {"job", jobs::json_of(job)}}));
    flush_soon();
}

// Whatever else the core does in this turn goes into the same frame.
void Api::Impl::flush_soon() {
    if (std::exchange(flush_posted, true)) return;
    asio::post(io, [self = shared_from_this()] { self->flush(); });
}

void Api::Impl::flush() {
    flush_posted = false;
    for (const SharedBatch& batch : broadcast.flush()) {
        for (const auto& viewer : viewers) {
            if (viewer->drawn_from().empty()) viewer->send(batch);
        }
    }
}

void Api::Impl::run_query(std::function<Answer()> query, Reply reply) {
    asio::post(pool, [self = shared_from_this(), query = std::move(query), reply = std::move(reply)]() mutable {
        Answer answer = query();
        // The reply goes with the answer, so that what it holds dies on the core's thread as well.
        asio::post(self->io,
                   [reply = std::move(reply), answer = std::move(answer)]() mutable { reply(std::move(answer)); });
    });
}

void Api::Impl::await_outcome(const std::string& uid, const std::string& cmd_id, int ttl_ms,
                              std::function<void(const core::CommandChanged*)> done) {
    if (waiting.size() >= waiting_commands_max) return done(nullptr);
    asio::steady_timer deadline(io, std::chrono::milliseconds(ttl_ms) + options.limits.outcome_grace);
    auto one = std::make_shared<Waiting>(Waiting{uid, cmd_id, std::move(deadline), std::move(done)});
    waiting.push_back(one);
    one->deadline.async_wait([self = shared_from_this(), one](error_code) {
        self->waiting.remove(one);
        if (auto late = std::exchange(one->done, nullptr)) late(nullptr);
    });
}

void Api::Impl::command_ended(const core::CommandChanged& command) {
    if (command.outcome == "sent") return;
    for (const auto& one : waiting) {
        if (one->uid != command.uid || one->cmd_id != command.cmd_id) continue;
        if (auto done = std::exchange(one->done, nullptr)) done(&command);
        one->deadline.cancel();
    }
}

void Api::Impl::close_viewers(const std::string& session) {
    if (session.empty()) return;
    for (const auto& viewer : std::vector(viewers)) {
        if (viewer->session() == session) viewer->close();
    }
    for (const auto& line : std::vector(lines)) {
        if (line->session() == session) line->close();
    }
}

void Api::Impl::stop() {
    if (std::exchange(stopping, true)) return;
    error_code ignored;
    tcp_acceptor.close(ignored);
    if (ingress_acceptor.is_open()) ingress_acceptor.close(ignored);
    if (local_acceptor.is_open()) {
        local_acceptor.close(ignored);
        std::error_code gone;
        std::filesystem::remove(options.socket, gone);
    }
    sweep_timer.cancel();
    for (Stream& stream : streams) stream.close();
    for (const auto& viewer : std::vector(viewers)) viewer->close();
    for (const auto& line : std::vector(lines)) line->close();
    for (const auto& one : waiting) one->deadline.cancel();
}

Api::Api(asio::io_context& io, asio::thread_pool& pool, Dependencies& hub, const timeline::Store& store,
         Options options)
    : impl_(std::make_shared<Impl>(io, pool, hub, store, std::move(options))) {}

Api::~Api() { impl_->stop(); }

base::Result<> Api::start() {
    if (auto listening = impl_->listen_tcp(); !listening) return listening;
    if (auto listening = impl_->listen_ingress(); !listening) return listening;
    if (auto listening = impl_->listen_local(); !listening) return listening;
    impl_->start();
    return {};
}

std::uint16_t Api::port() const noexcept { return impl_->port; }
std::uint16_t Api::ingress_port() const noexcept {
    error_code closed;
    return impl_->ingress_acceptor.local_endpoint(closed).port();
}
void Api::stop() { impl_->stop(); }
void Api::on_change(const core::Change& change) { impl_->note(change); }
void Api::on_job(const jobs::Job& job) { impl_->note_job(job); }
void Api::on_face(const std::string& uid) {
    for (const auto& viewer : std::vector(impl_->viewers)) {
        if (viewer->drawn_from() == uid) viewer->draw();
    }
}

} // namespace hub::api
