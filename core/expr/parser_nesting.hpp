// The guard that bounds how deep the parser recurses. For the parser's own files.
#pragma once

#include "core/expr/parser.hpp"

namespace sso::expr {

class Parser::Nesting {
  public:
    explicit Nesting(Parser& parser) noexcept : parser_(parser) { ++parser_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --parser_.depth_; }
    /// False, with the error reported, when it is too deep.
    [[nodiscard]] bool allowed() const {
        if (parser_.depth_ <= parser_.limits_.nesting) return true;
        parser_.fail(parser_.in_.position(), "too-large", "the expression is nested too deeply");
        return false;
    }

  private:
    Parser& parser_;
};

}  // namespace sso::expr
