// SPDX-License-Identifier: Apache-2.0
// The world outlives the lives: traces, flash, script and console go on when the power is cycled.
#include "firmware/ports/sim/sim_board.hpp"

#include "base/expect.hpp"
#include "firmware/ports/shared/micropython_program.hpp"
#include "firmware/ports/shared/simulated_gpio.hpp"
#include "firmware/ports/shared/strict_flash.hpp"
#include "firmware/ports/shared/virtual_face.hpp"
#include "firmware/ports/shared/virtual_sensor.hpp"
#include "firmware/ports/sim/lockstep.hpp"
#include "firmware/ports/sim/screen_text.hpp"
#include "firmware/runtime/hardware_core.hpp"
#include "firmware/vm/flash_image.hpp"
#include "protocol/link/frame_reader.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>

namespace firmware::ports::sim {

namespace {

constexpr std::string_view sim_uid = "sim00001";
constexpr std::int64_t epoch_ms = 1700000000000;
constexpr base::Micros up_every = base::from_ms(10000);

contract::Storage::Geometry geometry_of(const boards::Profile& profile) {
    return {profile.flash_block_bytes, profile.flash_bytes / profile.flash_block_bytes, profile.flash_program_bytes};
}

} // namespace

/// What stays when the power goes.
struct SimBoard::World final : LevelObserver, FaceObserver, contract::Console, protocol::link::FrameSink {
    explicit World(Options given) : options(std::move(given)), medium(std::move(options.flash)), reader(*this) {
        medium.resize(options.profile->flash_bytes, 0xFF);
        flash = std::make_unique<StrictFlash>(medium, geometry_of(*options.profile));
        for (const auto& [name, level] : options.driven) driven[pin_of(name)] = level;
        install();
        if (!options.program) options.program = micropython(*options.profile, options.app, std::string(sim_uid));
    }

    void install() {
        if (options.files.empty()) return;
        std::vector<vm::ImageFile> image;
        for (const auto& [name, text] : options.files) {
            image.push_back({name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}});
        }
        expect(vm::install_app(*flash, options.app, image).has_value());
    }

    contract::Pin pin_of(std::string_view name) const {
        for (const boards::Input& input : options.profile->inputs) {
            if (input.name == name) return input.pin;
        }
        for (const boards::Output& output : options.profile->outputs) {
            if (output.name == name) return output.pin;
        }
        base::expect_failed("the board has a pin of that name", __FILE__, __LINE__);
    }

    bool active_level(contract::Pin pin) const {
        for (const boards::Input& input : options.profile->inputs) {
            if (input.pin == pin) return input.active;
        }
        base::expect_failed("the pin is an input of the board", __FILE__, __LINE__);
    }

    base::Micros world_time(base::Micros uptime) const { return booted_at + uptime; }

    void level_changed(contract::Pin pin, bool level, base::Micros at) noexcept override {
        traces[pin].push_back({base::to_ms(world_time(at)), level});
    }

    void area_drawn(const contract::Area&) noexcept override {
        const std::int64_t now = base::to_ms(world_time(clock.now()));
        if (drawn.empty() || drawn.back() != now) drawn.push_back(now);
    }
    void leds_changed() noexcept override {}

    std::size_t read(std::span<std::uint8_t> into) noexcept override {
        const std::size_t size = std::min(into.size(), to_board.size());
        std::copy_n(to_board.begin(), size, into.begin());
        to_board.erase(to_board.begin(), to_board.begin() + static_cast<std::ptrdiff_t>(size));
        return size;
    }
    std::size_t write(std::span<const std::uint8_t> bytes) noexcept override {
        reader.feed(bytes, world_time(clock.now()));
        return bytes.size();
    }
    void on_frame(std::string_view json) override {
        heard.push_back({base::to_ms(world_time(clock.now())), std::string(json)});
    }
    void on_console(std::span<const std::uint8_t> bytes) override { printed.append(bytes.begin(), bytes.end()); }

    void say(std::string_view json) {
        to_board.push_back(protocol::link::record_separator);
        to_board.insert(to_board.end(), json.begin(), json.end());
        to_board.push_back('\n');
    }
    void say_up() {
        const std::int64_t now_ms = epoch_ms + base::to_ms(world_time(clock.now()));
        say("[\"up\"," + std::to_string(now_ms) + (home ? ",true]" : ",false]"));
        next_up = world_time(clock.now()) + up_every;
    }

    Options options;
    std::vector<std::uint8_t> medium;
    std::unique_ptr<StrictFlash> flash;
    std::vector<std::uint8_t> settings = std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF);
    std::vector<std::uint8_t> kept = std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF);
    bool home = true; ///< the hub's broker is connected
    VirtualClock clock;
    base::Micros booted_at = 0;
    std::uint32_t boots = 0;
    std::map<contract::Pin, std::vector<Change>> traces;
    std::map<contract::Pin, bool> driven;                ///< what the outside does to the inputs
    std::multimap<base::Micros, contract::Pin> releases; ///< in world time
    std::deque<std::uint8_t> to_board;
    base::Micros next_up = base::never; ///< in world time
    protocol::link::FrameReader reader;
    std::vector<Heard> heard;
    std::string printed;
    std::vector<std::int64_t> drawn; ///< in world time
};

/// From one power-on to the next power-off.
struct SimBoard::Life {
    explicit Life(World& outside)
        : world(outside),
          gpio(world.clock),
          lockstep(world.clock, bridge, *world.flash, world.options.seed + world.boots,
                   [this] { return next_event(); }),
          program(world.options.program(lockstep)) {
        const boards::Profile& profile = *world.options.profile;
        if (profile.has_face()) {
            face.emplace(profile, gpio, bridge, program->interpreter(), sim_uid, world.options.seed,
                         FaceSetup{world.settings, {}, make_badge_face});
            face->display.observe(&world);
        }
        if (!profile.sensor.empty()) sensor.emplace(profile, SensorSetup{world.kept, {}});
        runtime::HardwareCore::Parts parts{profile, gpio, world, bridge, program->interpreter()};
        if (face) parts.face = &face->face();
        if (sensor) parts.sensor = &sensor->uart;
        core.emplace(parts, identity());
        gpio.observe(&world);
        for (const auto& [pin, level] : world.driven) gpio.drive(pin, level);
        core->boot(world.clock.now());
        lockstep.start(*program);
    }
    ~Life() {
        gpio.observe(nullptr);
        lockstep.finish(*program);
    }

    runtime::Identity identity() const {
        runtime::Identity result;
        result.uid = sim_uid;
        result.name = world.options.profile->title;
        result.board = world.options.profile->name;
        result.version = OURO_VERSION;
        result.boot = ++world.boots;
        return result;
    }

    base::Micros next_event() const {
        base::Micros next = run_until;
        if (!world.to_board.empty()) return world.clock.now();
        next = std::min(next, core->deadline());
        if (!world.releases.empty()) next = std::min(next, world.releases.begin()->first - world.booted_at);
        if (world.next_up != base::never) next = std::min(next, world.next_up - world.booted_at);
        return next;
    }

    /// The outside world at this moment.
    void play() {
        const base::Micros now = world.world_time(world.clock.now());
        while (!world.releases.empty() && world.releases.begin()->first <= now) {
            const contract::Pin pin = world.releases.begin()->second;
            world.releases.erase(world.releases.begin());
            world.driven.erase(pin);
            gpio.drive(pin, std::nullopt);
        }
        if (now >= world.next_up) world.say_up();
    }

    bool hardware_is_due() const {
        return lockstep.wake_hardware.set || !world.to_board.empty() || core->deadline() <= world.clock.now();
    }

    void run_to(base::Micros end) {
        run_until = end;
        for (;;) {
            play();
            if (hardware_is_due()) {
                lockstep.wake_hardware.set = false;
                core->step(world.clock.now());
            } else if (lockstep.vm_deadline() <= world.clock.now()) {
                lockstep.let_vm_run();
            } else {
                const base::Micros next = std::min(next_event(), lockstep.vm_deadline());
                if (world.clock.now() >= end) return;
                world.clock.move_to(std::min(next, end));
            }
        }
    }

    World& world;
    bridge::Bridge bridge;
    SimulatedGpio gpio;
    Lockstep lockstep;
    std::unique_ptr<Program> program;
    std::optional<VirtualFace> face;
    std::optional<VirtualSensor> sensor;
    std::optional<runtime::HardwareCore> core;
    base::Micros run_until = 0;
};

SimBoard::SimBoard(Options options)
    : world_(std::make_unique<World>(std::move(options))),
      life_(std::make_unique<Life>(*world_)) {}

SimBoard::~SimBoard() { world_->flash->cut_after(0); }

void SimBoard::run_for(base::Micros length) { life_->run_to(world_->clock.now() + length); }

std::int64_t SimBoard::now_ms() const { return base::to_ms(world_->world_time(world_->clock.now())); }

void SimBoard::press(std::string_view input, base::Micros length) {
    hold(input);
    world_->releases.emplace(world_->world_time(world_->clock.now()) + length, world_->pin_of(input));
}

void SimBoard::hold(std::string_view input) { drive(input, world_->active_level(world_->pin_of(input))); }

void SimBoard::drive(std::string_view input, bool level) {
    const contract::Pin pin = world_->pin_of(input);
    world_->driven[pin] = level;
    life_->gpio.drive(pin, level);
}

void SimBoard::release(std::string_view input) {
    const contract::Pin pin = world_->pin_of(input);
    world_->driven.erase(pin);
    life_->gpio.drive(pin, std::nullopt);
}

void SimBoard::link_up() {
    send("[\"who\"]");
    world_->say_up();
}

void SimBoard::link_down() { world_->next_up = base::never; }

void SimBoard::home(bool connected) {
    world_->home = connected;
    world_->say_up();
}

void SimBoard::send(std::string_view json) { world_->say(json); }

const std::vector<Heard>& SimBoard::frames() const { return world_->heard; }

std::vector<Heard> SimBoard::frames(std::string_view prefix) const {
    std::vector<Heard> found;
    std::copy_if(world_->heard.begin(), world_->heard.end(), std::back_inserter(found),
                 [&](const Heard& each) { return each.json.starts_with(prefix); });
    return found;
}

void SimBoard::type(std::string_view text) {
    world_->to_board.insert(world_->to_board.end(), text.begin(), text.end());
}

const std::string& SimBoard::console() const { return world_->printed; }

std::vector<Change> SimBoard::trace(std::string_view pin) const { return world_->traces[world_->pin_of(pin)]; }

bool SimBoard::level(std::string_view pin) const { return life_->gpio.read(world_->pin_of(pin)); }

void SimBoard::keys(std::string_view script) {
    constexpr base::Micros held = base::from_ms(50);
    while (!script.empty()) {
        const std::size_t end = std::min(script.find(' '), script.size());
        press(script.substr(0, end), held);
        run_for(2 * held);
        script.remove_prefix(std::min(end + 1, script.size()));
    }
}

std::span<const contract::Color> SimBoard::screen() const { return life_->face->display.pixels(); }

bool SimBoard::shows(std::string_view words) const {
    return shows_text(screen(), world_->options.profile->screen.width, words);
}

const std::vector<std::int64_t>& SimBoard::drawn() const { return world_->drawn; }

std::span<const contract::Rgb> SimBoard::leds() const { return life_->face->leds.colors(); }

SimulatedGauges& SimBoard::gauges() { return life_->sensor ? life_->sensor->gauges : life_->face->gauges; }

TuyaUart& SimBoard::sensor() { return life_->sensor->uart; }

const bridge::Bridge& SimBoard::bridge() const { return life_->bridge; }

void SimBoard::kill_vm() { life_->lockstep.kill(); }

void SimBoard::power_cycle() {
    // Without power no output holds its level, and no write reaches the flash.
    for (const boards::Output& output : world_->options.profile->outputs) {
        if (life_->gpio.read(output.pin) != output.safe) {
            world_->level_changed(output.pin, output.safe, world_->clock.now());
        }
    }
    const base::Micros now = world_->world_time(world_->clock.now());
    world_->flash->cut_after(0);
    life_.reset();
    world_->flash->power_on();
    world_->booted_at = now;
    world_->clock.move_to(0);
    life_ = std::make_unique<Life>(*world_);
}

std::vector<std::uint8_t> SimBoard::flash() const { return world_->medium; }

} // namespace firmware::ports::sim
