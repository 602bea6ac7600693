#include "core/session/session.hpp"
