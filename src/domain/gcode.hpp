#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"
#include "domain/thumbnail.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen {

/// The facts that the slicer wrote into a g-code file. A member is empty if the file does not state it.
struct GcodeAnalysis {
    struct Filament {
        std::optional<double> length_mm;
        std::optional<double> volume_cm3;
        std::optional<std::string> type;
        bool operator==(const Filament&) const = default;
    };
    /// °C
    struct Temperatures {
        std::optional<double> bed;
        std::optional<double> bed_first;
        std::optional<double> tool0;
        std::optional<double> tool0_first;
        bool operator==(const Temperatures&) const = default;
    };
    struct Time {
        std::optional<double> estimate_s;  ///< of the whole print
        bool operator==(const Time&) const = default;
    };

    /// A tool that prints. Its amounts are empty if the file gives only those of all tools together.
    struct Tool {
        unsigned index = 0;
        std::optional<double> length_mm;
        std::optional<double> volume_cm3;
        std::optional<std::string> type;
        std::optional<double> temperature;        ///< °C
        std::optional<double> temperature_first;  ///< °C, first layer
        bool operator==(const Tool&) const = default;
    };

    /// Amounts are those of all tools; type and temperatures those of the first tool that prints.
    Filament filament;
    Temperatures temperatures;
    Time time;
    std::optional<std::string> slicer;
    std::vector<Tool> tools;                   ///< that print, by index; empty if the file does not say which
    std::optional<double> nozzle_diameter_mm;  ///< of the first tool that prints
    std::optional<std::string> printer_model;
    std::optional<double> layer_height_mm;
    std::optional<double> layer_height_first_mm;
    std::optional<std::int64_t> layer_count;
    std::vector<Thumbnail> thumbnails;  ///< in the order of the file
    bool operator==(const GcodeAnalysis&) const = default;
};

template <>
struct Description<GcodeAnalysis::Filament> {
    using T = GcodeAnalysis::Filament;
    static constexpr std::tuple members{Member{"length_mm", &T::length_mm}, Member{"volume_cm3", &T::volume_cm3},
                                        Member{"type", &T::type}};
};
template <>
struct Description<GcodeAnalysis::Temperatures> {
    using T = GcodeAnalysis::Temperatures;
    static constexpr std::string_view text = "°C";
    static constexpr std::tuple members{Member{"bed", &T::bed}, Member{"bed_first", &T::bed_first},
                                        Member{"tool0", &T::tool0}, Member{"tool0_first", &T::tool0_first}};
};
template <>
struct Description<GcodeAnalysis::Time> {
    static constexpr std::tuple members{Member{"estimate_s", &GcodeAnalysis::Time::estimate_s}};
};
template <>
struct Description<GcodeAnalysis::Tool> {
    using T = GcodeAnalysis::Tool;
    static constexpr std::tuple members{
        Member{"index", &T::index},
        Member{"length_mm", &T::length_mm},
        Member{"volume_cm3", &T::volume_cm3},
        Member{"type", &T::type},
        Member{"temperature", &T::temperature, "°C"},
        Member{"temperature_first", &T::temperature_first, "°C, first layer"},
    };
};
/// Without the pictures, which have a column of their own.
template <>
struct Description<GcodeAnalysis> {
    using T = GcodeAnalysis;
    static constexpr std::string_view name = "GcodeAnalysis";
    static constexpr std::string_view text = "What the slicer wrote into the file";
    static constexpr std::tuple members{
        Member{"filament", &T::filament},
        Member{"temperatures", &T::temperatures},
        Member{"time", &T::time},
        Member{"slicer", &T::slicer},
        Member{"tools", &T::tools, "The tools that print; type and temperatures above are those of the first of them"},
        Member{"nozzle_diameter_mm", &T::nozzle_diameter_mm, "Of the first tool that prints"},
        Member{"printer_model", &T::printer_model},
        Member{"layer_height_mm", &T::layer_height_mm},
        Member{"layer_height_first_mm", &T::layer_height_first_mm},
        Member{"layer_count", &T::layer_count},
    };
};

/// Increases when the analysis finds more than before. Files that an older version analysed are analysed again (task
/// `analyze`).
inline constexpr std::int64_t kAnalysisVersion = 3;

/// The error of a g-code whose file is missing. It is analysed when the file comes back.
inline constexpr std::string_view kFileIsGone = "the file is gone";

/// A stored file.
struct Gcode {
    std::int64_t id = 0;
    std::string path;      ///< folder inside the store as the uploader named it, `/` between parts; empty for the root
    std::string filename;  ///< the safe name on disk
    std::string display;   ///< the name as uploaded
    std::string absolute_path;  ///< in fact relative to the store's root; the HTTP contract gives the member this name
    Timestamp uploaded{};
    std::int64_t size_bytes = 0;
    std::string sha256;                         ///< lower-case hexadecimal
    std::optional<GcodeAnalysis> analysis;      ///< nullopt until it is done
    std::optional<std::string> analysis_error;  ///< why there is no analysis
    std::int64_t analysis_version = kAnalysisVersion;
    std::optional<Uuid> user;
    std::optional<std::string> username;  ///< joined in by reads

    bool has_thumbnail() const { return analysis && !analysis->thumbnails.empty(); }
};

}  // namespace karmen
