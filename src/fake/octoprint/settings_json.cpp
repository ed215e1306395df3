#include "fake/octoprint/json.hpp"

#include <boost/json.hpp>

namespace karmen::fake {

namespace json = boost::json;

namespace {

constexpr std::string_view kSnapshotUrl = "http://127.0.0.1:8080/?action=snapshot";

json::value stream_url(const SettingsFacts& facts, const OctoPrintVersion& version) {
    switch (facts.webcam) {
        case WebcamSetting::kRelative:
        case WebcamSetting::kDisabled:
            return "/webcam/?action=stream";
        case WebcamSetting::kAbsolute:
            return json::value("http://" + std::string(facts.host) + "/?action=stream");
        case WebcamSetting::kMissing:
            break;
    }
    if (version.has_webcam_list()) return "";
    return nullptr;
}

json::object classic_webcam_json(const json::value& stream) {
    return {{"canSnapshot", true},
            {"compat",
             {{"cacheBuster", false},
              {"snapshot", kSnapshotUrl},
              {"stream", stream},
              {"streamRatio", "16:9"},
              {"streamTimeout", 5}}},
            {"displayName", "Classic Webcam"},
            {"extras", {{"cacheBuster", false}, {"stream", stream}, {"streamRatio", "16:9"}, {"streamTimeout", 5}}},
            {"flipH", false},
            {"flipV", false},
            {"name", "classic"},
            {"provider", "classicwebcam"},
            {"rotate90", false},
            {"snapshotDisplay", kSnapshotUrl}};
}

json::object webcam_json(const SettingsFacts& facts, const OctoPrintVersion& version) {
    const json::value stream = stream_url(facts, version);
    json::object webcam{{"bitrate", "10000k"},
                        {"cacheBuster", false},
                        {"ffmpegPath", nullptr},
                        {"ffmpegThreads", 1},
                        {"ffmpegVideoCodec", "libx264"},
                        {"flipH", false},
                        {"flipV", false},
                        {"rotate90", false},
                        {"snapshotSslValidation", true},
                        {"snapshotTimeout", 5},
                        {"snapshotUrl", facts.webcam == WebcamSetting::kMissing ? stream : json::value(kSnapshotUrl)},
                        {"streamRatio", "16:9"},
                        {"streamTimeout", 5},
                        {"streamUrl", stream},
                        {"streamWebrtcIceServers", json::array{"stun:stun.l.google.com:19302"}},
                        {"timelapseEnabled", true},
                        {"watermark", true},
                        {"webcamEnabled", facts.webcam != WebcamSetting::kDisabled}};
    if (version.has_webcam_list()) {
        webcam["defaultWebcam"] = "classic";
        webcam["snapshotWebcam"] = "classic";
        webcam["webcams"] = json::array{classic_webcam_json(stream)};
    }
    return webcam;
}

json::array groups_of(Caller caller) {
    switch (caller) {
        case Caller::kAdministrator:
            return {"admins", "users"};
        case Caller::kReader:
            return {"readonly"};
        case Caller::kGuest:
        case Caller::kWrongKey:
            break;
    }
    return {"guests"};
}

json::value name_of(Caller caller) {
    switch (caller) {
        case Caller::kAdministrator:
            return "admin";
        case Caller::kReader:
            return "reader";
        case Caller::kGuest:
        case Caller::kWrongKey:
            break;
    }
    return nullptr;
}

}  // namespace

json::object settings_json(const SettingsFacts& facts, const OctoPrintVersion& version) {
    const bool is_administrator = facts.caller == Caller::kAdministrator;
    return {
        {"api",
         {{"allowCrossOrigin", false}, {"key", is_administrator ? json::value(facts.api_key) : json::value(nullptr)}}},
        {"appearance", {{"color", "default"}, {"name", facts.name}}},
        {"feature", {{"sdSupport", true}, {"temperatureGraph", true}}},
        {"folder", {{"uploads", "/home/pi/.octoprint/uploads"}}},
        {"gcodeAnalysis", {{"runAt", "idle"}}},
        {"plugins", {{"classicwebcam", {{"streamTimeout", 5}}}, {"discovery", {{"httpUsername", nullptr}}}}},
        {"serial", {{"autoconnect", false}, {"baudrate", 115200}, {"port", "VIRTUAL"}, {"timeoutCommunication", 30.0}}},
        {"server", {{"commands", {{"serverRestartCommand", nullptr}}}, {"diskspace", {{"warning", 524288000}}}}},
        {"temperature", {{"cutoff", 30}, {"profiles", json::array{{{"bed", 60}, {"extruder", 210}, {"name", "PLA"}}}}}},
        {"webcam", webcam_json(facts, version)}};
}

json::object current_user_json(Caller caller) {
    json::array permissions;
    if (caller == Caller::kAdministrator)
        permissions = {"ADMIN", "STATUS", "CONNECTION", "FILES_UPLOAD", "PRINT", "CONTROL"};
    if (caller == Caller::kReader) permissions = {"STATUS", "WEBCAM", "FILES_LIST", "SETTINGS_READ"};
    return {{"groups", groups_of(caller)}, {"name", name_of(caller)}, {"permissions", std::move(permissions)}};
}

json::object login_json(Caller caller, std::string_view session) {
    const bool is_user = caller == Caller::kAdministrator || caller == Caller::kReader;
    json::object body = current_user_json(caller);
    body["_is_external_client"] = false;
    body["_login_mechanism"] = "apikey";
    body["active"] = is_user;
    body["admin"] = caller == Caller::kAdministrator;
    body["apikey"] = nullptr;
    body["needs"] = {{"group", groups_of(caller)}, {"role", json::array{}}};
    body["session"] = session;
    body["user"] = is_user;
    return body;
}

}  // namespace karmen::fake
