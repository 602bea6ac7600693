// Applications that call others in the name of whoever uses them (core/credentials/service_token.hpp), and what
// `encrypt` and `token` give in header expressions.
#pragma once

#include <string>
#include <string_view>

#include "core/rules/decision.hpp"
#include "mod_sso/httpd.hpp"
#include "mod_sso/request_view.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

/// A request with a service token has the session of the token, or none: its cookie has no say then.
/// @return DECLINED to go on; or 503 where the site key cannot be read
int use_service_token(request_rec* r, Visit& visit, const MatchedHost& host, SysSeconds now);

/// What the application gets, and what the token brought along for it. A header of the rules' goes before one of the
/// token's.
Identity with_service_headers(request_rec* r, const Visit& visit, Identity identity);

/// rules::RequestView::seal, of a request_rec.
Result<std::string> seal_for(const void* context, std::string_view clear, rules::Sealing how);

}  // namespace sso::httpd
