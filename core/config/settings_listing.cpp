#include "core/config/settings_listing.hpp"

#include "core/config/field_text.hpp"
#include "core/config/settings_table.hpp"

namespace sso::config {
namespace {

/// A store's URI may hold a password: what stands between "://" and the last "@" is not shown.
std::string without_credentials(std::string value) {
    const auto start = value.find("://");
    const auto at = value.rfind('@');
    if (start != value.npos && at != value.npos && at > start) value.replace(start + 3, at - start - 3, "***");
    return value;
}

}  // namespace

std::vector<ListedSetting> list_settings(const Settings& settings) {
    std::vector<ListedSetting> listed;
    Settings copy = settings;
    for_each_section(copy, [&]<class Part>(const Section<Part>& section, const Part& part) {
        const Part fresh{};
        for (const Field<Part>& field : section.fields) {
            const auto value = value_text(field, part);
            listed.push_back({section.path, field.name, without_credentials(value.value_or("")), field.help,
                              field.presence == Presence::optional && value == value_text(field, fresh)});
        }
    });
    return listed;
}

}  // namespace sso::config
