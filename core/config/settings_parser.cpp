// parse_settings: from TOML to Settings, table by table.
#include <algorithm>
#include <exception>
#include <map>

#include "core/base/text.hpp"
#include "core/config/settings.hpp"
#include "core/config/settings_check.hpp"
#include "core/config/settings_table.hpp"
#include "core/config/toml_reader.hpp"
#include "core/http/header.hpp"

namespace sso::config {
namespace {

std::string indexed(std::string_view path, std::size_t index) {
    return std::string(path) + '[' + std::to_string(index) + ']';
}

/// A table of names and expressions, each name passing `check`.
std::vector<NamedExpression> read_expressions(TomlReader& reader, const toml::table& table, std::string_view path,
                                              TextCheck check) {
    std::vector<NamedExpression> read;
    for (const TomlEntry& entry : TomlReader::in_written_order(table)) {
        const std::string entry_path = join_path(path, entry.key);
        if (const auto wrong = check(entry.key)) reader.error(entry.where, entry_path, *wrong);
        if (auto text = reader.read_text(*entry.value, entry_path)) {
            read.push_back({std::string(entry.key), std::move(*text), entry.where});
        }
    }
    return read;
}

std::vector<ExportedVariable> read_exported_variables(TomlReader& reader, const toml::table& table,
                                                      std::string_view path) {
    std::vector<ExportedVariable> read;
    for (NamedExpression& row : read_expressions(reader, table, path, check_variable_name)) {
        const std::string row_path = join_path(path, row.name);
        if (const auto wrong = check_attribute(row.expression.text))
            reader.error(row.expression.where, row_path, *wrong);
        read.push_back({std::move(row.name), std::move(row.expression.text)});
    }
    return read;
}

/// Each row an expression, or a table of the expression and how it is sent.
std::vector<HeaderSettings> read_headers(TomlReader& reader, const toml::table& table, std::string_view path) {
    std::vector<HeaderSettings> headers;
    for (const TomlEntry& entry : TomlReader::in_written_order(table)) {
        const std::string entry_path = join_path(path, entry.key);
        if (const auto wrong = check_header_name(entry.key)) reader.error(entry.where, entry_path, *wrong);
        HeaderSettings header{.name = std::string(entry.key), .expression = {}, .where = entry.where};
        const auto same = std::find_if(headers.begin(), headers.end(), [&](const HeaderSettings& earlier) {
            return http::cgi_equivalent(earlier.name, header.name);
        });
        if (same != headers.end()) {
            reader.error(entry.where, entry_path,
                         "applications cannot tell this header from '" + printable(same->name, 60) + "' in line " +
                             std::to_string(same->where.line) + "; keep one of them");
        }
        if (const toml::table* described = entry.value->as_table()) {
            reader.remember(entry_path, entry.where);
            reader.read(*described, kHeader, entry_path, header);
        } else if (auto text = reader.read_text(*entry.value, entry_path)) {
            header.expression = std::move(*text);
        }
        headers.push_back(std::move(header));
    }
    return headers;
}

std::vector<RuleSettings> read_rules(TomlReader& reader, const toml::node& node, const std::string& path) {
    std::vector<RuleSettings> rules;
    const toml::array* array = node.as_array();
    const Location where = location(node.source().begin);
    if (array == nullptr) {
        reader.error(where, path, "write a list of rules, [ { match = '^/x', allow = 'accept' } ]");
        return rules;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
        const toml::node& item = (*array)[i];
        const toml::table* table = item.as_table();
        const std::string item_path = indexed(path, i);
        reader.remember(item_path, location(item.source().begin));
        if (table == nullptr) {
            reader.error(location(item.source().begin), item_path, "write a rule, { match = '^/x', allow = 'accept' }");
            continue;
        }
        reader.read(*table, kRule, item_path, rules.emplace_back());
    }
    return rules;
}

VirtualHostSettings read_virtual_host(TomlReader& reader, const toml::table& table, std::string_view name,
                                      const std::string& path) {
    VirtualHostSettings host;
    host.name = to_lower(name);
    host.where = reader.place_of(path);
    host.title = host.name;
    reader.read(table, kVirtualHost, path, host);
    std::transform(host.aliases.begin(), host.aliases.end(), host.aliases.begin(),
                   [](const std::string& alias) { return to_lower(alias); });
    if (const toml::node* rules = table.get("rules")) host.rules = read_rules(reader, *rules, path + ".rules");
    const std::string headers_path = path + ".headers";
    if (const toml::table* headers = reader.find_table(table, "headers", headers_path)) {
        host.headers = read_headers(reader, *headers, headers_path);
    }
    return host;
}

/// Whose a host name is: each has one virtual host.
class TakenNames {
  public:
    /// Reports a name that is another's already.
    void take(TomlReader& reader, const std::string& name, std::string_view path, Location where) {
        const auto [taken, is_new] = lines_.emplace(name, where.line);
        if (is_new) return;
        reader.error(where, path,
                     "this host is already described in line " + std::to_string(taken->second) +
                         " (case does not count in host names); keep one of them");
    }
    [[nodiscard]] bool contains(const std::string& name) const { return lines_.contains(name); }

  private:
    std::map<std::string, std::size_t> lines_;
};

void read_virtual_hosts(TomlReader& reader, const toml::table& table, Settings& into) {
    TakenNames names;
    for (const TomlEntry& entry : TomlReader::in_written_order(table)) {
        const std::string path = join_path("vhost", entry.key);
        reader.remember(path, entry.where);
        const auto wrong = check_virtual_host_name(entry.key);
        if (wrong) reader.error(entry.where, path, *wrong);
        const toml::table* host = reader.find_table(table, entry.key, path);
        if (host == nullptr) continue;
        const std::string name = to_lower(entry.key);
        const bool is_second = names.contains(name);
        names.take(reader, name, path, entry.where);
        if (is_second) continue;
        VirtualHostSettings read = read_virtual_host(reader, *host, entry.key, path);
        for (std::size_t i = 0; i < read.aliases.size(); ++i) {
            const std::string aliases = join_path(path, "aliases");
            if (!read.aliases[i].empty()) {
                names.take(reader, read.aliases[i], indexed(aliases, i), reader.place_of(aliases));
            }
        }
        if (!wrong) into.virtual_hosts.push_back(std::move(read));
    }
}

/// The table at a dotted path of at most two parts.
const toml::table* find_section(TomlReader& reader, const toml::table& root, std::string_view path) {
    const auto dot = path.find('.');
    if (dot == path.npos) return reader.find_table(root, path, path);
    const toml::node* parent = root.get(path.substr(0, dot));
    if (parent == nullptr || !parent->is_table()) return nullptr;  // absent, or already reported
    return reader.find_table(*parent->as_table(), path.substr(dot + 1), path);
}

void read_root(TomlReader& reader, const toml::table& root, Settings& into) {
    const std::vector<std::string_view> known(kTopLevel.begin(), kTopLevel.end());
    for (const TomlEntry& entry : TomlReader::in_written_order(root)) {
        reader.remember(entry.key, entry.where);
        if (std::find(known.begin(), known.end(), entry.key) == known.end()) reader.report_unknown(entry, "", known);
    }
    for_each_section(into, [&](const auto& section, auto& part) {
        if (const toml::table* table = find_section(reader, root, section.path)) {
            reader.read(*table, section, section.path, part);
        } else if (!reader.is_written(section.path)) {
            reader.read_absent(section);
        }
    });
    if (const auto* table = reader.find_table(root, "exported_variables", "exported_variables")) {
        into.exported_variables = read_exported_variables(reader, *table, "exported_variables");
    }
    if (const auto* table = reader.find_table(root, "macros", "macros")) {
        into.macros = read_expressions(reader, *table, "macros", check_variable_name);
    }
    if (const auto* table = reader.find_table(root, "groups", "groups")) {
        into.groups = read_expressions(reader, *table, "groups", check_group_name);
    }
    if (const auto* table = reader.find_table(root, "vhost", "vhost")) read_virtual_hosts(reader, *table, into);
}

ParseOutcome parse(std::string_view toml, std::string_view origin) {
    ParseOutcome outcome;
    TomlReader reader(toml, origin);
    if (const toml::table* root = reader.parse()) {
        Settings settings;
        read_root(reader, *root, settings);
        complete_and_compare(reader, settings);
        outcome.draft = std::move(settings);
    }
    outcome.diagnostics = reader.take_diagnostics();
    if (!has_errors(outcome.diagnostics)) outcome.settings.swap(outcome.draft);
    sort_by_place(outcome.diagnostics);
    return outcome;
}

}  // namespace

ParseOutcome parse_settings(std::string_view toml, std::string_view origin) {
    try {
        return parse(toml, origin);
    } catch (const std::exception& problem) {  // memory
        return {std::nullopt, std::nullopt, {{Severity::error, std::string(origin), {}, "", problem.what()}}};
    }
}

}  // namespace sso::config
