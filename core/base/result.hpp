// What an operation answers when it can fail: a value or an Error. For every room.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace sso {

/// The kinds of failure that a caller can act on differently.
enum class ErrorCode {
    invalid,      ///< the input is malformed or out of bounds; asking again will not help
    not_found,    ///< there is no such thing
    expired,      ///< there was one, and its time is over
    exists,       ///< it is there already
    conflict,     ///< somebody else changed it in between
    refused,      ///< credentials or permissions do not suffice
    unavailable,  ///< what we asked did not answer in time; a retry is of use
    corrupt,      ///< what we stored cannot be read back, or does not belong to the key it was asked with
    full,         ///< no room left
    limit,        ///< a bound on effort or size was hit
    internal,     ///< our own mistake
};

/// The code as it stands in logs and JSON: "not_found".
std::string_view name(ErrorCode code) noexcept;

/// Why an operation has no result. `detail` is for the log: what was read, where, and what was expected. It never
/// holds a secret, and no user ever sees it.
struct Error {
    ErrorCode code;
    std::string detail;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// An Error on its way out: `return fail(ErrorCode::invalid, "…")` from any function that returns a Result.
inline tl::unexpected<Error> fail(ErrorCode code, std::string detail) {
    return tl::unexpected<Error>(Error{code, std::move(detail)});
}
/// The same for an Error that another function gave: `if (!x) return fail(x.error());`
inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

/// The error of a Result as any other Result's: `if (!read) return error_of(read);`
template <class T>
tl::unexpected<Error> error_of(const Result<T>& result) {
    return tl::unexpected<Error>(result.error());
}

}  // namespace sso
