#include "core/expr/program.hpp"
