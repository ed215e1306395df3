#pragma once

#include "api/printer_json.hpp"
#include "base/described_json.hpp"
#include "domain/gcode.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace karmen {

template <>
struct Description<Gcode> {
    using T = Gcode;
    static constexpr std::string_view name = "Gcode";

    static std::string data(const T& gcode) { return "/gcodes/" + std::to_string(gcode.id) + "/data"; }
    static boost::json::value analysis(const T& gcode) {
        if (!gcode.analysis && gcode.analysis_error) return boost::json::object{{"error", *gcode.analysis_error}};
        return json_of(gcode.analysis);
    }

    static constexpr std::tuple members{
        Member{"id", &T::id},
        Member{"path", &T::path, "Folder; empty for the root"},
        Member{"filename", &T::filename, "The safe name on disk"},
        Member{"display", &T::display, "The name as uploaded"},
        Member{"absolute_path", &T::absolute_path, "Relative to the root of the store"},
        Member{"uploaded", &T::uploaded},
        Member{"size", &T::size_bytes, "Bytes"},
        Computed{"data", data, "Address of the content"},
        Member{"sha256", &T::sha256, "Of the content, hexadecimal; null until it is known", IfEmpty::kNull},
        Computed{"has_thumbnail", std::mem_fn(&T::has_thumbnail), "Whether the file holds a picture of the print"},
        Computed{.name = "analysis",
                 .get = analysis,
                 .text = "null until it is done",
                 .schema = R"({"anyOf": [{"$ref": "#/components/schemas/GcodeAnalysis"},
                                         {"$ref": "#/components/schemas/GcodeAnalysisFailure"}, {"type": "null"}]})"},
        Member{"user_uuid", &T::user},
        Member{"username", &T::username},
    };
};

}  // namespace karmen

/// The JSON of docs/api.md. The members of each object stand in its type's Description.
namespace karmen::api {

template <Described T>
boost::json::object to_json(const T& object) {
    return to_described_json(object);
}

/// Only the named members; unknown names are ignored. Without names, all members.
boost::json::object pick(boost::json::object object, const std::vector<std::string>& fields);

}  // namespace karmen::api
