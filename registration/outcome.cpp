#include "registration/outcome.hpp"

#include <array>

namespace sso::registration {
namespace {

struct Row {
    Code code;
    std::string_view name;
    int exit_status;
    std::string_view advice;
};

constexpr std::array kRows{
    Row{Code::success, "SUCCESS", 0, ""},
    Row{Code::malformed, "MALFORMED", 64, "Ask for OS:logon, as in linux:jdoe, and nothing else."},
    Row{Code::os_refused, "OS-REFUSED", 65, "Backups are not offered for this operating system."},
    Row{Code::logon_unknown, "LOGON-UNKNOWN", 67, "The directory has no such person. Check the spelling of the logon."},
    Row{Code::host_unknown, "HOST-UNKNOWN", 68,
        "This machine's address has no name here. Connect to your organisation's network, or ask your administrator."},
    Row{Code::unavailable, "UNAVAILABLE", 69, "A service that is needed does not answer. Try again in a few minutes."},
    Row{Code::internal, "INTERNAL", 70, "Something went wrong on the server. Tell your administrator."},
    Row{Code::storage, "STORAGE", 73, "The server cannot store the registration. Tell your administrator."},
    Row{Code::busy, "BUSY", 75, "Too many requests at the moment. Try again in ten minutes."},
    Row{Code::pending, "PENDING", 75,
        "The registration waits for its owner: accept it on the portal's page of machines, then ask again."},
    Row{Code::taken, "TAKEN", 77,
        "This machine cannot be registered under this logon. Ask your administrator to transfer or remove it."},
    Row{Code::config, "CONFIG", 78, "The server is not set up for registration. Tell your administrator."},
};

const Row& row_of(Code code) noexcept {
    for (const Row& row : kRows) {
        if (row.code == code) return row;
    }
    return kRows.back();
}

}  // namespace

std::string_view name(Code code) noexcept {
    return row_of(code).name;
}

int exit_status(Code code) noexcept {
    return row_of(code).exit_status;
}

std::string_view advice(Code code) noexcept {
    return row_of(code).advice;
}

Outcome refuse(Code code, std::string detail) {
    return {code, std::move(detail), {}, {}};
}

Outcome refuse(const Error& error, Code missing) {
    const auto code_of = [&] {
        switch (error.code) {
            case ErrorCode::not_found:
            case ErrorCode::expired:
                return missing;
            case ErrorCode::unavailable:
                return Code::unavailable;
            case ErrorCode::refused:
            case ErrorCode::full:
            case ErrorCode::corrupt:
                return Code::storage;
            case ErrorCode::limit:
                return Code::busy;
            case ErrorCode::exists:
            case ErrorCode::conflict:
                return Code::taken;
            case ErrorCode::invalid:
                return Code::config;
            case ErrorCode::internal:
                break;
        }
        return Code::internal;
    };
    return refuse(code_of(), error.detail);
}

std::string reply_text(const Outcome& outcome) {
    if (outcome.code == Code::success) return "success\nkey: " + outcome.key + "\nurl: " + outcome.url + "\n";
    return "error: " + std::string(name(outcome.code)) + " " + std::string(advice(outcome.code)) + "\n";
}

}  // namespace sso::registration
