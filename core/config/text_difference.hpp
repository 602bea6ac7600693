// What changed from one text to another, line by line, as `diff -u` shows it.
#pragma once

#include <string>
#include <string_view>

namespace sso::config {

/// The unified difference, empty when the texts are equal. Costs at most some hundred million steps for any two texts:
/// beyond, the piece that differs is shown as one change, which is true if not the shortest.
/// @param from_name, to_name  what the first two lines call the texts
std::string unified_difference(std::string_view from, std::string_view to, std::string_view from_name,
                               std::string_view to_name);

}  // namespace sso::config
