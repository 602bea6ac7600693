#include "tests/bench/expr/by_hand.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace sso::bench {
namespace {

using expr::Purpose;

/// As PCRE2's manual has it: compiled once, with JIT, match data of its own.
class Search {
  public:
    explicit Search(const char* pattern) {
        int error = 0;
        PCRE2_SIZE offset = 0;
        code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern), PCRE2_ZERO_TERMINATED, 0, &error, &offset,
                              nullptr);  // NOLINT: PCRE2's unsigned characters
        if (code_ == nullptr || pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE) != 0) std::abort();
        data_ = pcre2_match_data_create_from_pattern(code_, nullptr);
    }
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
    ~Search() {
        pcre2_match_data_free(data_);
        pcre2_code_free(code_);
    }

    bool in(std::string_view text) const {
        return pcre2_jit_match(code_, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data_, nullptr) >=
               0;  // NOLINT: as above
    }
    /// The first group of the last search that found something.
    std::string_view group(std::string_view text) const {
        const PCRE2_SIZE* pairs = pcre2_get_ovector_pointer(data_);
        return text.substr(pairs[2], pairs[3] - pairs[2]);
    }

  private:
    pcre2_code* code_ = nullptr;
    pcre2_match_data* data_ = nullptr;
};

std::string_view text(const Sample& sample, std::string_view name) {
    const AttributeValue* value = sample.person.find(name);
    const std::string* found = value == nullptr ? nullptr : value->text();
    return found == nullptr ? std::string_view("") : *found;
}

std::int64_t number(const Sample& sample, std::string_view name) {
    const AttributeValue* value = sample.person.find(name);
    if (value == nullptr) return 0;
    if (const auto* integer = std::get_if<std::int64_t>(&value->data())) return *integer;
    std::int64_t parsed = 0;
    const std::string* digits = value->text();
    if (digits != nullptr) std::from_chars(digits->data(), digits->data() + digits->size(), parsed);
    return parsed;
}

bool in_group(const Sample& sample, std::string_view wanted) {
    const AttributeValue* value = sample.person.find("hGroups");
    if (value == nullptr || value->members() == nullptr) return false;
    return std::any_of(value->members()->begin(), value->members()->end(),
                       [&](const Attributes::Entry& group) { return equal_ignoring_case(group.first, wanted); });
}

/// Calls `use` with each value of a joined list until it answers true.
template <class Use>
bool any_value(std::string_view list, Use use) {
    while (true) {
        const auto end = list.find(kMultiValueSeparator);
        if (use(list.substr(0, end))) return true;
        if (end == list.npos) return false;
        list.remove_prefix(end + kMultiValueSeparator.size());
    }
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return result;
}

/// YYYYMMDDHHMMSS in UTC.
std::int64_t epoch(std::string_view date) {
    const auto field = [&](std::size_t from, std::size_t size) {
        int value = 0;
        std::from_chars(date.data() + from, date.data() + from + size, value);
        return value;
    };
    std::tm fields{};
    fields.tm_year = field(0, 4) - 1900;
    fields.tm_mon = field(4, 2) - 1;
    fields.tm_mday = field(6, 2);
    fields.tm_hour = field(8, 2);
    fields.tm_min = field(10, 2);
    fields.tm_sec = field(12, 2);
    return timegm(&fields);
}

constexpr auto kRule = Purpose::rule;
constexpr auto kHeader = Purpose::header;
constexpr auto kMacro = Purpose::macro;

const std::array<Case, 20> kCases{{
    {"group", kRule, R"($groups =~ /\bgroup1\b/)", nullptr,
     [](const Sample& s) {
         static const Search search(R"(\bgroup1\b)");
         return search.in(text(s, "groups"));
     }},
    {"user_or_group", kRule, R"($uid eq "admin" or $groups =~ /\bgroup2\b/)", nullptr,
     [](const Sample& s) {
         static const Search search(R"(\bgroup2\b)");
         return text(s, "uid") == "admin" || search.in(text(s, "groups"));
     }},
    {"in_group", kRule, R"(inGroup("group2"))", nullptr, [](const Sample& s) { return in_group(s, "group2"); }},
    {"group_with_blank", kRule, R"($groups =~ /(?:^|; )team a(?:;|$)/)", nullptr,
     [](const Sample& s) {
         static const Search search(R"((?:^|; )team a(?:;|$))");
         return search.in(text(s, "groups"));
     }},
    {"user", kRule, R"($uid eq "dwho")", nullptr, [](const Sample& s) { return text(s, "uid") == "dwho"; }},
    {"users", kRule, R"($uid =~ /^(?:rtyler|dwho)$/)", nullptr,
     [](const Sample& s) {
         static const Search search("^(?:rtyler|dwho)$");
         return search.in(text(s, "uid"));
     }},
    {"mail_domain", kRule, R"($mail =~ /\@example\.org$/)", nullptr,
     [](const Sample& s) {
         static const Search search(R"(\@example\.org$)");
         return search.in(text(s, "mail"));
     }},
    {"combination", kRule, R"(inGroup("nobody") or ($ou eq "research" and $authenticationLevel >= 2))", nullptr,
     [](const Sample& s) {
         return in_group(s, "nobody") || (text(s, "ou") == "research" && number(s, "authenticationLevel") >= 2);
     }},
    {"address", kRule, R"($ENV{REMOTE_ADDR} =~ /^10\./)", nullptr,
     [](const Sample& s) {
         static const Search search(R"(^10\.)");
         return search.in(s.request.address);
     }},
    {"module", kRule, R"($_auth eq "SSL")", nullptr, [](const Sample& s) { return text(s, "_auth") == "SSL"; }},
    {"level", kRule, "$authenticationLevel > 2", nullptr,
     [](const Sample& s) { return number(s, "authenticationLevel") > 2; }},
    {"list", kRule, R"(listMatch($roles, "manager"))", nullptr,
     [](const Sample& s) {
         return any_value(text(s, "roles"), [](std::string_view role) { return role == "manager"; });
     }},
    {"dates", kRule, "checkDate($ssoStartDate, $ssoEndDate)", nullptr,
     [](const Sample& s) {
         const auto now = s.now.time_since_epoch().count();
         return now >= epoch(text(s, "ssoStartDate")) && now <= epoch(text(s, "ssoEndDate"));
     }},
    {"attribute", kHeader, "$uid", [](const Sample& s) { return std::string(text(s, "uid")); }, nullptr},
    {"full_name", kHeader, R"("$givenName $sn")",
     [](const Sample& s) {
         std::string name(text(s, "givenName"));
         name += ' ';
         name += text(s, "sn");
         return name;
     },
     nullptr},
    {"basic", kHeader, R"("Basic ".encode_base64("$uid:dummy",''))",
     [](const Sample& s) { return "Basic " + base64_encode(std::string(text(s, "uid")) + ":dummy"); }, nullptr},
    {"group_attribute", kHeader, "$hGroups->{group2}{description}[0]",
     [](const Sample& s) {
         const AttributeValue* groups = s.person.find("hGroups");
         const AttributeValue* group = groups->members()->find("group2");
         const AttributeValue* description = group->members()->find("description");
         return *description->list()->front().text();
     },
     nullptr},
    {"what_to_trace", kMacro, R"($_auth eq 'SAML' ? lc($_user.'@'.$_idpConfKey) : lc($_user))",
     [](const Sample& s) {
         if (text(s, "_auth") != "SAML") return lower(text(s, "_user"));
         std::string name(text(s, "_user"));
         name += '@';
         name += text(s, "_idpConfKey");
         return lower(name);
     },
     nullptr},
    {"filter_list", kHeader, "join(',', grep { /^app_/ } split(/; /, $groups))",
     [](const Sample& s) {
         static const Search search("^app_");
         std::string result;
         any_value(text(s, "groups"), [&](std::string_view group) {
             if (!search.in(group)) return false;
             if (!result.empty()) result += ',';
             result += group;
             return false;
         });
         return result;
     },
     nullptr},
    {"before_at", kMacro, R"(($mail =~ /(.*)\@/)[0])",
     [](const Sample& s) {
         static const Search search(R"((.*)\@)");
         const std::string_view mail = text(s, "mail");
         return search.in(mail) ? std::string(search.group(mail)) : std::string();
     },
     nullptr},
}};

}  // namespace

Sample sample() {
    Sample sample;
    Attributes& person = sample.person;
    for (const char* name : {"cn", "displayName", "employeeNumber", "employeeType", "telephoneNumber", "title",
                             "departmentNumber", "preferredLanguage", "_dn", "_session_id", "_url", "_userDB"}) {
        person.set(name, std::string("a value of ") + name);
    }
    person.set("uid", "dwho");
    person.set("_user", "DWho");
    person.set("_auth", "LDAP");
    person.set("_idpConfKey", "idp");
    person.set("givenName", "Doctor");
    person.set("sn", "Who");
    person.set("mail", "dwho@example.org");
    person.set("ou", "research");
    person.set("roles", "reader; writer; manager");
    person.set("authenticationLevel", std::int64_t{2});
    person.set("ssoStartDate", "20200101000000");
    person.set("ssoEndDate", "20300101000000");
    person.set("groups", "users; group1; app_wiki; team a; app_mail; group2");
    Attributes groups;
    for (const char* name : {"users", "group1", "app_wiki", "team a", "app_mail", "group2"}) {
        Attributes group;
        group.set("name", name);
        group.set("description", AttributeValue::List{AttributeValue(std::string("the group ") + name)});
        groups.set(name, std::move(group));
    }
    person.set("hGroups", std::move(groups));
    sample.request.address = "10.1.2.3";
    sample.request.host = "wiki.example.org";
    sample.now = SysSeconds(std::chrono::seconds(1'700'000'000));
    return sample;
}

std::span<const Case> cases() {
    return kCases;
}

}  // namespace sso::bench
