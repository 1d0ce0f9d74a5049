// SPDX-License-Identifier: Apache-2.0
#include "hub/core/device_classes.hpp"

#include <algorithm>
#include <array>

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
constexpr Words none = "\n"; // a text of a declaration has no control characters

/// One sensor class; `units` with an empty word among them allows no unit at all. "*" allows any.
struct SensorClass {
    std::string_view name;
    Words units; ///< that 2024.3 knows; for a class that it does not know: all
    Words state_classes;
    Words later_units = none; ///< that came until 2026.8
    bool is_later = false;    ///< the class itself came later
};

constexpr Words energy_units = "Wh|kWh|MWh|MJ|GJ";
constexpr Words later_energy_units = "J|kJ|mWh|GWh|TWh|cal|kcal|Mcal|Gcal";
constexpr Words volume_units = "mL|L|m³|ft³|CCF|gal|fl. oz.";
constexpr Words later_volume_units = "MCF";
constexpr Words gas_concentration = "µg/m³";
constexpr Words pressure_units = "Pa|hPa|kPa|bar|cbar|mbar|mmHg|inHg|psi";
constexpr bool later = true;

constexpr std::array sensor_classes{
    SensorClass{"absolute_humidity", "g/m³|mg/m³", measured, none, later},
    SensorClass{"apparent_power", "VA", measured, "mVA|kVA"},
    SensorClass{"aqi", "", measured},
    SensorClass{"area", "m²|cm²|km²|mm²|in²|ft²|yd²|mi²|ac|ha", either, none, later},
    SensorClass{"atmospheric_pressure", pressure_units, measured, "inH₂O"},
    SensorClass{"battery", "%", measured},
    SensorClass{"blood_glucose_concentration", "mg/dL|mmol/L", measured, none, later},
    SensorClass{"carbon_dioxide", "ppm", measured},
    SensorClass{"carbon_monoxide", "ppm", measured, "ppb|µg/m³|mg/m³"},
    SensorClass{"conductivity", "S/cm|mS/cm|µS/cm", measured, none, later},
    SensorClass{"current", "A|mA", measured},
    SensorClass{"data_rate", "bit/s|kbit/s|Mbit/s|Gbit/s|B/s|kB/s|MB/s|GB/s|KiB/s|MiB/s|GiB/s", measured},
    SensorClass{"data_size", "bit|kbit|Mbit|Gbit|B|kB|MB|GB|TB|PB|EB|ZB|YB|KiB|MiB|GiB|TiB|PiB|EiB|ZiB|YiB", either},
    SensorClass{"date", "", none},
    SensorClass{"distance", "mm|cm|m|km|in|ft|yd|mi", either, "nmi"},
    SensorClass{"duration", "ms|s|min|h|d", either, "µs"},
    SensorClass{"energy", energy_units, counted, later_energy_units},
    SensorClass{"energy_distance", "kWh/100km|Wh/km|mi/kWh|km/kWh", measured, none, later},
    SensorClass{"energy_storage", energy_units, measured, later_energy_units},
    SensorClass{"enum", "", none},
    SensorClass{"frequency", "Hz|kHz|MHz|GHz", measured, "mHz"},
    SensorClass{"gas", "m³|ft³|CCF", counted, "L|MCF"},
    SensorClass{"humidity", "%", measured},
    SensorClass{"illuminance", "lx", measured},
    SensorClass{"irradiance", "W/m²|BTU/(h⋅ft²)", measured},
    SensorClass{"moisture", "%", measured},
    SensorClass{"monetary", "*", "total"},
    SensorClass{"nitrogen_dioxide", gas_concentration, measured, "ppb|ppm"},
    SensorClass{"nitrogen_monoxide", gas_concentration, measured, "ppb"},
    SensorClass{"nitrous_oxide", gas_concentration, measured},
    SensorClass{"ozone", gas_concentration, measured, "ppb|ppm"},
    SensorClass{"ph", "", measured},
    SensorClass{"pm1", gas_concentration, measured},
    SensorClass{"pm10", gas_concentration, measured},
    SensorClass{"pm25", gas_concentration, measured},
    SensorClass{"pm4", gas_concentration, measured, none, later},
    SensorClass{"power", "W|kW", measured, "mW|MW|GW|TW"},
    SensorClass{"power_factor", "|%", measured},
    SensorClass{"precipitation", "mm|cm|in", either},
    SensorClass{"precipitation_intensity", "mm/h|mm/d|in/h|in/d", measured},
    SensorClass{"pressure", pressure_units, measured, "inH₂O|mPa"},
    SensorClass{"reactive_energy", "varh|kvarh", counted, none, later},
    SensorClass{"reactive_power", "var", measured, "mvar|kvar"},
    SensorClass{"signal_strength", "dB|dBm", measured},
    SensorClass{"sound_pressure", "dB|dBA", measured},
    SensorClass{"speed", "m/s|km/h|mph|kn|ft/s|mm/d|mm/h|in/d|in/h", measured, "mm/s|in/s"},
    SensorClass{"sulphur_dioxide", gas_concentration, measured, "ppb"},
    SensorClass{"temperature", "°C|°F|K", measured},
    SensorClass{"temperature_delta", "°C|°F|K", measured, none, later},
    SensorClass{"timestamp", "", none},
    SensorClass{"uptime", "", none, none, later},
    SensorClass{"volatile_organic_compounds", gas_concentration, measured, "mg/m³"},
    SensorClass{"volatile_organic_compounds_parts", "ppb|ppm", measured},
    SensorClass{"voltage", "V|mV", measured, "µV|kV|MV"},
    SensorClass{"volume", volume_units, counted, later_volume_units},
    SensorClass{"volume_flow_rate", "m³/h|ft³/min|L/min|gal/min", measured, "m³/min|m³/s|L/h|L/s|mL/s|gal/h|gal/d"},
    SensorClass{"volume_storage", volume_units, measured, later_volume_units},
    SensorClass{"water", "L|m³|ft³|CCF|gal", counted, "MCF"},
    SensorClass{"weight", "µg|mg|g|kg|oz|lb|st", either},
    SensorClass{"wind_direction", "°", "measurement_angle", none, later},
    SensorClass{"wind_speed", "m/s|km/h|mph|kn|ft/s", measured, "mm/s|in/s"},
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

bool is_device_class(Kind kind, std::string_view device_class, Release release) noexcept {
    const auto measures = [&] {
        const SensorClass* found = find_class(device_class);
        return found != nullptr && (release == Release::v2026_8 || !found->is_later);
    };
    switch (kind) {
    case Kind::sensor: return measures();
    case Kind::number: return measures() && !is_textual_class(device_class);
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

bool unit_fits(std::string_view device_class, std::string_view unit, Release release) noexcept {
    const SensorClass* found = find_class(device_class);
    if (found == nullptr) return true;
    if (found->units == "*") return !unit.empty();
    return contains(found->units, unit) || (release == Release::v2026_8 && contains(found->later_units, unit));
}

bool state_class_fits(std::string_view device_class, std::string_view state_class) noexcept {
    const SensorClass* found = find_class(device_class);
    return contains(found == nullptr ? either : found->state_classes, state_class);
}

bool is_textual_class(std::string_view device_class) noexcept {
    return device_class == "date" || device_class == "timestamp" || device_class == "enum" || device_class == "uptime";
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
