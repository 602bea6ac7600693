// The settings table as JSON: what forms are drawn from.
#pragma once

#include <string>

namespace sso::config {

/// {"tables": [{"name", "title", "help", "fields": [FIELD…]}…], "open_tables": [{"name", "key", "value_kind",
/// "help"}…]}. A FIELD has "name", "kind", "type" (text, boolean, number, list), "help" and, where they apply,
/// "default" (as JSON of the setting's own type; absent where none is set), "default_text" (in its place, where the
/// default is worked out from other settings), "range", "choices" and "required". Tables of rules and headers are those
/// of one element: `vhost."NAME".rules`.
std::string settings_schema();

}  // namespace sso::config
