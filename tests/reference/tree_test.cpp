// Random well-formed expressions: the compiled program answers as the slow evaluator does, whatever it is asked for and
// with a trace as without.
//
// usage: expr_tree COUNT SEED
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "core/expr/parser.hpp"
#include "core/expr/program.hpp"
#include "tests/reference/expression_writer.hpp"
#include "tests/reference/tree_evaluator.hpp"
#include "tests/unit/expr/fixed_environment.hpp"

namespace {

using namespace sso;
using expr::Purpose;

expr::FixedEnvironment subject() {
    expr::FixedEnvironment environment;
    auto& set = environment.attributes;
    set.set("uid", "dwho");
    set.set("mail", "dwho@badwolf.org");
    set.set("groups", "timelords; admin; users; team a");
    set.set("cn", "Doctor Who");
    set.set("utf", "élan");
    set.set("n", std::int64_t{10});
    set.set("f", 2.5);
    set.set("neg", "-5");
    set.set("empty", "");
    set.set("zero", "0");
    set.set("csv", "a,b,,c");
    set.set("pat", "d.h");
    set.set("list", AttributeValue::List{"x", "y", "z"});
    Attributes a;
    a.set("name", "A");
    a.set("l", AttributeValue::List{"p", "q"});
    Attributes b;
    b.set("name", "B");
    Attributes both;
    both.set("a", std::move(a));
    both.set("b", std::move(b));
    set.set("h", std::move(both));
    Attributes groups;
    for (const char* name : {"admin", "users"}) groups.set(name, Attributes());
    set.set("hGroups", std::move(groups));
    environment.variables["REMOTE_ADDR"] = "192.0.2.10";
    environment.variables["HTTP_HOST"] = "test1.example.com";
    return environment;
}

/// What one evaluation came to.
struct Answer {
    bool failed = false;
    bool undefined = false;
    bool truth = false;
    std::string text;

    friend bool operator==(const Answer&, const Answer&) = default;
};

std::string told(const Answer& answer) {
    if (answer.failed) return "failed";
    return (answer.undefined ? "undef" : "'" + answer.text + "'") + (answer.truth ? " true" : " false");
}

/// Nothing when the reference does not know.
std::optional<Answer> slow_answer(const std::string& source, Purpose purpose,
                                  const expr::AttributeEnvironment& environment) {
    // LLNG puts this behind a header's text, and takes its first value; the text 0 alone is an empty header there
    const bool header = purpose == Purpose::header;
    const std::string text = header ? (source == "0" ? "''" : source + " // ''") : source;
    const expr::Limits limits;
    std::vector<expr::Problem> problems;
    const expr::NodePtr root = expr::Parser(text, limits, problems).parse();
    if (!root) return std::nullopt;
    try {
        reference::TreeEvaluator evaluator(environment);
        reference::Value value;
        if (header) {
            const auto items = evaluator.list(*root);
            if (!items.empty()) value = items.front();
        } else {
            value = evaluator.scalar(*root);
        }
        return Answer{false, !value.is_defined(), reference::truth(value), reference::text_of(value)};
    } catch (const reference::Failure&) {
        return Answer{true, false, false, {}};
    } catch (const reference::BeyondReach&) {
        return std::nullopt;
    }
}

Answer answer_of(const Result<expr::Outcome>& outcome) {
    if (!outcome) return {true, false, false, {}};
    return {false, outcome->undefined, outcome->truth, outcome->text};
}

class Comparison {
  public:
    void run(const std::string& source, Purpose purpose) {
        ++total_;
        expr::CompileOptions options;
        options.purpose = purpose;
        const auto program = expr::Program::compile(source, options);
        if (!program) {
            differ(source, "accepted", program.error().back().message);
            return;
        }
        const auto wanted = slow_answer(source, purpose, environment_);
        const auto outcome = program->evaluate(environment_);
        const bool at_bound = !outcome && outcome.error().code == ErrorCode::limit;
        if (!wanted || at_bound) return;
        ++compared_;
        if (answer_of(outcome) != *wanted) return differ(source, told(*wanted), told(answer_of(outcome)));
        std::vector<expr::TraceStep> steps;
        const Answer traced = answer_of(program->evaluate(environment_, &steps));
        if (traced != *wanted) return differ(source, told(*wanted), "with a trace " + told(traced));
        const auto tested = program->test(environment_);
        const bool same = tested ? *tested == wanted->truth && !wanted->failed : wanted->failed;
        if (!same) differ(source, told(*wanted), tested ? (*tested ? "tested true" : "tested false") : "test failed");
    }

    /// The exit status, after a line that says what was done.
    int finish(std::uint64_t seed) const {
        std::printf("seed %llu: %zu expressions, %zu compared, %zu differ\n", static_cast<unsigned long long>(seed),
                    total_, compared_, differing_);
        return differing_ > 0 || compared_ * 10 < total_ * 9 ? 1 : 0;
    }

  private:
    void differ(const std::string& source, const std::string& wanted, const std::string& got) {
        constexpr std::size_t kMostTold = 50;
        if (++differing_ > kMostTold) return;
        std::printf("%s\n    slow: %s\n    ours: %s\n", source.c_str(), wanted.c_str(), got.c_str());
    }

    expr::FixedEnvironment environment_ = subject();
    std::size_t total_ = 0;
    std::size_t compared_ = 0;
    std::size_t differing_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s COUNT SEED\n", argv[0]);
        return 2;
    }
    const std::uint64_t count = std::strtoull(argv[1], nullptr, 10);
    const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
    reference::ExpressionWriter writer(seed);
    Comparison comparison;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string source = writer.expression();
        const Purpose purpose = i % 3 == 0 ? Purpose::header : i % 3 == 1 ? Purpose::macro : Purpose::rule;
        comparison.run(source, purpose);
    }
    return comparison.finish(seed);
}
