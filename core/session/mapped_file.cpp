#include "core/session/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "core/base/descriptor.hpp"
#include "core/base/text.hpp"

namespace sso::session {
namespace {

std::optional<std::uintptr_t> address(std::string_view digits) noexcept {
    constexpr int kBase = 16;
    std::uintptr_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, kBase);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

/// Of a line of proc_pid_maps(5), `begin-end mode offset device inode   path`, where it speaks of the file.
std::span<std::byte> mapping_in(std::string_view line, std::string_view path) {
    const auto fields = split(line, ' ');
    if (fields.size() < 6 || !line.ends_with(" " + std::string(path))) return {};
    const auto range = split(fields[0], '-');
    const auto begin = range.size() == 2 ? address(range[0]) : std::nullopt;
    const auto end = range.size() == 2 ? address(range[1]) : std::nullopt;
    if (!begin || !end || *begin >= *end || address(fields[2]) != std::uintptr_t{0}) return {};
    return {reinterpret_cast<std::byte*>(*begin), *end - *begin};  // NOLINT(performance-no-int-to-ptr)
}

std::string text_of_maps() {
    const Descriptor file(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t size = 1; size > 0;) {
        size = ::read(file.number(), piece.data(), piece.size());
        if (size > 0) text.append(piece.data(), static_cast<std::size_t>(size));
    }
    return text;
}

}  // namespace

std::span<std::byte> find_mapping(const std::string& path) {
    std::error_code unknown;
    const std::string canonical = std::filesystem::canonical(path, unknown).string();
    if (unknown) return {};
    const std::string maps = text_of_maps();
    for (const auto line : split(maps, '\n')) {
        if (const auto mapping = mapping_in(line, canonical); !mapping.empty()) return mapping;
    }
    return {};
}

void let_go_of_pages(std::span<std::byte> mapping) noexcept {
    if (!mapping.empty()) ::madvise(mapping.data(), mapping.size(), MADV_DONTNEED);
}

}  // namespace sso::session
