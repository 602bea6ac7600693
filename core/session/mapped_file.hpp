// Where a file is mapped into this process, and letting go of the pages of it that were touched. For the LMDB store
// alone.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sso::session {

/// Where the kernel says that the file is mapped, from its beginning; empty where it does not tell (no /proc). By the
/// name, for file systems in layers give their files other numbers there.
std::span<std::byte> find_mapping(const std::string& path);

/// Takes the pages out of this process's memory. They stay in the system's cache, and whoever touches one has it back.
/// @pre a shared mapping of a file that lasts during the call, and that is written to by other ways alone
void let_go_of_pages(std::span<std::byte> mapping) noexcept;

}  // namespace sso::session
