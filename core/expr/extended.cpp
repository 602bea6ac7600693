#include "core/expr/extended.hpp"

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/expr/calendar.hpp"
#include "core/expr/device_list.hpp"
#include "core/expr/machine.hpp"
#include "core/expr/network.hpp"
#include "core/expr/utf8.hpp"

namespace sso::expr::extended {
namespace {

Value zero_or_one(bool truth) {
    return Value::of(std::string_view(truth ? "1" : "0"));
}

/// The argument, or undefined when it was not given: LLNG's functions take what comes.
Value at(std::span<const Value> arguments, std::size_t i) {
    return i < arguments.size() ? arguments[i] : Value();
}

std::int64_t now(Machine& machine) {
    return machine.environment().now().time_since_epoch().count();
}

bool same(std::string_view a, std::string_view b, bool ignore_case) {
    return ignore_case ? equal_ignoring_case(a, b) : a == b;
}

bool contains(Machine& machine, const Value& list, std::string_view wanted, bool ignore_case) {
    if (list.type == Type::attributes) {
        if (!machine.charge(list.attributes->size())) return false;
        return std::any_of(list.attributes->begin(), list.attributes->end(),
                           [&](const Attributes::Entry& entry) { return same(entry.first, wanted, ignore_case); });
    }
    if (is_hash(list)) {
        for (std::size_t i = 0; i < hash_size(list) && machine.charge(hash_pair_cost(list, i)); ++i) {
            Value key;
            Value value;
            if (hash_pair(list, i, key, value) && same(machine.text(key), wanted, ignore_case)) return true;
        }
        return false;
    }
    if (is_list(list)) {
        for (std::size_t i = 0; i < list_size(list) && machine.charge(1); ++i) {
            if (same(machine.text(list_item(list, i)), wanted, ignore_case)) return true;
        }
        return false;
    }
    std::string_view rest = machine.text(list);
    if (!machine.charge_bytes(rest.size())) return false;
    while (list.defined() && machine.charge(1)) {
        const auto end = rest.find(kMultiValueSeparator);
        if (same(rest.substr(0, end), wanted, ignore_case)) return true;
        if (end == rest.npos) break;
        rest.remove_prefix(end + kMultiValueSeparator.size());
    }
    return false;
}

/// The bits of the week's hours, one byte each, first the highest of the first byte.
bool week_bit(std::string_view bytes, std::size_t position) {
    const auto byte = static_cast<unsigned char>(bytes[position / 8]);
    return ((byte >> (7U - position % 8)) & 1U) != 0;
}

}  // namespace

Value in_group(Machine& machine, std::span<const Value> arguments) {
    const Value groups = machine.environment().value("hGroups");
    if (!groups.defined()) return zero_or_one(false);
    return zero_or_one(contains(machine, groups, machine.text(at(arguments, 0)), true));
}

Value list_match(Machine& machine, std::span<const Value> arguments) {
    const Value list = at(arguments, 0);
    if (!list.defined()) return zero_or_one(false);
    return zero_or_one(contains(machine, list, machine.text(at(arguments, 1)), truth(at(arguments, 2))));
}

Value group_match(Machine& machine, std::span<const Value> arguments) {
    const Value groups = at(arguments, 0);
    const std::string_view attribute = machine.text(at(arguments, 1));
    const std::string_view pattern = machine.text(at(arguments, 2));
    // an empty pattern would match every group there is; in Perl it repeats the last pattern that matched
    if (!is_hash(groups) || pattern.empty()) return Value::of(std::int64_t{0});
    const Regex* regex = machine.runtime_regex(pattern, {});
    if (regex == nullptr) return {};
    std::int64_t count = 0;
    const auto try_value = [&](const Value& value) {
        const std::string_view text = machine.text(value);
        if (machine.finds(*regex, text)) ++count;
    };
    for (std::size_t i = 0; i < hash_size(groups) && !machine.failed() && machine.charge(hash_pair_cost(groups, i));
         ++i) {
        Value key;
        Value group;
        if (!hash_pair(groups, i, key, group)) continue;
        const Value value = hash_member(group, attribute).value_or(Value());
        if (!is_list(value)) {
            try_value(value);
            continue;
        }
        for (std::size_t k = 0; k < list_size(value) && !machine.failed(); ++k) try_value(list_item(value, k));
    }
    return Value::of(count);
}

Value encode_base64(Machine& machine, std::span<const Value> arguments) {
    constexpr std::size_t kLine = 76;
    const std::string_view text = machine.text(at(arguments, 0));
    const Value given = at(arguments, 1);
    const std::string_view end_of_line = given.defined() ? machine.text(given) : "\n";
    if (!machine.charge_bytes(text.size()) || machine.failed()) return {};
    if (text.size() > machine.limits().string_bytes) {
        return machine.fail(ErrorCode::limit, "a text grows beyond its bound");
    }
    const std::string encoded = sso::base64_encode(text);
    std::string result;
    for (std::size_t i = 0; i < encoded.size(); i += kLine) {
        result += std::string_view(encoded).substr(i, kLine);
        result += end_of_line;
        if (result.size() > machine.limits().string_bytes) break;
    }
    return machine.make_text(result);
}

Value basic(Machine& machine, std::span<const Value> arguments) {
    std::string credentials(machine.text(at(arguments, 0)));
    credentials += ':';
    credentials += machine.text(at(arguments, 1));
    if (machine.failed() || credentials.size() > machine.limits().string_bytes) {
        return machine.fail(ErrorCode::limit, "a text grows beyond its bound");
    }
    return machine.make_text("Basic " + sso::base64_encode(to_latin1(credentials)));
}

Value unicode2iso(Machine& machine, std::span<const Value> arguments) {
    return machine.make_text(to_latin1(machine.text(at(arguments, 0)).substr(0, machine.limits().string_bytes * 4)));
}

Value unicode2iso_safe(Machine& machine, std::span<const Value> arguments) {
    const auto result = to_latin1_strict(machine.text(at(arguments, 0)).substr(0, machine.limits().string_bytes * 4));
    if (!result) return machine.fail(ErrorCode::invalid, "unicode2isoSafe: a character that ISO-8859-1 does not have");
    return machine.make_text(*result);
}

Value iso2unicode(Machine& machine, std::span<const Value> arguments) {
    return machine.make_text(from_latin1(machine.text(at(arguments, 0)).substr(0, machine.limits().string_bytes + 1)));
}

Value date(Machine& machine, std::span<const Value> arguments) {
    return machine.make_text(compact_date(calendar_fields(now(machine), truth(at(arguments, 0)))));
}

Value date_to_time(Machine& machine, std::span<const Value> arguments) {
    const auto seconds = parse_compact_date(machine.text(at(arguments, 0)));
    return seconds ? Value::of(*seconds) : Value();
}

Value check_date(Machine& machine, std::span<const Value> arguments) {
    const Value start = at(arguments, 0);
    const Value end = at(arguments, 1);
    if (!truth(start) && !truth(end)) {
        const Value otherwise = at(arguments, 2);
        return truth(otherwise) ? otherwise : zero_or_one(false);
    }
    // a date that cannot be read grants nothing
    const auto from = truth(start) ? parse_compact_date(machine.text(start)) : std::int64_t{0};
    const auto to = truth(end) ? parse_compact_date(machine.text(end)) : parse_compact_date("99991231235959");
    const std::int64_t today = now(machine);
    return zero_or_one(from && to && *from <= today && today <= *to);
}

Value check_logon_hours(Machine& machine, std::span<const Value> arguments) {
    const Value hours = at(arguments, 0);
    if (!truth(hours)) return truth(at(arguments, 3)) ? at(arguments, 3) : zero_or_one(false);
    std::string_view given = machine.text(hours);
    if (!machine.charge_bytes(given.size())) return {};
    std::string bytes;
    const Value syntax = at(arguments, 1);
    const std::string_view kind = truth(syntax) ? machine.text(syntax) : "hexadecimal";
    if (kind == "octetstring") {
        bytes = given;
    } else if (kind == "hexadecimal") {
        std::string digits;
        for (const char c : given) {
            if (c != ' ') digits += c;
        }
        if (digits.size() % 2 != 0) digits += '0';
        auto decoded = sso::hex_decode(digits);
        if (!decoded) return machine.fail(ErrorCode::invalid, "checkLogonHours: hexadecimal digits expected");
        bytes = std::move(*decoded);
    }
    const CalendarFields today = calendar_fields(now(machine), true);
    std::int64_t position = today[6] * 24 + today[2];
    const std::string_view correction = machine.text(at(arguments, 2));
    const auto digit = correction.find_first_of("0123456789");
    if (digit != correction.npos) {
        const std::int64_t shift = integer_of(Value::of(correction.substr(digit, 3)));
        position += digit > 0 && correction[digit - 1] == '-' ? -shift : shift;
    }
    const auto bits = static_cast<std::int64_t>(bytes.size() * 8);
    if (position < 0) position += bits;  // from the end, as Perl's substr counts
    if (position < 0 || position >= bits) return {};
    return zero_or_one(week_bit(bytes, static_cast<std::size_t>(position)));
}

Value is_in_net6(Machine& machine, std::span<const Value> arguments) {
    return zero_or_one(address_in_network(machine.text(at(arguments, 0)), machine.text(at(arguments, 1))));
}

Value var_is_in_uri(Machine& machine, std::span<const Value> arguments) {
    const std::string_view uri = machine.text(at(arguments, 0));
    std::string pattern(machine.text(at(arguments, 1)));
    pattern += machine.text(at(arguments, 2));
    if (truth(at(arguments, 3))) pattern += '$';
    const Regex* regex = machine.failed() ? nullptr : machine.runtime_regex(pattern, {});
    if (regex == nullptr) return {};
    return Value::of_truth(machine.finds(*regex, uri));
}

Value has_second_factor(Machine& machine, std::span<const Value> arguments) {
    const Value devices = machine.environment().value("_2fDevices");
    const std::string_view json = machine.text(devices);
    if (!machine.charge_bytes(json.size() * 8)) return {};
    const std::string_view type = machine.text(at(arguments, 0));
    return zero_or_one(count_devices(json, type) > 0);
}

Value encrypt(Machine& machine, std::span<const Value> arguments) {
    auto sealed = machine.environment().encrypt(machine.text(at(arguments, 0)));
    if (!sealed) return machine.fail(sealed.error().code, sealed.error().detail);
    return machine.make_text(*sealed);
}

Value token(Machine& machine, std::span<const Value> arguments) {
    std::string clear = std::to_string(now(machine));
    for (const Value& argument : arguments) {
        clear += ':';
        clear += machine.text(argument);
        if (machine.failed() || clear.size() > machine.limits().string_bytes) {
            return machine.fail(ErrorCode::limit, "a text grows beyond its bound");
        }
    }
    auto sealed = machine.environment().token(clear);
    if (!sealed) return machine.fail(sealed.error().code, sealed.error().detail);
    return machine.make_text(*sealed);
}

}  // namespace sso::expr::extended
