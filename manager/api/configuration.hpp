// The text that a change stands for, and what came of it. Inside manager/api.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/config/versions.hpp"
#include "manager/api/change.hpp"
#include "manager/api/reply.hpp"

namespace sso::manager::api {

/// A text, or why there is none.
struct ChangedText {
    Result<std::string> text;
    std::optional<std::size_t> failed_edit;  ///< which of the edits could not be made, from 0
};

/// @param before    what edits are made of
/// @param versions  null where there are none: then none can be named
ChangedText text_of(const Change& change, const std::string& before, const config::Versions* versions);

/// 422 for an edit that cannot be made, else as for any error.
http::Response refusal(const Call& call, const ChangedText& changed);

/// A version's id as an entity tag (RFC 9110 §8.8.3).
std::string tag_of(const std::string& id);
std::string title_of(std::uint64_t number);  ///< "version 42", for differences

}  // namespace sso::manager::api
