// SPDX-License-Identifier: Apache-2.0
// Whatever comes over the line and whenever, whatever the network and the home do: nothing is acknowledged that was not
// confirmed, what leaves is whole frames, the clock is never asked to stand still, and each boot has an end.
#include "base/expect.hpp"
#include "firmware/runtime/fuzz/script.hpp"
#include "firmware/runtime/tuya/session.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

namespace firmware::runtime::tuya {
namespace {

using fuzz::Script;

class Module final : private Line,
                     private Network,
                     private Publisher,
                     private System,
                     private protocol::tuya::FrameSink {
public:
    void play(Script script) {
        configured_ = script.byte() % 4 != 0;
        kept_.configuring = script.byte() % 8 == 0;
        kept_.declared = script.byte() % 4;
        session_.boot(now_);
        while (!script.ended() && !ended_) {
            obey(script);
            session_.step(now_);
            check();
        }
        // Nothing more happens: it ends by itself.
        for (unsigned turns = 0; !ended_; ++turns) {
            expect(turns < 100000);
            expect(session_.deadline() != base::never);
            now_ = std::max(now_ + 1, session_.deadline());
            session_.step(now_);
            check();
        }
        expect(now_ <= Session::update_max + base::from_ms(100000));
    }

private:
    void obey(Script& script) {
        switch (script.byte() % 8) {
        case 0: return hear(script.text(script.byte() % 64));
        case 1: return hear_frame(script);
        case 2: now_ += base::from_ms(script.byte()); return;
        case 3: now_ = std::max(now_, std::min(session_.deadline(), now_ + base::from_ms(2000))); return;
        case 4: state_ = static_cast<NetworkState>(script.byte() % 4); return;
        case 5: return confirm(script.byte());
        case 6: return other(script);
        case 7: room_ = script.byte(); return;
        }
    }
    void other(Script& script) {
        switch (script.byte() % 6) {
        case 0: configured_ = !configured_; return;
        case 1: (void)session_.begin_update(base::from_ms(script.word())); return;
        case 2: session_.end_update(script.byte() % 2 == 0); return;
        case 3: session_.declared(); return;
        case 4: publisher_full_ = !publisher_full_; return;
        case 5: {
            const std::string_view text = script.text(script.byte() % 20);
            (void)session_.issue({script.byte(),
                                  protocol::tuya::DatapointType::string,
                                  {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}});
            return;
        }
        }
    }
    void hear(std::string_view bytes) { line_.insert(line_.end(), bytes.begin(), bytes.end()); }
    void hear_frame(Script& script) {
        constexpr std::array<std::uint8_t, 8> likely{1, 2, 5, 5, 5, 8, 0x10, 3};
        const std::uint8_t which = script.byte();
        const std::string_view data = script.text(script.byte() % 40);
        std::array<std::uint8_t, 64> buffer{};
        const auto bytes =
            protocol::tuya::write_frame({0,
                                         which < 200 ? likely[which % likely.size()] : which,
                                         {reinterpret_cast<const std::uint8_t*>(data.data()), data.size()}},
                                        buffer);
        line_.insert(line_.end(), bytes.begin(), bytes.end());
    }
    void confirm(std::uint8_t which) {
        if (published_.empty()) return;
        const std::uint16_t serial = published_[which % published_.size()];
        confirmed_.insert(serial);
        session_.delivered(serial);
    }
    void check() {
        expect(session_.deadline() >= 0);
        if (session_.state() == Session::State::asleep) ended_ = true;
    }

    void on_frame(const protocol::tuya::Frame& frame) override {
        const bool acknowledges =
            frame.command == 5 || frame.command == 8 || frame.command == 0x18 || frame.command == 0x19;
        if (!acknowledges) return;
        expect(frame.data.size() == 1 && frame.data[0] == protocol::tuya::report_done);
        expect(session_.diagnostics().online_at != base::never);
        // Every report that was published by now was confirmed.
        for (const std::uint16_t serial : published_) expect(confirmed_.contains(serial));
    }
    void on_bad_sum(const protocol::tuya::Frame&, std::uint8_t, std::uint8_t) override { expect(false); }

    // Line
    void open(const LineSettings& settings) noexcept override { expect(settings == mcu_line); }
    std::size_t read(std::span<std::uint8_t> into) noexcept override {
        const std::size_t count = std::min(into.size(), line_.size());
        std::copy_n(line_.begin(), count, into.begin());
        line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(count));
        return count;
    }
    std::size_t write(std::span<const std::uint8_t> bytes) noexcept override {
        const std::size_t count = std::min<std::size_t>(bytes.size(), room_);
        reader_.feed(bytes.first(count), 0);
        expect(reader_.skipped() == 0);
        return count;
    }
    bool idle() const noexcept override { return room_ > 0; }
    // Network
    bool configured() const noexcept override { return configured_; }
    void join() noexcept override {}
    void open_configuration(protocol::tuya::NetworkStatus) noexcept override {}
    void forget() noexcept override { configured_ = false; }
    NetworkState state() const noexcept override { return state_; }
    std::optional<std::uint8_t> signal_percent() const noexcept override { return 50; }
    std::optional<protocol::tuya::LocalTime> local_time() const noexcept override { return std::nullopt; }
    unsigned steps() const noexcept override { return 0; }
    // Publisher
    bool publish(const Delivery& delivery) noexcept override {
        expect(state_ == NetworkState::ready && !delivery.datapoints.empty());
        if (publisher_full_) return false;
        confirmed_.erase(delivery.serial);
        if (std::find(published_.begin(), published_.end(), delivery.serial) == published_.end())
            published_.push_back(delivery.serial);
        return true;
    }
    std::uint32_t declaration() const noexcept override { return 3; }
    bool declare() noexcept override { return !publisher_full_; }
    // System
    void save(const Kept&) noexcept override {}
    void restart() noexcept override { ended_ = true; }
    void sleep() noexcept override { ended_ = true; }
    void note(Note, std::uint8_t) noexcept override {}

    base::Micros now_ = 0;
    Kept kept_;
    bool configured_ = true;
    bool publisher_full_ = false;
    bool ended_ = false;
    std::size_t room_ = 255;
    NetworkState state_ = NetworkState::down;
    std::vector<std::uint8_t> line_;
    std::vector<std::uint16_t> published_;
    std::set<std::uint16_t> confirmed_;
    protocol::tuya::FrameReader reader_{*this};
    Session session_{{*this, *this, *this, *this}, kept_};
};

} // namespace
} // namespace firmware::runtime::tuya

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    firmware::runtime::tuya::Module().play({data, size});
    return 0;
}
