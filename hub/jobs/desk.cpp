// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/desk.hpp"

#include "hub/core/json_parts.hpp"
#include "hub/core/times.hpp"
#include "hub/jobs/job_request.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <fstream>
#include <optional>
#include <utility>

namespace hub::jobs {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

/// What `ouro firmware list --json` prints, in the shape of openapi.yaml.
Json catalogue_of(const Json& lines) {
    Json catalogue = Json::array();
    for (const Json& line : lines) {
        if (!line.is_object()) continue;
        const auto text = [&line](const char* key) { return core::text_at(line, key); };
        const auto here = line.find("here");
        catalogue.push_back({{"board", text("board")},
                             {"title", text("title")},
                             {"system", text("system")},
                             {"version", text("version")},
                             {"name", text("board") + "/" + text("system") + "@" + text("version")},
                             {"here", here != line.end() && *here == true}});
    }
    return catalogue;
}

} // namespace

struct Desk::Impl final : Jobs::Dependencies, std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& context, asio::thread_pool& threads, DeskConfig settings)
        : io(context),
          pool(threads),
          config(std::move(settings)),
          alarm(context),
          uploads(config.data / "uploads", core::wall_now,
                  [this](std::string_view id) { return jobs.needs_upload(id); }),
          ports(config.starter, {"ports", "--json"}),
          firmware(config.starter, {"firmware", "list", "--json"}),
          jobs(*this) {}

    base::Micros now() override { return core::steady_now(); }
    core::Time wall() override { return core::wall_now(); }
    base::Result<std::unique_ptr<Tool>> start(std::vector<std::string> arguments, Tool::Listener& hears) override {
        return config.starter(std::move(arguments), hears);
    }
    void wake_at(base::Micros when) override {
        if (when == base::never) {
            alarm.cancel();
            return;
        }
        alarm.expires_at(core::steady_point(when));
        alarm.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            if (const auto self = weak.lock(); self && !error) self->jobs.on_time();
        });
    }
    void on_job(const Job& job) override {
        if (listener) listener(job);
    }

    void save(std::string text) override {
        unwritten = std::move(text);
        if (!std::exchange(writing, true)) write();
    }
    // Only the newest is worth writing; one after the other.
    void write() {
        asio::post(pool, [self = shared_from_this(), text = *unwritten] {
            const bool written = self->config.write(self->file(), text).has_value();
            asio::post(self->io, [self, text, written] {
                // What can't be written is tried again with the next change.
                if (written && self->unwritten == text) self->unwritten.reset();
                self->writing = false;
                if (written && self->unwritten) {
                    self->writing = true;
                    self->write();
                }
            });
        });
    }
    fs::path file() const { return config.data / "jobs.json"; }

    base::Result<Job> start_job(const Json& body, std::string by, bool by_admin) {
        const auto request = read_request(body);
        if (!request) return tl::unexpected(request.error());
        NewJob job;
        Meant meant;
        job.kind = request->kind;
        job.board = request->board;
        job.by = std::move(by);
        job.request = request->as_asked;
        if (const auto found = find_meant(*request, by_admin, meant, job); !found) {
            return tl::unexpected(found.error());
        }
        job.port = meant.port;
        job.claim = request->board.empty() ? "firmware " + request->firmware : meant.port;
        job.arguments = arguments_of(*request, meant);
        return jobs.start(std::move(job));
    }

    base::Result<> find_meant(const JobRequest& request, bool by_admin, Meant& meant, NewJob& job) {
        if (!request.board.empty()) {
            const auto board = find_board(request.board, config.sessions());
            if (!board) return tl::unexpected(board.error());
            if (board->is_on_network && !by_admin) {
                return base::fail(ErrorCode::refused, "Only an admin may name an address on the network",
                                  "Sign in with the admin's token; `ouro url` prints it.");
            }
            meant.port = board->port;
        }
        job.what = request.firmware;
        if (!request.upload.empty()) {
            const auto upload = uploads.find(request.upload);
            if (!upload) return tl::unexpected(upload.error());
            meant.file = uploads.file_of(*upload);
            job.upload = upload->id;
            job.what = upload->name;
        }
        if (!request.folder.empty()) {
            const auto folder = find_folder(config.apps_dir, request.folder);
            if (!folder) return tl::unexpected(folder.error());
            meant.folder = *folder;
            job.what = request.folder;
        }
        return {};
    }

    void end_upload(std::shared_ptr<IncomingFile> incoming, std::function<void(base::Result<Upload>)> done) {
        asio::post(pool, [self = shared_from_this(), incoming = std::move(incoming), done = std::move(done)]() mutable {
            auto facts = self->config.examine(incoming->path());
            asio::post(self->io, [self, incoming = std::move(incoming), done = std::move(done),
                                  facts = std::move(facts)]() mutable {
                if (!facts) return done(tl::unexpected(facts.error()));
                done(self->uploads.keep(*incoming, std::move(*facts)));
            });
        });
    }

    Json uploads_json() {
        Json list = Json::array();
        for (const Upload& upload : uploads.list()) list.push_back(json_of(upload));
        return list;
    }

    asio::io_context& io;
    asio::thread_pool& pool;
    const DeskConfig config;
    asio::steady_timer alarm;
    std::function<void(const Job&)> listener;
    Uploads uploads;
    Question ports;
    Question firmware;
    Jobs jobs;
    std::optional<std::string> unwritten;
    bool writing = false;
};

Desk::Desk(asio::io_context& io, asio::thread_pool& pool, DeskConfig config)
    : impl_(std::make_shared<Impl>(io, pool, std::move(config))) {}

Desk::~Desk() {
    impl_->listener = nullptr;
    if (impl_->unwritten) (void)impl_->config.write(impl_->file(), *impl_->unwritten);
}

void Desk::set_listener(std::function<void(const Job&)> on_job) { impl_->listener = std::move(on_job); }

void Desk::load() {
    constexpr std::size_t file_size_max = std::size_t{4} * 1024 * 1024;
    std::ifstream in(impl_->file(), std::ios::binary);
    std::string text(file_size_max, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    impl_->jobs.load(text);
    impl_->uploads.load();
}

void Desk::stop() { impl_->jobs.stop(); }

void Desk::tick() {
    impl_->ports.on_second();
    impl_->firmware.on_second();
}

base::Result<Job> Desk::start(const Json& body, std::string by, bool by_admin) {
    return impl_->start_job(body, std::move(by), by_admin);
}

base::Result<Job> Desk::cancel(std::string_view id, bool force) { return impl_->jobs.cancel(id, force); }

const Job* Desk::find(std::string_view id) const { return impl_->jobs.find(id); }

std::vector<const Job*> Desk::list() const { return impl_->jobs.list(); }

void Desk::ask_ports(Question::Reply reply) {
    impl_->ports.ask([reply = std::move(reply)](base::Result<Json> lines) {
        if (!lines) return reply(std::move(lines));
        const bool is_list = lines->size() == 1 && lines->front().is_array();
        reply(is_list ? lines->front() : Json::array());
    });
}

void Desk::ask_firmware(Question::Reply reply) {
    impl_->firmware.ask([weak = std::weak_ptr(impl_), reply = std::move(reply)](base::Result<Json> lines) {
        const auto self = weak.lock();
        if (!lines || !self) return reply(std::move(lines));
        reply(Json{{"catalogue", catalogue_of(*lines)}, {"uploads", self->uploads_json()}});
    });
}

base::Result<std::shared_ptr<IncomingFile>> Desk::begin_upload(std::string_view name) {
    return impl_->uploads.begin(name);
}

void Desk::end_upload(std::shared_ptr<IncomingFile> file, std::function<void(base::Result<Upload>)> done) {
    impl_->end_upload(std::move(file), std::move(done));
}

base::Result<> Desk::remove_upload(std::string_view id) { return impl_->uploads.remove(id); }

} // namespace hub::jobs
