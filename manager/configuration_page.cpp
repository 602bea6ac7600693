#include <algorithm>

#include "core/config/settings_listing.hpp"
#include "manager/page.hpp"
#include "manager/pages.hpp"

namespace sso::manager {
namespace {

using ctemplate::TemplateDictionary;

void show_diagnostics(TemplateDictionary& content, const char* section, const config::Diagnostics& diagnostics) {
    if (diagnostics.empty()) return;
    auto* block = content.AddSectionDictionary(section);
    for (const auto& diagnostic : diagnostics) {
        block->AddSectionDictionary("DIAGNOSTIC")->SetValue("DIAGNOSTIC_TEXT", to_string(diagnostic));
    }
}

void show_host(TemplateDictionary& content, const config::Settings& settings, const config::VirtualHostSettings& host) {
    auto* card = content.AddSectionDictionary("HOST");
    card->SetValue("HOST_NAME", host.name);
    card->SetValue("HOST_TITLE", host.title);
    card->SetValue("HOST_URL", settings.url_of(host).text());
    card->SetValue("HOST_DEFAULT", host.default_rule.text);
    for (const auto& rule : host.rules) {
        auto* row = card->AddSectionDictionary("RULE");
        row->SetValue("RULE_MATCH", rule.match.text);
        row->SetValue("RULE_ALLOW", rule.allow.text);
        row->SetValueAndShowSection("RULE_COMMENT", rule.comment, "REMARK");
    }
    for (const auto& header : config::headers_of(host)) {
        auto* row = card->AddSectionDictionary("HEADER");
        row->SetValue("HEADER_NAME", header.name);
        row->SetValue("HEADER_VALUE", header.expression.text);
    }
}

/// Starts a table of names and values; nothing when it would be empty.
TemplateDictionary* people_table(TemplateDictionary& content, const char* title, const char* value, bool empty) {
    if (empty) return nullptr;
    auto* table = content.AddSectionDictionary("PEOPLE_TABLE");
    table->SetValue("TABLE_TITLE", title);
    table->SetValue("TABLE_VALUE", value);
    return table;
}

void show_entry(TemplateDictionary* table, const std::string& name, const std::string& value) {
    auto* row = table->AddSectionDictionary("ENTRY");
    row->SetValue("ENTRY_NAME", name);
    row->SetValue("ENTRY_VALUE", value);
}

void show_people(TemplateDictionary& content, const config::Settings& settings) {
    auto* variables =
        people_table(content, "Exported variables", "Directory attribute", settings.exported_variables.empty());
    for (const auto& variable : settings.exported_variables) show_entry(variables, variable.name, variable.attribute);
    auto* macros = people_table(content, "Macros", "Expression", settings.macros.empty());
    for (const auto& macro : settings.macros) show_entry(macros, macro.name, macro.expression.text);
    auto* groups = people_table(content, "Groups", "Who belongs to it", settings.groups.empty());
    for (const auto& group : settings.groups) show_entry(groups, group.name, group.expression.text);
}

/// A setting's help; what stands between backticks is shown as code.
void show_help(TemplateDictionary& row, std::string_view help) {
    while (!help.empty()) {
        const auto open = std::min(help.find('`'), help.size());
        const auto close = std::min(help.find('`', std::min(open + 1, help.size())), help.size());
        auto* part = row.AddSectionDictionary("HELP");
        part->SetValue("HELP_TEXT", gateway::marker(help.substr(0, open)));
        if (open + 1 < close) {
            part->SetValueAndShowSection("HELP_QUOTED", gateway::marker(help.substr(open + 1, close - open - 1)),
                                         "QUOTED");
        }
        help.remove_prefix(std::min(close + 1, help.size()));
    }
}

}  // namespace

http::Response configuration_page(const Site& site, const http::Request& request) {
    const config::Settings& settings = site.snapshot->settings;
    Page page(request, settings.portal.url.text(), "configuration.tpl", "Configuration");
    page.frame().ShowSection("ON_CONFIGURATION");
    auto& content = page.content();
    content.SetValue("ORIGIN", site.config_uri);
    content.SetValue("VERSION", site.snapshot->version);
    show_diagnostics(content, "REFUSED", site.refusal);
    show_diagnostics(content, "WARNED", site.warnings);

    if (settings.virtual_hosts.empty()) content.ShowSection("NO_HOST");
    for (const auto& host : settings.virtual_hosts) show_host(content, settings, host);
    show_people(content, settings);

    TemplateDictionary* section = nullptr;
    std::string_view path;
    for (const auto& setting : config::list_settings(settings)) {
        if (section == nullptr || setting.section != path) {
            section = content.AddSectionDictionary("SECTION");
            section->SetValue("SECTION_PATH", gateway::marker(setting.section));
            path = setting.section;
        }
        auto* row = section->AddSectionDictionary("SETTING");
        row->SetValue("SETTING_NAME", gateway::marker(setting.name));
        row->SetValueAndShowSection("SETTING_VALUE", setting.value, "SETTING_GIVEN");
        show_help(*row, setting.help);
        if (setting.is_default) row->ShowSection("SETTING_DEFAULT");
    }
    return page.response(200);
}

}  // namespace sso::manager
