// A whole configuration as every program checks it: expressions, patterns and groups beside TOML. What is good decides.
#include <cstdint>
#include <string_view>

#include "core/rules/header_list.hpp"
#include "core/rules/snapshot.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

/// What every value holds to: no byte that breaks a header.
void expect_clean(std::string_view value) {
    for (const char c : value) {
        sso::fuzz::expect((static_cast<unsigned char>(c) >= 0x20 || c == '\t') && c != 0x7F, "no control byte");
    }
}

struct Sent final : sso::rules::HeaderList {
    using HeaderList::HeaderList;
    void fail(const std::string&, const sso::Error&) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto outcome = sso::rules::check({"sso.toml", "1", std::string(text)});
    expect((outcome.snapshot != nullptr) != has_errors(outcome.diagnostics),
           "a snapshot, or an error that says why not");
    for (const auto& diagnostic : outcome.diagnostics) {
        for (const char c : to_string(diagnostic)) {
            expect(static_cast<unsigned char>(c) >= 0x20, "a remark is one line");
        }
    }
    if (outcome.snapshot == nullptr) return 0;

    sso::Attributes person;
    person.set("uid", "dwho");
    person.set("ou", "unit1");
    const sso::SysSeconds now{std::chrono::seconds{1'700'000'000}};
    const auto directory = [](std::string_view filter) -> sso::Result<bool> {
        expect(filter.starts_with('(') && filter.ends_with(')'), "a filter for the directory is in parentheses");
        expect(filter.find('$') == filter.npos && filter.find('{') == filter.npos, "and holds no expression");
        return true;
    };
    const auto subject = outcome.snapshot->subjects.build(person, now, directory);
    expect(subject.has_value(), "a directory that answers leaves nothing to fail");
    for (const auto& host : outcome.snapshot->settings.virtual_hosts) {
        const auto* policy = outcome.snapshot->policy.find_host(host.name);
        expect(policy != nullptr, "every virtual host has a policy");
        sso::rules::RequestView request;
        request.method = "GET";
        request.path = "/protected/page";
        request.host = host.name;
        const auto verdict = policy->decide(request, nullptr, now).verdict;
        expect(verdict != sso::rules::Verdict::allow && verdict != sso::rules::Verdict::fail,
               "who is not known is never let in as somebody");
        std::vector<sso::rules::TriedRule> tried;
        expect(policy->explain(request, &subject->attributes, now, tried).verdict ==
                   policy->decide(request, &subject->attributes, now).verdict,
               "the explanation explains the decision");
        Sent sent(*policy);
        policy->headers(request, subject->attributes, now, sent);
        for (const auto& header : sent.taken()) expect_clean(header.value);
    }
    return 0;
}
