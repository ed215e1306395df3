#include "fake/json_text.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

namespace karmen::fake {

namespace json = boost::json;

namespace {

class Writer {
  public:
    explicit Writer(JsonLayout layout) : layout_(layout) {}

    std::string take() && { return std::move(out_); }

    void write(const json::value& value) {
        if (const auto* object = value.if_object()) {
            write(*object);
        } else if (const auto* array = value.if_array()) {
            write(*array);
        } else if (const auto* text = value.if_string()) {
            write(std::string_view(*text));
        } else if (const auto* number = value.if_double()) {
            write(*number);
        } else {
            out_ += json::serialize(value);
        }
    }

  private:
    void write(const json::object& object) {
        std::vector<const json::key_value_pair*> members;
        for (const auto& member : object) members.push_back(&member);
        std::ranges::sort(members, {}, [](const auto* member) { return std::string_view(member->key()); });
        open('{');
        for (const auto* member : members) {
            next(member == members.front());
            write(std::string_view(member->key()));
            out_ += layout_ == JsonLayout::kPretty ? ": " : ":";
            write(member->value());
        }
        close('}', members.empty());
    }

    void write(const json::array& array) {
        open('[');
        for (const auto& element : array) {
            next(&element == &array.front());
            write(element);
        }
        close(']', array.empty());
    }

    void write(double number) {
        char buffer[32];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
        const std::string_view text(buffer, end);
        out_ += text;
        if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
    }

    void write(std::string_view text) {
        // Boost.JSON escapes what must be escaped; what is left to do are the characters outside ASCII.
        const std::string quoted = json::serialize(json::string(text));
        for (std::size_t i = 0; i < quoted.size();) {
            const auto lead = static_cast<unsigned char>(quoted[i]);
            if (lead < 0x80) {
                out_ += quoted[i++];
                continue;
            }
            const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
            char32_t code = lead & (0xffU >> (length + 1));
            for (std::size_t k = 1; k < length && i + k < quoted.size(); ++k) {
                code = code << 6 | (static_cast<unsigned char>(quoted[i + k]) & 0x3fU);
            }
            write_escape(code);
            i += length;
        }
    }

    void write_escape(char32_t code) {
        if (code < 0x10000) {
            out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(code));
            return;
        }
        const auto rest = static_cast<unsigned>(code - 0x10000);
        out_ += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
    }

    void open(char bracket) {
        out_ += bracket;
        ++depth_;
    }
    void next(bool is_first) {
        if (!is_first) out_ += ',';
        new_line();
    }
    void close(char bracket, bool is_empty) {
        --depth_;
        if (!is_empty) new_line();
        out_ += bracket;
    }
    void new_line() {
        if (layout_ == JsonLayout::kCompact) return;
        out_ += '\n';
        out_.append(depth_ * 2, ' ');
    }

    JsonLayout layout_;
    std::string out_;
    std::size_t depth_ = 0;
};

}  // namespace

std::string to_json_text(const json::value& value, JsonLayout layout) {
    Writer writer(layout);
    writer.write(value);
    return std::move(writer).take() + "\n";
}

}  // namespace karmen::fake
