#include "core/http/url.hpp"
