// /machines: a person's machines as registration keeps them; those that wait are accepted or refused here, and any can
// be withdrawn. What is decided here, sso-register carries out.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/descriptor.hpp"
#include "core/base/text.hpp"
#include "core/base/time_text.hpp"
#include "core/http/url.hpp"
#include "core/session/machines.hpp"
#include "portal/handlers.hpp"
#include "portal/page.hpp"

namespace sso::portal {
namespace {

using session::Machine;
using session::MachineAnswer;

constexpr std::string_view kForm = "machines";

/// The logon that machines are registered under: the directory's name of the person, whatever logs call them.
const std::string& owner_of(const session::Session& session) {
    const AttributeValue* user = session.attributes.find("_user");
    return user != nullptr && user->text() != nullptr ? *user->text() : session.facts.user;
}

bool is_offered(const Visit& visit) {
    return visit.settings().registration.url.has_value();
}

http::Response no_such_page(Visit& visit) {
    return refusal(visit, 404, "not_found", Message::not_found_title, text(Message::not_found_text, visit.language()));
}

std::string backups_of(const Visit& visit, const Machine& machine) {
    return visit.settings().registration.url->text() + "?host=" + http::percent_encode(machine.host);
}

/// The system's word as people write it.
std::string system_name(std::string_view word) {
    constexpr std::array kNames{std::pair{std::string_view("linux"), std::string_view("Linux")},
                                std::pair{std::string_view("mac"), std::string_view("macOS")},
                                std::pair{std::string_view("windows"), std::string_view("Windows")}};
    const auto found =
        std::find_if(kNames.begin(), kNames.end(), [word](const auto& row) { return row.first == word; });
    return std::string(found == kNames.end() ? word : found->second);
}

http::Response in_json(Visit& visit, const std::vector<Machine>& machines) {
    auto list = nlohmann::json::array();
    for (const Machine& machine : machines) {
        nlohmann::json row{{"host", machine.host},
                           {"operating_system", machine.operating_system},
                           {"address", machine.address},
                           {"since", time_text(machine.since)},
                           {"pending", machine.pending}};
        if (machine.pending) row["request"] = machine.request;
        if (!machine.pending) row["url"] = backups_of(visit, machine);
        list.push_back(std::move(row));
    }
    return json_response(visit, 200, nlohmann::json{{"machines", list}, {"token", visit.token(kForm)}}.dump());
}

http::Response show(Visit& visit, const session::Session& session, int status, std::optional<Message> notice,
                    std::optional<Message> error) {
    const auto machines = visit.site().machines().list(owner_of(session), visit.now());
    if (!machines) {
        visit.site().log(LogLevel::error, 520,
                         "the machines of \"" + printable(session.facts.user) +
                             "\" cannot be shown: " + printable(machines.error().detail));
        return unavailable(visit);
    }
    if (visit.wants_json()) return in_json(visit, *machines);
    Page page(visit, "machines.tpl", Message::machines_title);
    page.signed_in(session.facts.user);
    if (notice) page.show("NOTICE", {{"NOTICE_TEXT", text(*notice, visit.language())}});
    if (error) page.error(*error, Page::Fault::form);
    const bool waits = std::any_of(machines->begin(), machines->end(), [](const Machine& m) { return m.pending; });
    const bool has = std::any_of(machines->begin(), machines->end(), [](const Machine& m) { return !m.pending; });
    if (waits) page.show("WAITING");
    if (has) page.show("ENROLLED");
    if (!waits && !has) page.show("NONE");
    const std::string token = visit.token(kForm);
    for (const Machine& machine : *machines) {
        page.show(machine.pending ? "PENDING" : "MACHINE",
                  {{"MACHINE_HOST", machine.host},
                   {"MACHINE_SYSTEM", system_name(machine.operating_system)},
                   {"MACHINE_ADDRESS", machine.address},
                   {"MACHINE_SINCE", time_text(machine.since)},
                   {"MACHINE_REQUEST", machine.request},
                   {"MACHINE_URL", machine.pending ? std::string() : backups_of(visit, machine)},
                   {"MACHINE_TOKEN", token}});
    }
    return page.response(status);
}

/// Wakes the path unit that carries withdrawals out. A file that is not there is no failure: a timer does the same.
void wake_sweep(Visit& visit) {
    const std::string& path = visit.settings().registration.sweep_trigger;
    if (path.empty()) return;
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.number() >= 0 && ::ftruncate(file.number(), 0) == 0 && write_all(file.number(), "\n")) return;
    visit.site().log(LogLevel::info, 521,
                     "registration.sweep_trigger: " + printable(path) +
                         " cannot be written: the withdrawal waits for the next sweep");
}

http::Response after(Visit& visit, const session::Session& session, Message notice) {
    if (visit.wants_json()) return json_response(visit, 200, R"({"result":"done"})");
    return show(visit, session, 200, notice, std::nullopt);
}

http::Response failed(Visit& visit, const session::Session& session, const Error& error) {
    if (error.code == ErrorCode::not_found) {
        if (visit.wants_json()) return json_error(visit, 409, "answered_already");
        return show(visit, session, 409, std::nullopt, Message::machines_answered_already);
    }
    visit.site().log(
        LogLevel::error, 520,
        "what \"" + printable(session.facts.user) + "\" wants of a machine cannot be kept: " + printable(error.detail));
    return unavailable(visit);
}

http::Response answer(Visit& visit, const session::Session& session, const std::string& request, MachineAnswer given) {
    const auto kept = visit.site().machines().answer(owner_of(session), request, given, visit.now());
    if (!kept) return failed(visit, session, kept.error());
    const bool accepted = given == MachineAnswer::accepted;
    visit.site().log(LogLevel::notice, 522,
                     "\"" + printable(session.facts.user) + "\" from " + printable(visit.address()) +
                         (accepted ? " accepts" : " refuses") + " the machine that asked with " + printable(request));
    return after(visit, session, accepted ? Message::machines_accepted : Message::machines_refused);
}

http::Response withdraw(Visit& visit, const session::Session& session, const std::string& host) {
    auto& machines = visit.site().machines();
    const auto list = machines.list(owner_of(session), visit.now());
    if (!list) return failed(visit, session, list.error());
    const bool theirs = std::any_of(list->begin(), list->end(),
                                    [&](const Machine& machine) { return machine.host == host && !machine.pending; });
    if (!theirs) return failed(visit, session, Error{ErrorCode::not_found, "no such machine"});
    const auto kept = machines.withdraw(owner_of(session), host, visit.now());
    if (!kept) return failed(visit, session, kept.error());
    visit.site().log(LogLevel::notice, 522,
                     "\"" + printable(session.facts.user) + "\" from " + printable(visit.address()) +
                         " withdraws the machine " + host);
    wake_sweep(visit);
    return after(visit, session, Message::machines_withdrawn);
}

}  // namespace

http::Response machines(Visit& visit) {
    if (!is_offered(visit)) return no_such_page(visit);
    const auto& session = visit.session();
    if (!session) return unavailable(visit);
    if (*session) return show(visit, **session, 200, std::nullopt, std::nullopt);
    if (visit.wants_json()) return json_error(visit, 401, "authentication_required");
    // the portal's own page is one that it may send people back to
    const std::string here = visit.settings().portal.url.with_path(visit.base() + "machines").text();
    return redirect(visit, visit.base() + "?url=" + http::percent_encode(here));
}

http::Response change_machine(Visit& visit) {
    if (!is_offered(visit)) return no_such_page(visit);
    const auto& session = visit.session();
    if (!session) return unavailable(visit);
    if (!*session) {
        if (visit.wants_json()) return json_error(visit, 401, "authentication_required");
        return machines(visit);
    }
    const auto fields = visit.request().body_form();
    if (!fields || !visit.is_own_form(kForm, *fields)) {
        visit.site().log(LogLevel::notice, 514,
                         "machines form refused: its token does not fit: \"" + printable((*session)->facts.user) +
                             "\" from " + printable(visit.address()));
        if (visit.wants_json()) return json_error(visit, 403, "invalid_token");
        return show(visit, **session, 403, std::nullopt, Message::logout_form_expired);
    }
    const std::string* act = fields->find("act");
    const std::string* request = fields->find("request");
    const std::string* host = fields->find("host");
    if (act != nullptr && request != nullptr && *act == "accept") {
        return answer(visit, **session, *request, MachineAnswer::accepted);
    }
    if (act != nullptr && request != nullptr && *act == "refuse") {
        return answer(visit, **session, *request, MachineAnswer::refused);
    }
    if (act != nullptr && host != nullptr && *act == "withdraw") return withdraw(visit, **session, *host);
    return refusal(visit, 400, "bad_form", Message::bad_form_title, text(Message::bad_form_text, visit.language()));
}

}  // namespace sso::portal
