#include "manager/ssoctl/publishing.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "core/base/text.hpp"
#include "core/config/text_difference.hpp"
#include "core/rules/snapshot.hpp"
#include "manager/installation.hpp"
#include "manager/ssoctl/audit.hpp"

namespace sso::ssoctl {
namespace {

std::string title(std::uint64_t number) {
    return "version " + std::to_string(number);
}

/// Somebody was faster: shows what they changed.
void report_conflict(Run& run, const Place& place, std::uint64_t base, const Error& conflict) {
    const auto newest = place.versions->latest().and_then([&](std::uint64_t n) { return place.versions->load(n); });
    const auto before = base == 0 ? Result<config::Version>(config::Version{}) : place.versions->load(base);
    if (newest && before) {
        run.err << "version " << newest->info.number << ", by " << newest->info.author << ": " << newest->info.message
                << '\n'
                << config::unified_difference(before->text, newest->text, title(base), title(newest->info.number));
    }
    run.fail(Exit::refused, conflict.detail);
}

}  // namespace

void print(std::ostream& out, const config::Diagnostics& diagnostics) {
    for (const auto& diagnostic : diagnostics) out << to_string(diagnostic) << '\n';
}

std::optional<Place> open_versions(Run& run) {
    auto source = config::open_source(run.config_uri);
    if (!source) {
        run.fail(source.error());
        return std::nullopt;
    }
    config::Versions* versions = (*source)->versions();
    if (versions == nullptr) {
        run.fail(Exit::refused, config::shown_uri(run.config_uri) +
                                    " is a file that a person keeps: it has no versions and is never written to; "
                                    "--config dir:FOLDER or redis://HOST names a place that has");
        return std::nullopt;
    }
    return Place{std::move(*source), versions};
}

void publish(Run& run, const Place& place, std::uint64_t base, const Proposal& proposal) {
    std::string before;
    if (base != 0) {
        const auto version = place.versions->load(base);
        if (!version) return run.fail(version.error());
        before = version->text;
    }
    auto outcome = rules::check({proposal.origin, "", proposal.text});
    if (outcome.snapshot) {
        const auto warnings = manager::as_warnings(manager::examine(outcome.snapshot->settings), proposal.origin);
        outcome.diagnostics.insert(outcome.diagnostics.end(), warnings.begin(), warnings.end());
    }
    print(run.err, outcome.diagnostics);
    if (!outcome.snapshot) return run.fail(Exit::invalid, "nothing is published: the text has errors");
    if (!outcome.diagnostics.empty() && !proposal.accept_warnings) {
        return run.fail(Exit::refused, "nothing is published: read the warnings, then say --accept-warnings");
    }
    const std::string after = proposal.text.ends_with('\n') ? proposal.text : proposal.text + '\n';
    const auto difference = config::unified_difference(before, after, title(base), proposal.origin);
    if (base != 0 && difference.empty()) {
        return run.fail(Exit::refused, "nothing is published: the text is that of version " + std::to_string(base));
    }
    const auto info = place.versions->publish(
        base, {proposal.text, administrator().substr(0, config::kMostAuthor), SystemClock().now(), proposal.message});
    if (!info && info.error().code == ErrorCode::conflict) return report_conflict(run, place, base, info.error());
    if (!info) return run.fail(info.error());
    audit(run, {LogLevel::notice, 603,
                "published version " + std::to_string(info->number) + " of " + config::shown_uri(run.config_uri) +
                    ": " + printable(info->message)});
    if (run.json) {
        const nlohmann::ordered_json answer{{"version", info->number}};
        run.out << answer.dump(2) << '\n';
    } else {
        run.out << difference << "version " << info->number << " is published\n";
    }
}

}  // namespace sso::ssoctl
