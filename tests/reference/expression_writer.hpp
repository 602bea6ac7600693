// Writes random well-formed expressions, as administrators and the corpus do but without their restraint.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace sso::reference {

class ExpressionWriter {
  public:
    explicit ExpressionWriter(std::uint64_t seed) : random_(seed) {}

    std::string expression();

  private:
    using Choices = std::initializer_list<std::string_view>;

    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
    std::string one_of(Choices choices) { return std::string(choices.begin()[below(choices.size())]); }
    /// The form with each `?` replaced by an expression.
    std::string filled(std::string_view form, std::string (ExpressionWriter::*part)(int), int depth);

    std::string value(int depth);      ///< one scalar
    std::string condition(int depth);  ///< what rules are made of
    std::string items(int depth);      ///< a list
    std::string atom();
    std::string match();

    std::mt19937_64 random_;
    int blocks_ = 0;  ///< of map and grep around the place: there $_ is known
};

}  // namespace sso::reference
