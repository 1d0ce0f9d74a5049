// SPDX-License-Identifier: Apache-2.0
// The face of a badge, put together: its parts, the menu, and who of menu and Python has the screen.
#pragma once

#include "firmware/runtime/buttons.hpp"
#include "firmware/runtime/face.hpp"
#include "firmware/runtime/gauges.hpp"
#include "firmware/runtime/led_strip.hpp"
#include "firmware/runtime/screen.hpp"
#include "firmware/runtime/settings.hpp"
#include "firmware/runtime/ui/ui.hpp"

namespace firmware::runtime {

/// The screen belongs to the menu or to Python. Python's first drawing command takes it, unless a person is in an
/// editor; it comes back when the app ends, or when B and START are held. Keys go to Python while an app runs or Python
/// has the screen; who got a press also gets its release. A picture of Python's is shown when the one before it has
/// reached the display, so that neither a flood nor a slow display tears one.
class BadgeFace final : public Face, private ButtonListener, private ui::Board {
public:
    explicit BadgeFace(const Parts& parts) noexcept;
    BadgeFace(const BadgeFace&) = delete;
    BadgeFace& operator=(const BadgeFace&) = delete;

    void boot(base::Micros now) noexcept override;
    void pin_changed(contract::Pin pin, base::Micros at) noexcept override { buttons_.pin_changed(pin, at); }
    void step(base::Micros now) noexcept override;
    base::Micros deadline() const noexcept override;

    void app_started(std::string_view app, base::Micros now) noexcept override;
    void app_ended(base::Micros now) noexcept override;
    void app_crashed(const bridge::HomeMessage& crash, base::Micros now) noexcept override;

private:
    static constexpr base::Micros look_every = base::from_ms(250);
    static constexpr base::Micros stop_patience = base::from_ms(2000); ///< twice what stopping an app may take

    // Keys.
    void button_changed(const bridge::ButtonEvent& event) noexcept override;
    bool keys_are_pythons() const noexcept;
    void watch_stop_keys() noexcept;
    void stop_keys_held() noexcept;
    void give_up_python() noexcept;
    void take_face_back(base::Micros now) noexcept;

    // What a person asks for.
    base::Result<> start_app(std::string_view name) noexcept override { return parts_.interpreter.load_app(name); }
    void want_apps() noexcept override;
    base::Result<> set(std::string_view key, const bridge::Value& value) noexcept override;
    void set_clock(std::int64_t epoch_seconds) noexcept override;

    // What waits on the bridge.
    void take_drawing() noexcept;
    bool take_show() noexcept;
    void take_leds() noexcept;
    void take_apps() noexcept;
    void take_app(const bridge::AppEntry& entry) noexcept;
    void answer_settings() noexcept;
    bridge::SettingReply answer(const bridge::SettingRequest& request) noexcept;
    void forget_commands() noexcept;

    void apply_settings() noexcept;
    void look_around() noexcept;
    void draw_menu() noexcept;
    void publish() noexcept;

    Parts parts_;
    Screen screen_;
    Buttons buttons_;
    LedStrip leds_;
    Settings settings_;
    Gauges gauges_;
    ui::Facts facts_;
    ui::AppList apps_;
    ui::Ui ui_;

    base::Micros now_ = 0;
    base::Micros look_at_ = 0;
    base::Micros stop_at_ = base::never;
    base::Micros give_up_at_ = base::never;       ///< an app that was told to stop should have
    base::FixedString<bridge::app_name_max> app_; ///< that runs; empty: none
    contract::ButtonMask pythons_keys_ = 0;       ///< held, and Python got the press
    std::size_t apps_listed_ = 0;                 ///< entries of the list that is coming in
    bool python_has_screen_ = false;
    bool show_waits_ = false; ///< a finished picture of Python's, until the one before it has been sent
    bool stopped_by_hand_ = false;
    bool vm_has_news_ = false;
    bool more_to_do_ = false;
};

} // namespace firmware::runtime
