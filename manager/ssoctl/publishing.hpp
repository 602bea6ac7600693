// What ssoctl's commands that publish a version share: who asks, what is wrong with the text, what it changes, and the
// audit line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/config/versions.hpp"
#include "manager/ssoctl/command.hpp"

namespace sso::ssoctl {

/// A place that is open, with its versions.
struct Place {
    std::unique_ptr<config::Source> source;
    config::Versions* versions = nullptr;  ///< never null; the source's
};

/// The place that --config names, or nothing after it has been said why: it cannot be reached, or it is a file, which a
/// person keeps and we never write to.
std::optional<Place> open_versions(Run& run);

/// A text that is to become a version.
struct Proposal {
    std::string text;
    std::string origin;  ///< what messages call it: a file's name, or "the new text"
    std::string message;
    bool accept_warnings = false;
};

/// Checks the text as every program does, prints what is wrong with it, and publishes it as the version after `base`.
/// Errors stop it, and warnings unless they are accepted. What is equal to the version it would follow is not
/// published. After a conflict the difference that the other one made is printed.
void publish(Run& run, const Place& place, std::uint64_t base, const Proposal& proposal);

/// Prints what is wrong or remarkable.
void print(std::ostream& out, const config::Diagnostics& diagnostics);

}  // namespace sso::ssoctl
