#include "manager/api/change.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "core/config/toml_edit.hpp"

namespace sso::manager::api {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostEdits = 200;  // each lays the text out anew
constexpr std::size_t kMostLevels = 32;  // nlohmann writes nested values by recursion

tl::unexpected<Error> wrong(std::string_view member, std::string_view right) {
    return fail(ErrorCode::invalid, printable(member, 60) + ": write " + std::string(right));
}

Status read(const Json& value, std::string_view member, std::string& into) {
    const auto* text = value.get_ptr<const std::string*>();
    if (text == nullptr) return wrong(member, "a text");
    into = *text;
    return {};
}

Status read(const Json& value, std::string_view member, bool& into) {
    if (!value.is_boolean()) return wrong(member, "true or false");
    into = value.get<bool>();
    return {};
}

template <class Number>
Status read_number(const Json& value, std::string_view member, Number& into) {
    if (!value.is_number_unsigned()) return wrong(member, "a number");
    into = value.get<Number>();
    return {};
}

Result<Edit> parse_edit(const Json& json) {
    constexpr std::string_view kMembers = "set, remove, move or insert, with value or toml, or with to";
    if (!json.is_object()) return wrong("edits", R"(objects, as {"set": "session.lifetime", "value": "10h"})");
    Edit edit;
    int kinds = 0;
    int values = 0;
    bool has_place = false;
    for (const auto& [member, value] : json.items()) {
        Status status;
        const auto kind = [&, &text = value, &name = member](Edit::Kind which) {
            edit.kind = which;
            ++kinds;
            return read(text, name, edit.key);
        };
        if (member == "set") {
            status = kind(Edit::Kind::set);
        } else if (member == "remove") {
            status = kind(Edit::Kind::remove);
        } else if (member == "move") {
            status = kind(Edit::Kind::move);
        } else if (member == "insert") {
            status = kind(Edit::Kind::insert);
        } else if (member == "value" || member == "toml") {
            ++values;
            edit.is_toml = member == "toml";
            status = read(value, member, edit.value);
        } else if (member == "to") {
            has_place = true;
            status = read_number(value, member, edit.to);
        } else {
            return wrong(member, kMembers);
        }
        if (!status) return error_of(status);
    }
    const bool wants_value = edit.kind == Edit::Kind::set || edit.kind == Edit::Kind::insert;
    const bool wants_place = edit.kind == Edit::Kind::move;
    if (kinds != 1 || values != (wants_value ? 1 : 0) || wants_place != has_place) return wrong("edits", kMembers);
    return edit;
}

Status read_edits(const Json& json, std::vector<Edit>& into) {
    if (!json.is_array() || json.size() > kMostEdits) {
        return wrong("edits", "a list of at most " + std::to_string(kMostEdits));
    }
    for (const Json& each : json) {
        auto edit = parse_edit(each);
        if (!edit) return error_of(edit);
        into.push_back(std::move(*edit));
    }
    return {};
}

/// How deep brackets stand within each other, outside of texts.
std::size_t levels_of(std::string_view json) noexcept {
    std::size_t level = 0;
    std::size_t deepest = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '"') in_text = !in_text;
        if (c == '\\' && in_text) ++i;
        if (in_text) continue;
        if (c == '{' || c == '[') deepest = std::max(deepest, ++level);
        if ((c == '}' || c == ']') && level > 0) --level;
    }
    return deepest;
}

Result<Json> parse_object(std::string_view text) {
    Json json = levels_of(text) > kMostLevels ? Json() : Json::parse(text, nullptr, false);
    if (!json.is_object()) return fail(ErrorCode::invalid, "the body is no JSON object, or none that is meant here");
    return json;
}

}  // namespace

Result<Change> parse_change(std::string_view text) {
    const auto json = parse_object(text);
    if (!json) return error_of(json);
    Change change;
    for (const auto& [member, value] : json->items()) {
        Status status;
        if (member == "text") {
            status = read(value, member, change.text.emplace());
        } else if (member == "edits") {
            status = read_edits(value, change.edits);
        } else if (member == "version") {
            status = read_number(value, member, change.version.emplace());
        } else if (member == "message") {
            status = read(value, member, change.message);
        } else if (member == "accept_warnings") {
            status = read(value, member, change.accept_warnings);
        } else if (member == "accept_lockout") {
            status = read(value, member, change.accept_lockout);
        } else {
            return wrong(member, "text, edits or version; message, accept_warnings, accept_lockout");
        }
        if (!status) return error_of(status);
    }
    const int ways = (change.text ? 1 : 0) + (json->contains("edits") ? 1 : 0) + (change.version ? 1 : 0);
    if (ways != 1) return wrong("the body", "one of text, edits and version");
    return change;
}

Result<std::string> edited(std::string_view text, const Edit& edit) {
    const auto form = edit.is_toml ? config::ValueForm::toml : config::ValueForm::text;
    switch (edit.kind) {
        case Edit::Kind::set:
            return config::set_value(text, edit.key, edit.value, form);
        case Edit::Kind::remove:
            return config::remove_value(text, edit.key);
        case Edit::Kind::move:
            return config::move_value(text, edit.key, edit.to);
        case Edit::Kind::insert:
            break;
    }
    return config::insert_value(text, edit.key, edit.value, form);
}

Result<Inquiry> parse_inquiry(std::string_view text) {
    const auto json = parse_object(text);
    if (!json) return error_of(json);
    Inquiry inquiry;
    for (const auto& [member, value] : json->items()) {
        Status status;
        if (member == "url") {
            status = read(value, member, inquiry.url);
        } else if (member == "method") {
            status = read(value, member, inquiry.method);
        } else if (member == "ip") {
            status = read(value, member, inquiry.address);
        } else if (member == "user") {
            status = read(value, member, inquiry.user);
        } else if (member == "attributes" && value.is_object()) {
            inquiry.attributes = value.dump();  // what was parsed is UTF-8
        } else {
            return wrong(member, "url, method, ip; user, or attributes as an object");
        }
        if (!status) return error_of(status);
    }
    if (!inquiry.user.empty() && inquiry.attributes) return wrong("attributes", "either these or user");
    return inquiry;
}

}  // namespace sso::manager::api
