// The settings of a configuration one by one, for those who show them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/settings.hpp"

namespace sso::config {

/// One row of the settings table with the value it has. No setting's value is a secret: secrets stand in files.
struct ListedSetting {
    std::string_view section;  ///< "authentication.ldap"
    std::string_view name;
    std::string value;  ///< empty where none is set
    std::string_view help;
    bool is_default = false;
};

/// Every setting that stands once in the file, in the table's order. Virtual hosts, macros and the like are not among
/// them: `Settings` holds those as they are.
std::vector<ListedSetting> list_settings(const Settings& settings);

}  // namespace sso::config
