#include "core/config/settings_listing.hpp"

#include "core/config/document.hpp"
#include "core/config/field_text.hpp"
#include "core/config/settings_table.hpp"

namespace sso::config {
std::vector<ListedSetting> list_settings(const Settings& settings) {
    std::vector<ListedSetting> listed;
    Settings copy = settings;
    for_each_section(copy, [&]<class Part>(const Section<Part>& section, const Part& part) {
        const Part fresh{};
        for (const Field<Part>& field : section.fields) {
            const auto value = value_text(field, part);
            listed.push_back({section.path, field.name, shown_uri(value.value_or("")), field.help,
                              field.presence == Presence::optional && value == value_text(field, fresh)});
        }
    });
    return listed;
}

}  // namespace sso::config
