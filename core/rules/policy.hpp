// Compiled policy: per virtual host the rules, the default and the headers. Immutable, safe from any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/config/settings.hpp"
#include "core/rules/decision.hpp"
#include "core/rules/subject_memo.hpp"

namespace sso::rules {

/// Takes the headers that shall reach the application, in written order. Names live as long as the policy, values as
/// the memo or the room that they were written into. No value holds a control byte.
class HeaderSink {
  public:
    virtual ~HeaderSink() = default;
    /// One that is kept with the session.
    void keep(const ReadyHeader& header) noexcept { *end_++ = header; }
    /// One that was made for this request.
    void make(const char* name, std::string_view value) {
        const std::size_t size = value.size() + 1;
        char* text = room_.data();
        if (size <= room_.size()) {
            room_ = room_.subspan(size);
        } else {
            text = more_room(size);
        }
        std::memcpy(text, value.data(), value.size());
        text[value.size()] = '\0';
        *end_++ = {name, text};
    }
    /// One that is not sent.
    virtual void fail(const std::string& name, const Error& error) = 0;
    [[nodiscard]] std::span<const ReadyHeader> taken() const noexcept { return {first_, end_}; }

  protected:
    /// @param first  for as many headers as the policy has
    /// @param room   for the texts of some
    HeaderSink(ReadyHeader* first, std::span<char> room) noexcept : first_(first), end_(first), room_(room) {}

  private:
    /// Room for a text for which there is none in the other.
    virtual char* more_room(std::size_t size) = 0;

    ReadyHeader* first_;
    ReadyHeader* end_;
    std::span<char> room_;
};

/// When virtual hosts are compiled. Their mistakes are found at once in either case. At first use, settings hold no
/// rules of virtual hosts: they are kept in a smaller form.
enum class Compile { at_once, at_first_use };

/// The rules of one virtual host, or of one place of httpd's own configuration.
class HostPolicy {
  public:
    HostPolicy(HostPolicy&&) noexcept;
    HostPolicy& operator=(HostPolicy&&) noexcept;
    ~HostPolicy();

    /// What shall happen to `request`. `subject` is nobody's when nobody is known. No heap allocation for the seed's
    /// rules.
    /// @param memo  of this subject, or null: what it holds is not worked out again. Another policy's is not looked at.
    [[nodiscard]] Decision decide(const RequestView& request, SubjectView subject, SysSeconds now,
                                  const SubjectMemo* memo = nullptr) const;
    /// The same by the rules of `place` in the place of this host's, whose maintenance and level hold nevertheless.
    /// @param memo  of this subject and `place`, or null
    [[nodiscard]] Decision decide_by(const HostPolicy& place, const RequestView& request, SubjectView subject,
                                     SysSeconds now, const SubjectMemo* memo = nullptr) const;
    /// The same as `decide`, with every rule tried and every operand's value.
    [[nodiscard]] Decision explain(const RequestView& request, SubjectView subject, SysSeconds now,
                                   std::vector<TriedRule>& tried) const;
    /// Evaluates the headers. One that is optional and empty is not sent; nor is one that fails.
    /// @param memo  as above
    void headers(const RequestView& request, SubjectView subject, SysSeconds now, HeaderSink& sink,
                 const SubjectMemo* memo = nullptr) const;
    /// What `headers` would send, where it is the same for every request: of this policy's memo.
    [[nodiscard]] std::optional<std::span<const ReadyHeader>> ready_headers(const SubjectMemo* memo) const noexcept;

    /// What can be said of `subject` without a request, to be kept with its session.
    [[nodiscard]] std::unique_ptr<SubjectMemo> remember(SubjectView subject, SysSeconds now) const;
    /// Never another policy's while the process lives, be it of another host, place or version: memos are known by it.
    [[nodiscard]] std::uint64_t number() const noexcept;

    /// Whether every decision is `maintenance`, so that nobody need find out who asks.
    [[nodiscard]] bool in_maintenance() const noexcept;
    /// The configuration's own, which lives as long as the snapshot.
    [[nodiscard]] const config::VirtualHostSettings& settings() const noexcept;
    [[nodiscard]] const std::vector<std::string>& header_names() const;
    /// Whether it was compiled, at once or because it was asked.
    [[nodiscard]] bool is_compiled() const noexcept;

  private:
    friend class PolicyCompiler;
    friend class LateCompiler;
    struct Compiled;
    struct State;
    [[nodiscard]] const Compiled& compiled() const;
    [[nodiscard]] Decision decide_by_evaluation(const RequestView& request, SubjectView subject, SysSeconds now,
                                                const SubjectMemo* memo) const;
    [[nodiscard]] const SubjectMemo* own(const SubjectMemo* memo) const noexcept;
    explicit HostPolicy(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

/// What somebody may do in the manager.
enum class ManagerRole { read, sessions, change };

class Policy {
  public:
    /// The virtual host that a host name in lower case belongs to: as its name, an alias, or by a wildcard. Null if it
    /// is not configured.
    [[nodiscard]] const HostPolicy* find_host(std::string_view name) const noexcept;
    /// Every header name that any virtual host sets: an application must never get one of them from a client.
    [[nodiscard]] const std::vector<std::string>& identity_headers() const noexcept;
    /// The name that logs show: `session.what_to_trace` evaluated for the subject; empty if it gives nothing.
    [[nodiscard]] std::string trace_name(SubjectView subject, SysSeconds now) const;
    /// `session.custom_to_trace` likewise; nothing where none is configured.
    [[nodiscard]] std::optional<std::string> custom_name(SubjectView subject, SysSeconds now) const;
    [[nodiscard]] bool has_custom_name() const noexcept;

    /// Whether `[manager.roles]` gives everybody the role, or nobody; nothing where it depends on who asks.
    [[nodiscard]] std::optional<bool> role_of_all(ManagerRole role) const noexcept;
    /// Whether it gives the role to `subject`, who makes `request`. No if the rule fails.
    [[nodiscard]] bool has_role(ManagerRole role, const RequestView& request, const Attributes& subject,
                                SysSeconds now) const;

    Policy(Policy&&) noexcept;
    ~Policy();

  private:
    friend class PolicyCompiler;
    struct Compiled;
    explicit Policy(std::unique_ptr<const Compiled> compiled) noexcept;
    std::unique_ptr<const Compiled> compiled_;
};

}  // namespace sso::rules
