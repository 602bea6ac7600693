// Settings that must agree with each other, compared in one place after all are read. Inside core/config.
#pragma once

#include "core/config/settings.hpp"

namespace sso::config {

class TomlReader;

/// Fills in the defaults that depend on other settings, and reports what cannot be true together.
void complete_and_compare(TomlReader& reader, Settings& settings);

}  // namespace sso::config
