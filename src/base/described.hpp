#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace karmen {

/// The words of an enumeration, for everything outside of the program: databases, messages, the API. Specialized beside
/// the enumeration with `static constexpr std::array words{std::pair{Enum::kA, std::string_view("a")}, …}`, each value
/// once.
template <class Enum>
struct Words;

template <class Enum>
concept HasWords = requires { Words<Enum>::words.size(); };

/// REQUIRES: the value has a word.
template <HasWords Enum>
constexpr std::string_view to_string(Enum value) {
    return std::ranges::find(Words<Enum>::words, value, [](const auto& pair) { return pair.first; })->second;
}

template <HasWords Enum>
constexpr std::optional<Enum> from_word(std::string_view word) {
    const auto& words = Words<Enum>::words;
    const auto found = std::ranges::find(words, word, [](const auto& pair) { return pair.second; });
    return found == words.end() ? std::nullopt : std::optional(found->first);
}

/// How a text or an optional value that is empty is written.
enum class IfEmpty {
    kWrite,  ///< a text as it is, an optional as null
    kNull,
    kOmit,  ///< the member is left out
};

/// A member of a described type. `schema`: more of its JSON Schema, as the text of a JSON object.
template <class Owner, class T>
struct Member {
    std::string_view name;
    T Owner::* pointer;
    std::string_view text = {};  ///< what it is, for readers of the API's description; empty if the name says all
    IfEmpty if_empty = IfEmpty::kWrite;
    std::string_view schema = {};

    const T& of(const Owner& owner) const { return owner.*pointer; }
};

/// A member that is only written: `get` makes it of the object.
template <class Get>
struct Computed {
    std::string_view name;
    Get get;
    std::string_view text = {};
    IfEmpty if_empty = IfEmpty::kWrite;
    std::string_view schema = {};

    template <class Owner>
    auto of(const Owner& owner) const {
        return get(owner);
    }
};

/// The value at the end of a path of members, as `get` of a Computed: `Via<&View::printer, &Printer::name>{}`.
template <auto kFirst, auto... kRest>
struct Via {
    template <class T>
    const auto& operator()(const T& object) const {
        if constexpr (sizeof...(kRest) == 0)
            return object.*kFirst;
        else if constexpr (std::is_pointer_v<std::decay_t<decltype(object.*kFirst)>>)
            return Via<kRest...>{}(*(object.*kFirst));
        else
            return Via<kRest...>{}(object.*kFirst);
    }
};

/// What a type's members are called as JSON. This one description gives the JSON of the API and its schema, the columns
/// of the database that hold JSON, and messages between processes. Specialized beside the type with
/// `static constexpr std::tuple members{Member{"name", &T::name}, …}`; for the API's description also
/// `static constexpr std::string_view name` (its own schema, which others refer to) and `text`.
template <class T>
struct Description;

template <class T>
concept Described = requires { Description<T>::members; };

/// Calls `visit` with each member.
template <Described T, class Visit>
constexpr void for_each_member(Visit visit) {
    std::apply([&](const auto&... members) { (visit(members), ...); }, Description<T>::members);
}

}  // namespace karmen
