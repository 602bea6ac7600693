#include "core/rules/policy.hpp"
