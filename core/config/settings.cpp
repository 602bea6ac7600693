#include "core/config/settings.hpp"
