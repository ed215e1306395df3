#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::fake {

/// The release of OctoPrint that is imitated, and how it differs from others. Immutable.
struct OctoPrintVersion {
    int major = 1;
    int minor = 11;
    int patch = 8;
    int candidate = 0;  ///< 3 for 2.0.0rc3, which counts as its release; 0 for a release

    auto operator<=>(const OctoPrintVersion&) const = default;

    /// Accepts three numbers with dots, such as `1.9.3`, and optionally a release candidate: `2.0.0rc3`.
    static std::optional<OctoPrintVersion> parse(std::string_view text);
    std::string to_string() const;

    /// 1.11 requires a CSRF token in every POST without a usable key, and answers 400.
    bool checks_csrf() const { return *this >= OctoPrintVersion{1, 11, 0}; }
    /// Before 1.11 a wrong key gets a different text.
    bool names_wrong_key() const { return *this < OctoPrintVersion{1, 11, 0}; }
    /// Before 1.10 the connection is closed after every answer, although the header does not announce it.
    bool closes_silently() const { return *this < OctoPrintVersion{1, 10, 0}; }
    /// Before 1.11 a malformed multipart body stops the whole server until it is killed.
    bool hangs_on_malformed_upload() const { return *this < OctoPrintVersion{1, 11, 0}; }
    /// 1.8 has compact JSON, one webcam without a list, and null where later ones have an empty stream URL.
    bool has_pretty_json() const { return *this >= OctoPrintVersion{1, 9, 0}; }
    bool has_webcam_list() const { return *this >= OctoPrintVersion{1, 9, 0}; }
    bool drops_semicolon_of_names() const { return *this >= OctoPrintVersion{1, 11, 0}; }
    /// 1.11.4 has a version of Tornado that fails at a raw file name with a character beyond Latin-1; 1.11.8 does not
    /// fail.
    bool fails_at_raw_names() const {
        return *this >= OctoPrintVersion{1, 11, 4} && *this < OctoPrintVersion{1, 11, 8};
    }
    bool tells_printer_error() const { return *this >= OctoPrintVersion{1, 11, 0}; }
    /// 2.0 treats a paused print as printing: the flag `printing` is set too, and a pause command without an action
    /// never resumes.
    bool takes_paused_for_printing() const { return *this >= OctoPrintVersion{2, 0, 0}; }
    /// 2.0 has connectors: a closed connection is `Offline` as elsewhere and has no printer profile, `autoconnect` is
    /// among the options. `/api/job` always has `error`, null as a rule.
    bool has_connectors() const { return *this >= OctoPrintVersion{2, 0, 0}; }
};

}  // namespace karmen::fake
