#pragma once

#include "fake/octoprint/access.hpp"
#include "fake/octoprint/printer.hpp"
#include "fake/octoprint/version.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The bodies of OctoPrint's answers, as captured from the real server. No I/O.
namespace karmen::fake {

/// The ports that POST /api/connection may choose.
inline constexpr std::array<std::string_view, 2> kSerialPorts{"/dev/ttyS0", "VIRTUAL"};
inline constexpr std::array<std::int64_t, 7> kBaudrates{250000, 230400, 115200, 57600, 38400, 19200, 9600};
inline constexpr std::string_view kPrinterProfile = "_default";

struct SerialConnection {
    std::string port = "VIRTUAL";
    std::int64_t baudrate = 115200;
};

/// How the settings name the webcam.
enum class WebcamSetting {
    kRelative,  ///< `/webcam/?action=stream`, for a browser behind the same front
    kAbsolute,  ///< `http://<host>/?action=stream`
    kMissing,   ///< enabled without a URL: empty or null, by release
    kDisabled,
};

struct PrinterQuery {
    bool excludes_temperature = false;
    bool excludes_sd = false;
    bool excludes_state = false;
    bool wants_history = false;
    std::size_t history_limit = kHistoryUnlimited;

    static constexpr std::size_t kHistoryUnlimited = static_cast<std::size_t>(-1);
};

boost::json::object error_json(std::string_view text);
boost::json::object version_json(const OctoPrintVersion& version);
boost::json::object server_json(const OctoPrintVersion& version);
boost::json::object connection_json(const OctoPrintPrinter& printer, const SerialConnection& serial,
                                    const OctoPrintVersion& version = {});
/// Only for an operational printer; others are answered 409.
boost::json::object printer_json(const OctoPrintPrinter& printer, const PrinterQuery& query,
                                 const OctoPrintVersion& version = {});
boost::json::object printer_error_json(const OctoPrintPrinter& printer);
boost::json::object job_json(const OctoPrintPrinter& printer, const OctoPrintVersion& version);

struct SettingsFacts {
    std::string_view name;
    WebcamSetting webcam = WebcamSetting::kRelative;
    std::string_view host;  ///< as the client called it, with port
    std::string_view api_key;
    Caller caller = Caller::kGuest;
};
boost::json::object settings_json(const SettingsFacts& facts, const OctoPrintVersion& version);

boost::json::object current_user_json(Caller caller);
boost::json::object login_json(Caller caller, std::string_view session);

/// `base_url` is `http://<host>`; `folder` empty for the root.
enum class Recursion { kThisFolder, kWholeTree };
boost::json::object files_json(const FileTable& files, std::string_view folder, Recursion recursion,
                               std::string_view base_url, const OctoPrintVersion& version);
boost::json::object file_json(const StoredFile& file, std::string_view base_url, const OctoPrintVersion& version);

enum class PrintEffect { kNothing, kSelected, kPrinting };
boost::json::object upload_json(std::string_view path, std::string_view base_url, PrintEffect effect);
boost::json::object folder_created_json(std::string_view path, std::string_view base_url);

/// `<base_url>/api/files/local/<path>`, percent-encoded.
std::string resource_url(std::string_view base_url, std::string_view path);

}  // namespace karmen::fake
