// A value of the slow evaluator: Perl's scalar as plainly as C++ has it. Copies everything, shares nothing with the
// machine's values.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/expr/value.hpp"

namespace sso::reference {

/// A runtime error, as `1/0` is one.
struct Failure {};
/// Numbers that Perl keeps in 64 bits and a double does not hold: compared with perl itself, not here.
struct BeyondReach {};

struct Value {
    enum class Kind { undefined, text, number, list, hash } kind = Kind::undefined;
    std::string text;
    double number = 0;
    bool is_false = false;  ///< the empty text of a false comparison, which is a number too
    std::shared_ptr<std::vector<Value>> list;
    std::shared_ptr<std::map<std::string, Value>> hash;

    static Value of(std::string text);
    static Value of(double number);
    static Value of_truth(bool truth);
    static Value of(std::vector<Value> items);
    static Value of(std::map<std::string, Value> members);
    static Value of(const AttributeValue& attribute);
    static Value of_constant(const expr::Value& number);  ///< a number, or undefined

    [[nodiscard]] bool is_text() const { return kind == Kind::text && !is_false; }
    [[nodiscard]] bool is_defined() const { return kind != Kind::undefined; }
};

bool truth(const Value& value);
std::string text_of(const Value& value);
double number_of(const Value& value);
/// Cut toward zero.
long long integer_of(const Value& value);

}  // namespace sso::reference
