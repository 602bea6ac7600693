// Whom a decision is about, in either of the forms in which attributes are kept.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/attributes.hpp"
#include "core/expr/value.hpp"
#include "core/session/kept_session.hpp"

namespace sso::rules {

/// Somebody's attributes, or nobody's; they outlive it. Two pointers, passed by value.
class SubjectView {
  public:
    SubjectView(std::nullptr_t = nullptr) noexcept {}                                 // NOLINT: nobody
    SubjectView(const Attributes* attributes) noexcept : attributes_(attributes) {}   // NOLINT: may be nobody
    SubjectView(const Attributes& attributes) noexcept : attributes_(&attributes) {}  // NOLINT: these are a subject
    SubjectView(const session::KeptAttributes& attributes) noexcept : kept_(&attributes) {}  // NOLINT

    explicit operator bool() const noexcept { return attributes_ != nullptr || kept_ != nullptr; }

    /// An attribute's value, or undefined. Allocates nothing.
    [[nodiscard]] expr::Value find(std::string_view name) const noexcept {
        if (attributes_ != nullptr) return expr::Value::of(attributes_->find(name));
        if (kept_ == nullptr) return {};
        const auto found = kept_->find(name);
        return found.is_text ? expr::Value::of(found.text) : expr::Value::of(found.other);
    }

    /// The same where it is a text; data() is null where it is anything else.
    [[nodiscard]] std::string_view find_text(std::string_view name) const noexcept {
        if (attributes_ == nullptr) return kept_ == nullptr ? std::string_view() : kept_->find_text(name);
        const AttributeValue* found = attributes_->find(name);
        const std::string* text = found == nullptr ? nullptr : found->text();
        return text == nullptr ? std::string_view() : std::string_view(*text);
    }

  private:
    const Attributes* attributes_ = nullptr;
    const session::KeptAttributes* kept_ = nullptr;
};

}  // namespace sso::rules
