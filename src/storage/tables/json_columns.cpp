#include "storage/tables/json_columns.hpp"

#include "base/json_members.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace karmen::storage {
namespace {

namespace json = boost::json;

/// Karmen 0.0.13 stored JSON of any depth. The parser needs a few hundred bytes of stack for each level.
constexpr std::size_t kDepthMax = 1000;

/// The code unit of the `\uXXXX` that the text begins with; nullopt for anything else.
std::optional<unsigned> escaped_unit(std::string_view text) {
    constexpr std::size_t kLength = 6;
    unsigned unit = 0;
    if (text.size() < kLength || !text.starts_with("\\u")) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kLength, unit, 16);
    if (error != std::errc{} || end != text.data() + kLength) return std::nullopt;
    return unit;
}

/// Replaces halves of surrogate pairs by U+FFFD: Python and PostgreSQL accept them, our parser does not.
std::string without_lone_surrogates(std::string_view text) {
    const auto is_between = [](std::optional<unsigned> unit, unsigned first, unsigned last) {
        return unit && *unit >= first && *unit <= last;
    };
    std::string result;
    while (!text.empty()) {
        const auto unit = escaped_unit(text);
        std::size_t taken = unit ? 6 : text.front() == '\\' ? 2 : 1;
        const bool is_pair =
            is_between(unit, 0xD800, 0xDBFF) && is_between(escaped_unit(text.substr(6)), 0xDC00, 0xDFFF);
        if (is_pair) taken = 12;
        result += is_between(unit, 0xD800, 0xDFFF) && !is_pair ? "\\uFFFD" : text.substr(0, taken);
        text.remove_prefix(std::min(taken, text.size()));
    }
    return result;
}

/// A JSON object while it is read, with its own memory, because lists parse hundreds of small ones.
class ParsedObject {
  public:
    explicit ParsedObject(const std::optional<std::string>& text) {
        if (text && !parse(*text)) parse(without_lone_surrogates(*text));
    }
    ParsedObject(const ParsedObject&) = delete;
    ParsedObject& operator=(const ParsedObject&) = delete;

    /// Empty if the text was not an object.
    const json::object& object() const {
        static const json::object kNone;
        return is_object_ ? value_.get_object() : kNone;
    }
    bool is_object() const { return is_object_; }

  private:
    bool parse(std::string_view text) {
        boost::system::error_code bad_json;
        json::parse_options options;
        options.max_depth = kDepthMax;
        value_ = json::parse(text, bad_json, &memory_, options);
        is_object_ = !bad_json && value_.is_object();
        return !bad_json;
    }

    unsigned char buffer_[2048];
    json::monotonic_resource memory_{buffer_};
    json::value value_ = json::value(json::storage_ptr(&memory_));
    bool is_object_ = false;
};

template <class T>
json::value or_null(const std::optional<T>& value) {
    return value ? json::value_from(*value) : json::value(nullptr);
}

json::object client_object(const PrinterClient& client) {
    return {
        {"version", {{"api", client.version.api}, {"server", client.version.server}, {"text", client.version.text}}},
        {"connected", client.connected},
        {"access_level", to_string(client.access_level)}};
}

PrinterClient client_from_object(const json::object& object) {
    const JsonMembers members(object);
    const JsonMembers version(members.object("version"));
    PrinterClient client;
    client.version = {version.text("api"), version.text("server"), version.text("text")};
    client.connected = members.boolean("connected").value_or(false);
    client.access_level = parse_access_level(members.text("access_level"));
    client.api_key = members.optional_text("api_key");
    return client;
}

json::object tool_object(const GcodeAnalysis::Tool& tool) {
    return {{"index", tool.index},
            {"length_mm", or_null(tool.length_mm)},
            {"volume_cm3", or_null(tool.volume_cm3)},
            {"type", or_null(tool.type)},
            {"temperature", or_null(tool.temperature)},
            {"temperature_first", or_null(tool.temperature_first)}};
}

GcodeAnalysis::Tool tool_from_object(const json::object& object) {
    const JsonMembers members(object);
    return {.index = static_cast<unsigned>(members.integer("index")),
            .length_mm = members.number("length_mm"),
            .volume_cm3 = members.number("volume_cm3"),
            .type = members.optional_text("type"),
            .temperature = members.number("temperature"),
            .temperature_first = members.number("temperature_first")};
}

template <class Enum>
using Names = std::initializer_list<std::pair<Enum, std::string_view>>;

constexpr Names<Thumbnail::Format> kFormats{
    {Thumbnail::Format::kPng, "png"}, {Thumbnail::Format::kJpg, "jpg"}, {Thumbnail::Format::kQoi, "qoi"}};
constexpr Names<Thumbnail::Encoding> kEncodings{{Thumbnail::Encoding::kBase64Comments, "base64_comments"},
                                                {Thumbnail::Encoding::kRaw, "raw"},
                                                {Thumbnail::Encoding::kZipEntry, "zip_entry"}};

template <class Enum>
std::string_view name_of(Names<Enum> names, Enum value) {
    return std::ranges::find(names, value, &std::pair<Enum, std::string_view>::first)->second;
}

template <class Enum>
std::optional<Enum> named(Names<Enum> names, std::string_view name) {
    const auto found = std::ranges::find(names, name, &std::pair<Enum, std::string_view>::second);
    return found == names.end() ? std::nullopt : std::optional(found->first);
}

json::object thumbnail_object(const Thumbnail& thumbnail) {
    json::object object{{"width", thumbnail.width},
                        {"height", thumbnail.height},
                        {"format", name_of(kFormats, thumbnail.format)},
                        {"encoding", name_of(kEncodings, thumbnail.encoding)},
                        {"offset", thumbnail.offset},
                        {"length", thumbnail.length}};
    if (!thumbnail.entry.empty()) object["entry"] = thumbnail.entry;
    return object;
}

/// nullopt if this program does not know it.
std::optional<Thumbnail> thumbnail_from_object(const json::object& object) {
    const JsonMembers members(object);
    const auto format = named(kFormats, members.text("format"));
    const auto encoding = named(kEncodings, members.text("encoding"));
    const std::int64_t numbers[] = {members.integer("width"), members.integer("height"), members.integer("offset"),
                                    members.integer("length")};
    if (!format || !encoding || std::ranges::any_of(numbers, [](std::int64_t number) { return number < 0; }))
        return std::nullopt;
    return Thumbnail{.width = static_cast<unsigned>(numbers[0]),
                     .height = static_cast<unsigned>(numbers[1]),
                     .format = *format,
                     .encoding = *encoding,
                     .offset = static_cast<std::uint64_t>(numbers[2]),
                     .length = static_cast<std::uint64_t>(numbers[3]),
                     .entry = members.text("entry")};
}

json::value to_json(const PropValue& value) {
    return std::visit(
        [](const auto& held) -> json::value {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
                return nullptr;
            else
                return json::value_from(held);
        },
        value);
}

std::optional<PropValue> prop_from_json(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return std::monostate{};
        case json::kind::bool_:
            return value.get_bool();
        case json::kind::int64:
            return value.get_int64();
        case json::kind::uint64:
        case json::kind::double_:
            return value.to_number<double>();
        case json::kind::string:
            return std::string(std::string_view(value.get_string()));
        case json::kind::array:
        case json::kind::object:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::string client_props_to_json(const PrinterClient& client) {
    json::object object = client_object(client);
    object["api_key"] = or_null(client.api_key);
    return json::serialize(object);
}

PrinterClient client_from_json(const std::string& name, const std::optional<std::string>& client_props) {
    PrinterClient client = client_from_object(ParsedObject(client_props).object());
    if (!name.empty()) client.name = name;
    return client;
}

std::optional<std::string> printer_props_to_json(const std::optional<PrinterProps>& props) {
    if (!props) return std::nullopt;
    json::object object;
    for (const auto& [name, value] : *props) object[name] = to_json(value);
    return json::serialize(object);
}

std::optional<PrinterProps> printer_props_from_json(const std::optional<std::string>& text) {
    const ParsedObject parsed(text);
    if (!parsed.is_object()) return std::nullopt;
    PrinterProps props;
    for (const auto& member : parsed.object())
        if (auto prop = prop_from_json(member.value())) props.emplace(std::string_view(member.key()), std::move(*prop));
    return props;
}

std::string analysis_to_json(const GcodeAnalysis& analysis) {
    const auto& [filament, temperatures, time, slicer, tools, nozzle, printer, layer, layer_first, layers,
                 thumbnails] = analysis;  // which have their own column
    json::array tool_objects;
    for (const GcodeAnalysis::Tool& tool : tools) tool_objects.push_back(tool_object(tool));
    return json::serialize(json::object{{"filament",
                                         {{"length_mm", or_null(filament.length_mm)},
                                          {"volume_cm3", or_null(filament.volume_cm3)},
                                          {"type", or_null(filament.type)}}},
                                        {"temperatures",
                                         {{"bed", or_null(temperatures.bed)},
                                          {"bed_first", or_null(temperatures.bed_first)},
                                          {"tool0", or_null(temperatures.tool0)},
                                          {"tool0_first", or_null(temperatures.tool0_first)}}},
                                        {"time", {{"estimate_s", or_null(time.estimate_s)}}},
                                        {"slicer", or_null(slicer)},
                                        {"tools", std::move(tool_objects)},
                                        {"nozzle_diameter_mm", or_null(nozzle)},
                                        {"printer_model", or_null(printer)},
                                        {"layer_height_mm", or_null(layer)},
                                        {"layer_height_first_mm", or_null(layer_first)},
                                        {"layer_count", or_null(layers)}});
}

std::optional<GcodeAnalysis> analysis_from_json(const std::optional<std::string>& text) {
    const ParsedObject parsed(text);
    if (parsed.object().empty()) return std::nullopt;
    const JsonMembers members(parsed.object());
    const JsonMembers filament(members.object("filament"));
    const JsonMembers temperatures(members.object("temperatures"));
    GcodeAnalysis analysis;
    analysis.filament = {filament.number("length_mm"), filament.number("volume_cm3"), filament.optional_text("type")};
    analysis.temperatures = {temperatures.number("bed"), temperatures.number("bed_first"), temperatures.number("tool0"),
                             temperatures.number("tool0_first")};
    analysis.time = {JsonMembers(members.object("time")).number("estimate_s")};
    analysis.slicer = members.optional_text("slicer");
    for (const json::value& tool : members.array("tools"))
        if (tool.is_object()) analysis.tools.push_back(tool_from_object(tool.get_object()));
    analysis.nozzle_diameter_mm = members.number("nozzle_diameter_mm");
    analysis.printer_model = members.optional_text("printer_model");
    analysis.layer_height_mm = members.number("layer_height_mm");
    analysis.layer_height_first_mm = members.number("layer_height_first_mm");
    if (const std::int64_t count = members.integer("layer_count"); count > 0) analysis.layer_count = count;
    return analysis;
}

std::optional<std::string> thumbnails_to_json(const std::vector<Thumbnail>& thumbnails) {
    if (thumbnails.empty()) return std::nullopt;
    json::array items;
    for (const Thumbnail& thumbnail : thumbnails) items.push_back(thumbnail_object(thumbnail));
    return json::serialize(json::object{{"items", std::move(items)}});
}

std::vector<Thumbnail> thumbnails_from_json(const std::optional<std::string>& text) {
    const ParsedObject parsed(text);
    std::vector<Thumbnail> thumbnails;
    for (const json::value& item : JsonMembers(parsed.object()).array("items"))
        if (item.is_object())
            if (auto thumbnail = thumbnail_from_object(item.get_object())) thumbnails.push_back(std::move(*thumbnail));
    return thumbnails;
}

std::string gcode_copy_to_json(const PrintJob::GcodeCopy& gcode) {
    return json::serialize(json::object{
        {"id", gcode.id}, {"filename", gcode.filename}, {"size", gcode.size_bytes}, {"available", gcode.available}});
}

PrintJob::GcodeCopy gcode_copy_from_json(const std::optional<std::string>& text, PrintJob::GcodeCopy otherwise) {
    const ParsedObject parsed(text);
    const JsonMembers members(parsed.object());
    if (const std::int64_t id = members.integer("id"); id != 0) otherwise.id = id;
    return {otherwise.id, members.optional_text("filename").value_or(otherwise.filename), members.integer("size"),
            members.boolean("available").value_or(otherwise.available)};
}

std::string without_file(const std::optional<std::string>& gcode_data) {
    json::object object(ParsedObject(gcode_data).object(), json::storage_ptr());
    object["available"] = false;
    return json::serialize(object);
}

std::string printer_copy_to_json(const PrintJob::PrinterCopy& printer) {
    return json::serialize(json::object{{"host", printer.host}, {"name", printer.name}, {"client", printer.client}});
}

PrintJob::PrinterCopy printer_copy_from_json(const std::optional<std::string>& text, const std::string& otherwise) {
    const ParsedObject parsed(text);
    const JsonMembers members(parsed.object());
    const std::string host = members.text("host");
    PrintJob::PrinterCopy printer{.host = host.empty() ? otherwise : host, .name = members.text("name")};
    // An earlier Karmen wrote all that it knew of the printer's server.
    auto client = members.optional_text("client");
    if (!client) client = JsonMembers(members.object("client")).optional_text("name");
    if (client) printer.client = *client;
    return printer;
}

}  // namespace karmen::storage
