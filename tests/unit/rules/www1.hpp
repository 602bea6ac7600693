// The virtual host www1 with rules of a test's own, what is asked of it, and what it sends.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/rules/header_list.hpp"
#include "core/rules/policy.hpp"
#include "tests/unit/rules/configuration.hpp"
#include "tests/unit/rules/sent_headers.hpp"

namespace sso::test {

inline rules::RequestView request(std::string_view path, std::string_view query = "") {
    return {.method = "GET", .path = path, .query = query, .host = "www1.domain.com", .address = "192.0.2.7"};
}

/// A host with the given rules table and default, and nothing else.
inline std::shared_ptr<const rules::Snapshot> host_with(const std::string& rules,
                                                        const std::string& default_rule = "deny") {
    return good(kLeast + "[vhost.\"www1.domain.com\"]\nrules = [" + rules + "]\ndefault = '" + default_rule + "'\n");
}

using Headers = std::vector<std::pair<std::string, std::string>>;

inline Headers headers(const rules::HostPolicy& host, const Attributes& subject) {
    SentHeaders sent(host);
    host.headers(request("/"), subject, kNow, sent);
    return sent.all();
}

/// Which headers fail, beside those that are sent.
struct Names final : rules::HeaderList {
    using HeaderList::HeaderList;
    void fail(const std::string& name, const Error& error) override {
        failed.push_back(name);
        reasons.push_back(error.detail);
    }
    [[nodiscard]] std::vector<std::string> sent() const {
        std::vector<std::string> names;
        for (const auto& header : taken()) names.emplace_back(header.name);
        return names;
    }
    std::vector<std::string> failed, reasons;
};

}  // namespace sso::test
