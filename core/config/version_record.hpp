// A version as it is stored, in a file or under a key: the text, and behind it one line that TOML takes for a comment,
// with a digest over all of it. Inside core/config.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/config/settings.hpp"
#include "core/config/versions.hpp"

namespace sso::config {

/// The longest last line, and the longest record.
inline constexpr std::size_t kNoteLimit = 4'096;
inline constexpr std::size_t kRecordLimit = kTextLimit + kNoteLimit;

/// @return `invalid` for a draft out of bounds. A note that `draft.text` ends in already (a copy of a version's file)
///         is left out.
Result<std::string> encode_version(std::uint64_t number, const Draft& draft);

/// @return `corrupt` for anything that is not, byte for byte, what encode_version gave for `number`
Result<Version> decode_version(std::uint64_t number, std::string_view record);

/// The same from the record's end alone, without a look at the text: for lists.
Result<VersionInfo> decode_version_note(std::uint64_t number, std::string_view end);

/// The id of the version that `record` holds.
std::string version_id(std::uint64_t number, std::string_view record);

/// A time as time_text writes it.
Result<SysSeconds> parse_time_text(std::string_view text);

}  // namespace sso::config
