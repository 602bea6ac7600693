// The expression language's evaluator: a text that compiles is run on a subject, within its bounds, with the same
// result however it is asked. The first byte says what the text is for; a second line, if there is one, is the value of
// $v.
#include <cstdint>
#include <string>

#include "core/expr/program.hpp"
#include "tests/fuzz/expect.hpp"
#include "tests/unit/expr/fixed_environment.hpp"

namespace {

using namespace sso::expr;  // NOLINT: one target, one room
using sso::fuzz::expect;

FixedEnvironment make_environment(std::string_view value) {
    FixedEnvironment environment;
    sso::Attributes group;
    group.set("name", "admin");
    group.set("description",
              sso::AttributeValue::List{sso::AttributeValue("Service 1"), sso::AttributeValue("Service 2")});
    sso::Attributes groups;
    groups.set("admin", std::move(group));
    environment.attributes.set("hGroups", std::move(groups));
    environment.attributes.set("groups", "timelords; admin; users");
    environment.attributes.set("uid", "dwho");
    environment.attributes.set("mail", "dwho@badwolf.org");
    environment.attributes.set("n", std::int64_t{42});
    environment.attributes.set("f", 2.5);
    environment.attributes.set("_2fDevices", R"([{"type":"TOTP","epoch":1}])");
    environment.attributes.set("v", value);
    environment.variables["REMOTE_ADDR"] = "192.0.2.10";
    return environment;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    CompileOptions options;
    options.purpose = static_cast<Purpose>(static_cast<unsigned char>(input.front()) % 4);
    options.limits.steps = 20'000;
    options.limits.regex_match = 5'000;
    const std::string_view rest = input.substr(1);
    const auto line = rest.find('\n');
    const std::string_view source = rest.substr(0, line);
    const std::string_view value = line == rest.npos ? std::string_view("aaab") : rest.substr(line + 1);

    const auto program = Program::compile(source, options);
    if (!program) return 0;
    const FixedEnvironment environment = make_environment(value);
    std::vector<TraceStep> trace;
    const auto outcome = program->evaluate(environment);
    const auto traced = program->evaluate(environment, &trace);
    const auto tested = program->test(environment);
    expect(outcome.has_value() == traced.has_value(), "a trace changes nothing");
    if (!outcome) {
        const auto code = outcome.error().code;
        expect(code == sso::ErrorCode::limit || code == sso::ErrorCode::invalid, "a failure is a bound or a mistake");
        expect(!outcome.error().detail.empty(), "a failure says why");
        return 0;
    }
    expect(outcome->text.size() <= options.limits.string_bytes, "a value is not longer than its bound");
    expect(!outcome->undefined || (outcome->text.empty() && !outcome->truth), "undefined is empty and false");
    expect(!traced || outcome->text == traced->text, "a trace changes no value");
    if (tested) {
        expect(outcome->truth == *tested, "the truth is the value's");
        expect(program->constant().value_or(*tested) == *tested, "a constant is what is evaluated");
    }
    return 0;
}
