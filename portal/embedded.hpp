// The templates and static files that are part of the program.
#pragma once

#include "gateway/embedded.hpp"

namespace sso::portal {

extern const gateway::Embedded kEmbedded;  ///< made by the build (cmake/SsoEmbed.cmake)

}  // namespace sso::portal
