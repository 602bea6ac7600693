// What the portal does at each of its addresses. A handler neither prints nor reads the environment: it takes a visit
// and returns the answer. The table that names them: routes.cpp.
#pragma once

#include "core/http/message.hpp"
#include "portal/visit.hpp"

namespace sso::portal {

http::Response first_page(Visit& visit);  ///< GET /: the login form; signed in: onwards, or the menu
http::Response login(Visit& visit);       ///< POST /
http::Response upgrade(Visit& visit);  ///< GET /upgrade: signed in, the form once more for what wants a stronger login
http::Response ask_logout(Visit& visit);      ///< GET /logout: the page with the button
http::Response logout(Visit& visit);          ///< POST /logout
http::Response basic(Visit& visit);           ///< POST /basic: the module asks, for a program
http::Response health(Visit& visit);          ///< GET /health: 200 when people can sign in, for load balancers
http::Response machines(Visit& visit);        ///< GET /machines: mine, and those that wait for my word
http::Response change_machine(Visit& visit);  ///< POST /machines: accept, refuse, withdraw
http::Response menu(Visit& visit, const session::Session& session);

}  // namespace sso::portal
