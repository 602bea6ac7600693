#include "core/rules/snapshot_keeper.hpp"

namespace sso::rules {
namespace {

/// How many mistakes of one version go into the log.
constexpr std::size_t kLoggedErrors = 20;

}  // namespace

SnapshotKeeper::SnapshotKeeper(std::unique_ptr<config::Source> source, const std::string& uri, LogSink log)
    : source_(std::move(source)), uri_(config::shown_uri(uri)), log_(std::move(log)) {}

std::shared_ptr<const Snapshot> SnapshotKeeper::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

config::Diagnostics SnapshotKeeper::refusal() const {
    const std::lock_guard lock(mutex_);
    return refusal_;
}

config::Diagnostics SnapshotKeeper::warnings() const {
    const std::lock_guard lock(mutex_);
    return warnings_;
}

std::vector<std::string> SnapshotKeeper::identity_headers() const {
    const std::lock_guard lock(mutex_);
    if (current_) return current_->policy.identity_headers();
    auto names = refused_headers_;
    for (const auto& header : config::headers_of({})) names.push_back(header.name);
    return names;
}

bool SnapshotKeeper::refresh() {
    const auto mark = source_->mark();
    if (mark && *mark == mark_ && unreadable_.empty()) return false;
    const auto document = mark ? source_->fetch() : Result<config::Document>(tl::unexpected(mark.error()));
    if (!document) {
        if (document.error().detail != unreadable_) {
            unreadable_ = document.error().detail;
            log(LogLevel::error, 102,
                uri_ + ": cannot be read: " + unreadable_ + (current() ? "; the last good configuration serves" : ""));
            refuse({{config::Severity::error, uri_, {}, "", unreadable_}});
        }
        return false;
    }
    mark_ = *mark;
    unreadable_.clear();
    return adopt(*document);
}

bool SnapshotKeeper::adopt(const config::Document& document) {
    const auto serving = current();
    if (serving && serving->version == document.version) {
        refuse({});  // a bad text in between was taken back
        return false;
    }
    auto outcome = check(document, when_);
    if (!outcome.snapshot) {
        log(LogLevel::error, 101,
            uri_ + ": version " + document.version + " is refused" +
                (serving ? "; the last good configuration serves" : "") + "; its mistakes:");
        log_errors(outcome.diagnostics);
        refuse(std::move(outcome.diagnostics));
        const std::lock_guard lock(mutex_);
        refused_headers_ = std::move(outcome.refused_headers);
        return false;
    }
    {
        const std::lock_guard lock(mutex_);
        current_ = std::move(outcome.snapshot);
        refusal_.clear();
        warnings_ = std::move(outcome.diagnostics);
    }
    log(LogLevel::notice, 100, uri_ + ": version " + document.version + " serves");
    return true;
}

void SnapshotKeeper::log_errors(const config::Diagnostics& diagnostics) const {
    std::size_t errors = 0;
    for (const auto& diagnostic : diagnostics) {
        if (diagnostic.severity != config::Severity::error) continue;
        if (++errors <= kLoggedErrors) log(LogLevel::error, 101, to_string(diagnostic));
    }
    if (errors > kLoggedErrors) {
        log(LogLevel::error, 101, "and " + std::to_string(errors - kLoggedErrors) + " more: ssoctl config check");
    }
}

void SnapshotKeeper::refuse(config::Diagnostics diagnostics) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(diagnostics);
}

void SnapshotKeeper::log(LogLevel level, int number, std::string text) const {
    if (log_) log_({level, number, std::move(text)});
}

}  // namespace sso::rules
