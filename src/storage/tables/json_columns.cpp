#include "storage/tables/json_columns.hpp"

#include "base/described_json.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
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
    return json::serialize(to_described_json(client));
}

PrinterClient client_from_json(const std::string& name, const std::optional<std::string>& client_props) {
    PrinterClient client;
    read_members(ParsedObject(client_props).object(), client);
    if (!name.empty()) client.name = name;
    return client;
}

std::optional<std::string> printer_props_to_json(const std::optional<PrinterProps>& props) {
    if (!props) return std::nullopt;
    json::object object;
    for (const auto& [name, value] : *props) object[name] = json_of(value);
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
    return json::serialize(to_described_json(analysis));
}

std::optional<GcodeAnalysis> analysis_from_json(const std::optional<std::string>& text) {
    const ParsedObject parsed(text);
    if (parsed.object().empty()) return std::nullopt;
    GcodeAnalysis analysis;
    read_members(parsed.object(), analysis);
    return analysis;
}

std::optional<std::string> thumbnails_to_json(const std::vector<Thumbnail>& thumbnails) {
    if (thumbnails.empty()) return std::nullopt;
    return json::serialize(json::object{{"items", json_of(thumbnails)}});
}

std::vector<Thumbnail> thumbnails_from_json(const std::optional<std::string>& text) {
    const ParsedObject parsed(text);
    std::vector<Thumbnail> thumbnails;
    const json::value* items = parsed.object().if_contains("items");
    if (items == nullptr || !items->is_array()) return thumbnails;
    for (const json::value& item : items->get_array()) {
        Thumbnail thumbnail;
        // One that another version wrote may be of a kind that this program does not know.
        if (read_json(item, thumbnail)) thumbnails.push_back(std::move(thumbnail));
    }
    return thumbnails;
}

std::string gcode_copy_to_json(const PrintJob::GcodeCopy& gcode) {
    return json::serialize(to_described_json(gcode));
}

PrintJob::GcodeCopy gcode_copy_from_json(const std::optional<std::string>& text, PrintJob::GcodeCopy otherwise) {
    const ParsedObject parsed(text);
    const std::int64_t id = otherwise.id;
    read_members(parsed.object(), otherwise);
    if (otherwise.id == 0) otherwise.id = id;
    return otherwise;
}

std::string without_file(const std::optional<std::string>& gcode_data) {
    json::object object(ParsedObject(gcode_data).object(), json::storage_ptr());
    object["available"] = false;
    return json::serialize(object);
}

std::string printer_copy_to_json(const PrintJob::PrinterCopy& printer) {
    return json::serialize(to_described_json(printer));
}

PrintJob::PrinterCopy printer_copy_from_json(const std::optional<std::string>& text, const std::string& otherwise) {
    const ParsedObject parsed(text);
    PrintJob::PrinterCopy printer;
    read_members(parsed.object(), printer);
    if (printer.host.empty()) printer.host = otherwise;
    // An earlier Karmen wrote all that it knew of the printer's server.
    const json::value* client = parsed.object().if_contains("client");
    if (client != nullptr && client->is_object())
        if (const json::value* name = client->get_object().if_contains("name")) read_json(*name, printer.client);
    return printer;
}

}  // namespace karmen::storage
