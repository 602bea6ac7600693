#include "manager/people.hpp"

#include "manager/installation.hpp"
#include "manager/subject.hpp"

namespace sso::manager {

Result<rules::SubjectReport> People::find(const rules::Snapshot& snapshot, std::string_view user,
                                          std::string_view address, SysSeconds now) {
    const auto directory = open(snapshot);
    if (!directory) return error_of(directory);
    auto report = find_subject(snapshot, **directory, user, address, now);
    // another password file or another certificate is read by opening it anew
    if (!report && report.error().code != ErrorCode::not_found) directory_.reset();
    return report;
}

Status People::ask(const rules::Snapshot& snapshot) {
    const auto directory = open(snapshot);
    if (!directory) return error_of(directory);
    Status answered = answers(**directory);
    if (!answered) directory_.reset();
    return answered;
}

Result<authn::Directory*> People::open(const rules::Snapshot& snapshot) {
    if (!directory_ || snapshot.version.empty() || version_ != snapshot.version) {
        directory_.reset();
        auto opened =
            authn::Directory::open(snapshot.settings.authentication.ldap, snapshot.settings.exported_variables, log_);
        if (!opened) return error_of(opened);
        directory_ = std::move(*opened);
        version_ = snapshot.version;
    }
    return directory_.get();
}

}  // namespace sso::manager
