// toml_as_json, value_as_json: a TOML text as JSON, keys in written order.
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/config/toml_edit.hpp"
#include "core/config/toml_layout.hpp"
#include "core/config/toml_reader.hpp"

namespace sso::config {
namespace {

using Json = nlohmann::ordered_json;

template <class Time>
std::string printed(const Time& time) {
    std::ostringstream text;
    text << time;
    return text.str();
}

Json json_of(const toml::node& node) {
    if (const auto* table = node.as_table()) {
        Json object = Json::object();
        for (const TomlEntry& entry : TomlReader::in_written_order(*table)) {
            object[std::string(entry.key)] = json_of(*entry.value);
        }
        return object;
    }
    if (const auto* array = node.as_array()) {
        Json list = Json::array();
        for (const toml::node& item : *array) list.push_back(json_of(item));
        return list;
    }
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return number->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* truth = node.as_boolean()) return truth->get();
    if (const auto* date = node.as_date()) return printed(date->get());
    if (const auto* time = node.as_time()) return printed(time->get());
    if (const auto* moment = node.as_date_time()) return printed(moment->get());
    return nullptr;
}

std::string dump(const toml::node& node) {
    return json_of(node).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Null where the path leads nowhere.
const toml::node* find(const toml::node& root, const KeyPath& path) {
    const toml::node* at = &root;
    for (const Step& step : path) {
        if (step.index) {
            at = at->is_array() ? at->as_array()->get(*step.index) : nullptr;
        } else {
            at = at->is_table() ? at->as_table()->get(step.key) : nullptr;
        }
        if (at == nullptr) break;
    }
    return at;
}

}  // namespace

Result<std::string> toml_as_json(std::string_view toml) {
    TomlReader reader(toml, "the text");
    const toml::table* root = reader.parse();
    if (root == nullptr) return fail(ErrorCode::invalid, to_string(reader.take_diagnostics().front()));
    return dump(*root);
}

Result<std::optional<std::string>> value_as_json(std::string_view toml, std::string_view key) {
    TomlReader reader(toml, "the text");
    const toml::table* root = reader.parse();
    if (root == nullptr) return fail(ErrorCode::invalid, to_string(reader.take_diagnostics().front()));
    const auto path = parse_key_path(key);
    if (!path) return error_of(path);
    const toml::node* node = find(*root, *path);
    return node == nullptr ? std::nullopt : std::optional(dump(*node));
}

}  // namespace sso::config
