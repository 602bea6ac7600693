#include "core/authn/directory.hpp"
