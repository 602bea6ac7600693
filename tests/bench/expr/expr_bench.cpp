// What the twenty commonest expressions cost, each beside the same in C++ (by_hand.hpp). Before anything is measured
// the two must agree. With `--callgrind` nothing is timed: each side of each case runs a fixed number of times, and
// valgrind dumps its counts under the case's name; instructions.py runs that and prints a table.
#include <benchmark/benchmark.h>
#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/rules/environment.hpp"
#include "tests/bench/expr/by_hand.hpp"

namespace {

using namespace sso;
using bench::Case;
using bench::Sample;

constexpr int kCounted = 100;

struct Pair {
    const Case* written;
    const Sample* sample;
    expr::Program program;

    void run_program() const {
        const rules::RuleEnvironment environment(&sample->request, &sample->person, sample->now);
        if (written->holds != nullptr) {
            benchmark::DoNotOptimize(program.test(environment));
        } else {
            benchmark::DoNotOptimize(program.evaluate(environment));
        }
    }
    void run_by_hand() const {
        if (written->holds != nullptr) {
            benchmark::DoNotOptimize(written->holds(*sample));
        } else {
            benchmark::DoNotOptimize(written->value(*sample));
        }
    }
    bool agrees() const {
        const rules::RuleEnvironment environment(&sample->request, &sample->person, sample->now);
        const auto outcome = program.evaluate(environment);
        if (!outcome) return false;
        return written->holds != nullptr ? outcome->truth == written->holds(*sample)
                                         : outcome->text == written->value(*sample);
    }
};

std::vector<Pair> compiled(const Sample& sample) {
    std::vector<Pair> pairs;
    for (const Case& one : bench::cases()) {
        expr::CompileOptions options;
        options.purpose = one.purpose;
        auto program = expr::Program::compile(one.source, options);
        if (!program) {
            std::fprintf(stderr, "%s: %s\n", one.name, program.error().front().message.c_str());
            std::exit(1);
        }
        pairs.push_back({&one, &sample, std::move(*program)});
        if (pairs.back().agrees()) continue;
        std::fprintf(stderr, "%s: the expression and the C++ differ\n", one.name);
        std::exit(1);
    }
    return pairs;
}

template <class Run>
void count(const std::string& name, Run run) {
    run();  // what is made at the first use
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    for (int i = 0; i < kCounted; ++i) run();
    CALLGRIND_DUMP_STATS_AT(name.c_str());
    CALLGRIND_STOP_INSTRUMENTATION;
}

}  // namespace

int main(int argc, char** argv) {
    const Sample sample = bench::sample();
    const std::vector<Pair> pairs = compiled(sample);
    if (argc > 1 && std::string_view(argv[1]) == "--callgrind") {
        for (const Pair& pair : pairs) {
            count(std::string("program ") + pair.written->name, [&] { pair.run_program(); });
            count(std::string("by_hand ") + pair.written->name, [&] { pair.run_by_hand(); });
        }
        return 0;
    }
    for (const Pair& pair : pairs) {
        const std::string name = pair.written->name;
        benchmark::RegisterBenchmark((name + "/program").c_str(), [&pair](benchmark::State& state) {
            for (auto _ : state) pair.run_program();
        });
        benchmark::RegisterBenchmark((name + "/by_hand").c_str(), [&pair](benchmark::State& state) {
            for (auto _ : state) pair.run_by_hand();
        });
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
