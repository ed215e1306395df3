#pragma once

#include "domain/gcode.hpp"
#include "domain/printer.hpp"
#include "domain/printjob.hpp"

#include <optional>
#include <string>
#include <vector>

/// The columns that hold JSON, in the shapes that Karmen 0.0.13 gave them. Reading never fails: a value that is null,
/// not JSON or of an unexpected type, as in some old rows, leaves its member empty. Any thread.
namespace karmen::storage {

/// printers.client_props: `{version: {api, server, text}, connected, access_level, api_key}`
std::string client_props_to_json(const PrinterClient& client);
PrinterClient client_from_json(const std::string& name, const std::optional<std::string>& client_props);

/// printers.printer_props: `{filament_type, filament_color, bed_type, tool0_diameter}`, nested values are dropped
std::optional<std::string> printer_props_to_json(const std::optional<PrinterProps>& props);
std::optional<PrinterProps> printer_props_from_json(const std::optional<std::string>& text);

/// gcodes.analysis: as docs/api.md §3 has it; `{}`, which 0.0.13 wrote before and instead of an analysis, reads as
/// nullopt
std::string analysis_to_json(const GcodeAnalysis& analysis);
std::optional<GcodeAnalysis> analysis_from_json(const std::optional<std::string>& text);

/// gcodes.thumbnails: `{items: [{width, height, format, encoding, offset, length, entry?}]}`; null if there are none
std::optional<std::string> thumbnails_to_json(const std::vector<Thumbnail>& thumbnails);
std::vector<Thumbnail> thumbnails_from_json(const std::optional<std::string>& text);

/// printjobs.gcode_data: `{id, filename, size, available}`
std::string gcode_copy_to_json(const PrintJob::GcodeCopy& gcode);
/// Members that the text does not have are taken from `otherwise`.
PrintJob::GcodeCopy gcode_copy_from_json(const std::optional<std::string>& text,
                                         PrintJob::GcodeCopy otherwise = {.available = false});
/// The same text with `available` set to false.
std::string without_file(const std::optional<std::string>& gcode_data);

/// printjobs.printer_data: `{host, name, client: {name, version, connected, access_level}}`, never with the API key
std::string printer_copy_to_json(const PrintJob::PrinterCopy& printer);
/// `otherwise` is the host if the text has none.
PrintJob::PrinterCopy printer_copy_from_json(const std::optional<std::string>& text, const std::string& otherwise = "");

}  // namespace karmen::storage
