#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::fake {

/// The faults of real printers and networks that can be switched on.
enum class Fault {
    kHang,
    kSlow,
    kDrip,
    kReset,
    kSilentClose,
    kStarting,
    kSingleThreaded,
    kGarbageJson,
    kTruncatedJson,
    kInvalidUtf8,
    kWrongContentType,
    kHuge,
    kServerError,
    kConflict,
    kForbidden,
    kUnavailable,
    kRedirect,
    kEffectivePrintFalse,
    kLate,
};

struct FaultFacts {
    Fault fault;
    std::string_view name;
    std::string_view meaning;  ///< for the help of the command line
    std::int64_t amount = 0;   ///< default of FaultRule::amount, where the fault has one
};

inline constexpr std::array kFaults{
    FaultFacts{Fault::kHang, "hang", "takes the request and never answers"},
    FaultFacts{Fault::kSlow, "slow", "answers after so many milliseconds", 2000},
    FaultFacts{Fault::kDrip, "drip", "sends answers and reads uploads at so many bytes per second", 100},
    FaultFacts{Fault::kReset, "reset", "resets the connection in the middle of the answer, or of the upload"},
    FaultFacts{Fault::kSilentClose, "silent_close", "closes the connection without an answer"},
    FaultFacts{Fault::kStarting, "starting", "OctoPrint that starts up: bytes without a status line"},
    FaultFacts{Fault::kSingleThreaded, "single_threaded", "one request at a time"},
    FaultFacts{Fault::kGarbageJson, "garbage_json", "says JSON, sends something else"},
    FaultFacts{Fault::kTruncatedJson, "truncated_json", "sends the first half of the JSON, with that length"},
    FaultFacts{Fault::kInvalidUtf8, "invalid_utf8", "texts that are not UTF-8"},
    FaultFacts{Fault::kWrongContentType, "wrong_content_type", "the right body as text/html"},
    FaultFacts{Fault::kHuge, "huge", "JSON of so many bytes", 16LL * 1024 * 1024},
    FaultFacts{Fault::kServerError, "500", "500 Internal Server Error"},
    FaultFacts{Fault::kConflict, "409", "409 Conflict"},
    FaultFacts{Fault::kForbidden, "403", "403 Forbidden"},
    FaultFacts{Fault::kUnavailable, "503", "haproxy without OctoPrint behind it: HTTP/1.0 503 with HTML"},
    FaultFacts{Fault::kRedirect, "redirect", "302 to another address"},
    FaultFacts{Fault::kEffectivePrintFalse, "effective_print_false", "stores an upload but does not print it"},
    FaultFacts{Fault::kLate, "late",
               "begins to print an upload so many milliseconds after it came, whoever still waits", 1000},
};

const FaultFacts& facts(Fault fault);

/// A fault that is switched on.
struct FaultRule {
    Fault fault = Fault::kHang;
    std::string path;                    ///< only for paths with this beginning; empty: for all
    std::optional<std::uint64_t> count;  ///< for this number of requests; nullopt: until it is switched off
    std::int64_t amount = 0;             ///< milliseconds, bytes per second or bytes
    std::string location = "http://127.0.0.1:1/elsewhere";  ///< of a redirect
};

/// `name[=amount][@path][*count]`, such as `slow=3000@/api/job*2`. nullopt for anything else.
std::optional<FaultRule> parse_fault(std::string_view text);
std::optional<FaultRule> fault_by_name(std::string_view name);

/// The faults that are on. If a fault has several rules, the first one that fits the path applies. Loop only.
class FaultSwitch {
  public:
    void add(FaultRule rule) { rules_.push_back(std::move(rule)); }
    void clear() { rules_.clear(); }

    /// The rule that applies to a request, counted as used.
    std::optional<FaultRule> take(Fault fault, std::string_view path);

    const std::list<FaultRule>& rules() const { return rules_; }

  private:
    std::list<FaultRule> rules_;
};

}  // namespace karmen::fake
