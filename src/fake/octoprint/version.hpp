#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::fake {

/// The release of OctoPrint that is imitated. What differs between releases asks this. Immutable.
struct OctoPrintVersion {
    int major = 1;
    int minor = 11;
    int patch = 8;
    int candidate = 0;  ///< 3 of 2.0.0rc3, which counts as the release that it becomes; 0: the release

    auto operator<=>(const OctoPrintVersion&) const = default;

    /// Three numbers with dots, such as `1.9.3`, and perhaps the candidate's: `2.0.0rc3`; nothing else.
    static std::optional<OctoPrintVersion> parse(std::string_view text);
    std::string to_string() const;

    /// 1.11 looks for a CSRF token in every POST that comes without a usable key, and answers 400.
    bool checks_csrf() const { return *this >= OctoPrintVersion{1, 11, 0}; }
    /// Before 1.11 a wrong key has a text of its own.
    bool names_wrong_key() const { return *this < OctoPrintVersion{1, 11, 0}; }
    /// Before 1.10 the connection is closed after every answer, without a word of it in the header.
    bool closes_silently() const { return *this < OctoPrintVersion{1, 10, 0}; }
    /// Before 1.11 a malformed multipart body stops the whole server until it is killed.
    bool hangs_on_malformed_upload() const { return *this < OctoPrintVersion{1, 11, 0}; }
    /// 1.8 has compact JSON, one webcam without a list, and null where later ones have an empty stream URL.
    bool has_pretty_json() const { return *this >= OctoPrintVersion{1, 9, 0}; }
    bool has_webcam_list() const { return *this >= OctoPrintVersion{1, 9, 0}; }
    bool drops_semicolon_of_names() const { return *this >= OctoPrintVersion{1, 11, 0}; }
    /// 1.11.4 came with a Tornado that fails at a raw file name with a character beyond Latin-1. Not so 1.11.8.
    bool fails_at_raw_names() const {
        return *this >= OctoPrintVersion{1, 11, 4} && *this < OctoPrintVersion{1, 11, 8};
    }
    bool tells_printer_error() const { return *this >= OctoPrintVersion{1, 11, 0}; }
    /// 2.0 counts a paused print among those that print: its flag `printing` is set too, and a pause without an action
    /// never resumes.
    bool takes_paused_for_printing() const { return *this >= OctoPrintVersion{2, 0, 0}; }
    /// 2.0 has connectors: a closed connection is `Offline` as elsewhere and has no printer profile, `autoconnect` is
    /// among the options. `/api/job` always has `error`, null as a rule.
    bool has_connectors() const { return *this >= OctoPrintVersion{2, 0, 0}; }
};

}  // namespace karmen::fake
