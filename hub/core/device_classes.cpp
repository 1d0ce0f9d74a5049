// SPDX-License-Identifier: Apache-2.0
#include "hub/core/device_classes.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace hub::core {
namespace {

using Words = std::string_view; // separated by '|'

constexpr bool contains(Words words, std::string_view wanted) noexcept {
    while (true) {
        const std::size_t bar = words.find('|');
        if (words.substr(0, bar) == wanted) return true;
        if (bar == Words::npos) return false;
        words.remove_prefix(bar + 1);
    }
}

constexpr Words measured = "measurement";
constexpr Words counted = "total|total_increasing";
constexpr Words either = "measurement|total|total_increasing";
constexpr Words none = "-"; // no state_class is called so

/// One sensor class; `units` with an empty word among them allows no unit at all. "*" allows any.
struct SensorClass {
    std::string_view name;
    Words units;
    Words state_classes;
};

constexpr Words energy_units = "Wh|kWh|MWh|MJ|GJ|J|kJ|mWh|GWh|TWh|cal|kcal|Mcal|Gcal";
constexpr Words volume_units = "mL|L|m³|ft³|CCF|gal|fl. oz.|MCF";
constexpr Words gas_concentration = "µg/m³";
constexpr Words pressure_units = "Pa|hPa|kPa|bar|cbar|mbar|mmHg|inHg|psi|inH₂O";

constexpr std::array sensor_classes{
    SensorClass{"apparent_power", "VA|mVA|kVA", measured},
    SensorClass{"aqi", "", measured},
    SensorClass{"atmospheric_pressure", pressure_units, measured},
    SensorClass{"battery", "%", measured},
    SensorClass{"carbon_dioxide", "ppm", measured},
    SensorClass{"carbon_monoxide", "ppm|ppb|µg/m³", measured},
    SensorClass{"current", "A|mA", measured},
    SensorClass{"data_rate", "bit/s|kbit/s|Mbit/s|Gbit/s|B/s|kB/s|MB/s|GB/s|KiB/s|MiB/s|GiB/s", measured},
    SensorClass{"data_size", "bit|kbit|Mbit|Gbit|B|kB|MB|GB|TB|PB|EB|ZB|YB|KiB|MiB|GiB|TiB|PiB|EiB|ZiB|YiB", either},
    SensorClass{"date", "", none},
    SensorClass{"distance", "mm|cm|m|km|in|ft|yd|mi|nmi", either},
    SensorClass{"duration", "ms|s|min|h|d|µs", either},
    SensorClass{"energy", energy_units, counted},
    SensorClass{"energy_storage", energy_units, measured},
    SensorClass{"enum", "", none},
    SensorClass{"frequency", "Hz|kHz|MHz|GHz|mHz", measured},
    SensorClass{"gas", "m³|ft³|CCF|L|MCF", counted},
    SensorClass{"humidity", "%", measured},
    SensorClass{"illuminance", "lx", measured},
    SensorClass{"irradiance", "W/m²|BTU/(h⋅ft²)", measured},
    SensorClass{"moisture", "%", measured},
    SensorClass{"monetary", "*", "total"},
    SensorClass{"nitrogen_dioxide", gas_concentration, measured},
    SensorClass{"nitrogen_monoxide", gas_concentration, measured},
    SensorClass{"nitrous_oxide", gas_concentration, measured},
    SensorClass{"ozone", gas_concentration, measured},
    SensorClass{"ph", "", measured},
    SensorClass{"pm1", gas_concentration, measured},
    SensorClass{"pm10", gas_concentration, measured},
    SensorClass{"pm25", gas_concentration, measured},
    SensorClass{"power", "W|kW|mW|MW|GW|TW", measured},
    SensorClass{"power_factor", "|%", measured},
    SensorClass{"precipitation", "mm|cm|in", either},
    SensorClass{"precipitation_intensity", "mm/h|mm/d|in/h|in/d", measured},
    SensorClass{"pressure", "Pa|hPa|kPa|bar|cbar|mbar|mmHg|inHg|psi|inH₂O|mPa", measured},
    SensorClass{"reactive_power", "var|mvar|kvar", measured},
    SensorClass{"signal_strength", "dB|dBm", measured},
    SensorClass{"sound_pressure", "dB|dBA", measured},
    SensorClass{"speed", "m/s|km/h|mph|kn|ft/s|mm/d|mm/h|in/d|in/h|mm/s|in/s", measured},
    SensorClass{"sulphur_dioxide", gas_concentration, measured},
    SensorClass{"temperature", "°C|°F|K", measured},
    SensorClass{"timestamp", "", none},
    SensorClass{"volatile_organic_compounds", "µg/m³|mg/m³", measured},
    SensorClass{"volatile_organic_compounds_parts", "ppb|ppm", measured},
    SensorClass{"voltage", "V|mV|µV|kV|MV", measured},
    SensorClass{"volume", volume_units, counted},
    SensorClass{"volume_flow_rate", "m³/h|ft³/min|L/min|gal/min|m³/min|m³/s|L/h|L/s|mL/s|gal/h|gal/d", measured},
    SensorClass{"volume_storage", volume_units, measured},
    SensorClass{"water", "L|m³|ft³|CCF|gal|MCF", counted},
    SensorClass{"weight", "µg|mg|g|kg|oz|lb|st", measured},
    SensorClass{"wind_speed", "m/s|km/h|mph|kn|ft/s|mm/s|in/s", measured},
};

constexpr Words binary_sensor_classes =
    "battery|battery_charging|carbon_monoxide|cold|connectivity|door|garage_door|gas|heat|light|lock|moisture|motion|"
    "moving|occupancy|opening|plug|power|presence|problem|running|safety|smoke|sound|tamper|update|vibration|window";
constexpr Words cover_classes = "awning|blind|curtain|damper|door|garage|gate|shade|shutter|window";

const SensorClass* find_class(std::string_view name) noexcept {
    const auto* found = std::find_if(sensor_classes.begin(), sensor_classes.end(),
                                     [&](const SensorClass& candidate) { return candidate.name == name; });
    return found == sensor_classes.end() ? nullptr : found;
}

} // namespace

bool is_device_class(Kind kind, std::string_view device_class) noexcept {
    switch (kind) {
    case Kind::sensor: return find_class(device_class) != nullptr;
    case Kind::number: return find_class(device_class) != nullptr && !is_textual_class(device_class);
    case Kind::binary_sensor: return contains(binary_sensor_classes, device_class);
    case Kind::switch_: return contains("outlet|switch", device_class);
    case Kind::button: return contains("identify|restart|update", device_class);
    case Kind::event: return contains("button|doorbell|motion", device_class);
    case Kind::cover: return contains(cover_classes, device_class);
    case Kind::light:
    case Kind::select:
    case Kind::text:
    case Kind::lock: return false;
    }
    return false;
}

bool unit_fits(std::string_view device_class, std::string_view unit) noexcept {
    const SensorClass* found = find_class(device_class);
    if (found == nullptr) return true;
    return found->units == "*" ? !unit.empty() : contains(found->units, unit);
}

bool state_class_fits(std::string_view device_class, std::string_view state_class) noexcept {
    const SensorClass* found = find_class(device_class);
    return contains(found == nullptr ? either : found->state_classes, state_class);
}

bool is_textual_class(std::string_view device_class) noexcept {
    return device_class == "date" || device_class == "timestamp" || device_class == "enum";
}

std::string canonical_unit(std::string_view unit) {
    constexpr std::string_view greek_mu = "\xCE\xBC";
    constexpr std::string_view micro_sign = "\xC2\xB5";
    std::string result(unit);
    for (std::size_t at = result.find(greek_mu); at != std::string::npos; at = result.find(greek_mu, at + 2)) {
        result.replace(at, greek_mu.size(), micro_sign);
    }
    return result;
}

} // namespace hub::core
