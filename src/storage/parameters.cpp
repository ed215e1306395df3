#include "storage/parameters.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace karmen::storage {
namespace {

Error mismatch(std::string_view what, std::string_view sql) {
    return {ErrorCode::kInternal, PublicMessage{"The database refused a request"},
            LogDetail{std::string(what) + ": " + std::string(sql)}};
}

/// The one for the statement's parameter at `place`; most are given in the order of the text.
const Param& find(std::span<const Param> params, std::size_t place, std::string_view name, std::string_view sql) {
    if (params[place].name() == name) return params[place];
    const auto found = std::ranges::find(params, name, &Param::name);
    if (found == params.end()) throw mismatch("no value is called " + std::string(name), sql);
    return *found;
}

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_name(char c) {
    return starts_name(c) || (c >= '0' && c <= '9');
}

/// Reads a statement from its start to its end.
class Reader {
  public:
    explicit Reader(std::string_view sql) : rest_(sql) {}

    NumberedSql read() && {
        while (!rest_.empty()) {
            if (const std::size_t length = opaque_length(); length > 0)
                copy(length);
            else if (rest_.size() > 1 && rest_[0] == ':' && starts_name(rest_[1]))
                number();
            else
                copy(1);
        }
        return std::move(result_);
    }

  private:
    void copy(std::size_t length) {
        result_.text += rest_.substr(0, length);
        previous_ = result_.text.back();
        rest_.remove_prefix(std::min(length, rest_.size()));
    }

    void number() {
        const auto end = std::find_if_not(rest_.begin() + 1, rest_.end(), continues_name);
        const std::string name(rest_.begin() + 1, end);
        auto& names = result_.names;
        const auto place = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
        if (place == names.size()) names.push_back(name);
        result_.text += '$' + std::to_string(place + 1);
        previous_ = result_.text.back();
        rest_.remove_prefix(name.size() + 1);
    }

    /// How much of what begins here has no parameters in it.
    std::size_t opaque_length() const {
        if (rest_.starts_with("::")) return 2;
        if (rest_.starts_with("--")) return up_to("\n", 2);
        if (rest_.starts_with("/*")) return comment_length();
        // A doubled quotation mark is two texts, one behind the other.
        if (rest_[0] == '\'') return is_escaping() ? escaped_length() : up_to("'", 1);
        if (rest_[0] == '"') return up_to("\"", 1);
        if (rest_[0] == '$' && !continues_name(previous_)) return dollar_quoted_length();
        return 0;
    }

    std::size_t up_to(std::string_view end, std::size_t from) const {
        const std::size_t found = rest_.find(end, from);
        return found == std::string_view::npos ? rest_.size() : found + end.size();
    }

    /// Comments stand in comments.
    std::size_t comment_length() const {
        std::size_t depth = 1;
        for (std::size_t i = 2; i < rest_.size(); ++i) {
            const std::string_view pair = rest_.substr(i, 2);
            if (pair != "/*" && pair != "*/") continue;
            depth = pair == "/*" ? depth + 1 : depth - 1;
            ++i;
            if (depth == 0) return i + 1;
        }
        return rest_.size();
    }

    /// E'…', where a backslash keeps a quotation mark from ending the text.
    bool is_escaping() const {
        if (previous_ != 'e' && previous_ != 'E') return false;
        const std::size_t size = result_.text.size();
        return size < 2 || !continues_name(result_.text[size - 2]);
    }

    std::size_t escaped_length() const {
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            const bool is_doubled = rest_[i] == '\'' && rest_.substr(i + 1).starts_with('\'');
            if (rest_[i] == '\'' && !is_doubled) return i + 1;
            if (rest_[i] == '\\' || is_doubled) ++i;
        }
        return rest_.size();
    }

    /// $$…$$ or $tag$…$tag$
    std::size_t dollar_quoted_length() const {
        const auto end = std::find_if_not(rest_.begin() + 1, rest_.end(), continues_name);
        if (end == rest_.end() || *end != '$' || (rest_[1] >= '0' && rest_[1] <= '9')) return 0;
        const auto tag = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()) + 1);
        return up_to(tag, tag.size());
    }

    std::string_view rest_;
    char previous_ = ' ';
    NumberedSql result_;
};

}  // namespace

std::vector<const Param*> in_order(std::span<const Param> params, std::span<const std::string> names,
                                   std::string_view sql) {
    // As many values as names, and one for each name: so none is given twice or left over.
    if (params.size() != names.size()) throw mismatch("not as many values as parameters", sql);
    const bool is_nameless = params.size() == 1 && params.front().name().empty();
    std::vector<const Param*> result;
    result.reserve(params.size());
    for (std::size_t i = 0; i < params.size(); ++i) {
        const Param& param = is_nameless ? params[i] : find(params, i, names[i], sql);
        if (param.text().find('\0') != std::string::npos)
            throw Error(ErrorCode::kInvalidInput, PublicMessage{"A text has a NUL character"});
        result.push_back(&param);
    }
    return result;
}

NumberedSql to_numbered(std::string_view sql) {
    return Reader(sql).read();
}

}  // namespace karmen::storage
