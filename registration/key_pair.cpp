#include "registration/key_pair.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "core/base/descriptor.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "registration/files.hpp"
#include "registration/run_program.hpp"

namespace sso::registration {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSshKeygen = "/usr/bin/ssh-keygen";
constexpr std::string_view kTemporary = ".tmp-";
constexpr std::size_t kPublicKeyBytes = 2048;
constexpr std::string_view kRsaBits = "3072";
constexpr std::chrono::hours kLeftover{1};

std::string comment_of(std::string_view host) {
    return "backuppc server to client " + std::string(host) + " ssh key";
}

Status sync_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.number() < 0 || ::fsync(file.number()) != 0) return fail(ErrorCode::full, path + ": cannot be synced");
    return {};
}

/// `type base64`, without the comment.
std::string_view key_part(std::string_view line) {
    return line.substr(0, line.find(' ', line.find(' ') + 1));
}

Result<std::string> read_public_key(const std::string& path) {
    auto text = config::read_file(path, kPublicKeyBytes);
    if (!text)
        return fail(text.error().code == ErrorCode::not_found ? ErrorCode::not_found : ErrorCode::corrupt,
                    text.error().detail);
    if (text->ends_with('\n')) text->pop_back();
    if (!is_public_key_line(*text)) return fail(ErrorCode::corrupt, path + ": is not a public key");
    return text;
}

Status move(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) == 0) return sync_folder(folder_of(to));
    return fail(ErrorCode::full, "cannot move " + from + " to " + to);
}

bool exists(const std::string& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

}  // namespace

bool is_public_key_line(std::string_view line) {
    constexpr std::array<std::string_view, 2> kTypes{"ssh-ed25519", "ssh-rsa"};
    const auto blank = line.find(' ');
    const std::string_view type = line.substr(0, blank);
    if (blank == line.npos || std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) return false;
    const bool plain = std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
    const std::string_view rest = line.substr(blank + 1);
    const auto blob = base64_decode(rest.substr(0, rest.find(' ')));
    const std::string inner = std::string("\0\0\0", 3) + static_cast<char>(type.size()) + std::string(type);
    return plain && line.size() <= kPublicKeyBytes && blob && blob->starts_with(inner);
}

Result<std::string> KeyPairs::find(std::string_view host) const {
    const std::string key = private_key_path(host);
    if (!exists(home(host))) return fail(ErrorCode::not_found, "there is no key pair of " + std::string(host));
    auto line = read_public_key(key + ".pub");
    if (!line) return fail(ErrorCode::corrupt, line.error().detail);
    const auto derived = run_program({std::string(kSshKeygen), "-y", "-P", "", "-f", key});
    if (!derived || key_part(*line) != key_part(std::string_view(*derived).substr(0, derived->find('\n')))) {
        return fail(ErrorCode::corrupt, key + ": the halves of the pair do not belong together; sso-register rotate " +
                                            std::string(host) + " replaces it");
    }
    return line;
}

Result<std::string> KeyPairs::ensure(std::string_view host, config::KeyType type) const {
    if (!exists(home(host))) {
        const auto made = make(host, type);
        if (!made) return error_of(made);
        if (const auto moved = move(*made, home(host)); !moved) return error_of(moved);
    }
    if (const auto done = finish_rotation(host); !done) return error_of(done);
    return find(host);
}

Result<std::string> KeyPairs::make(std::string_view host, config::KeyType type) const {
    std::string folder = folder_ + "/" + std::string(kTemporary) + "XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return fail(ErrorCode::full, "cannot make a folder in " + folder_);
    const std::string key = folder + "/id";
    std::vector<std::string> command{std::string(kSshKeygen), "-q", "-t", "ed25519", "-N", "", "-C",
                                     comment_of(host),        "-f", key};
    if (type == config::KeyType::rsa) {
        command[3] = "rsa";
        command.insert(command.begin() + 4, {"-b", std::string(kRsaBits)});
    }
    const auto made = run_program(command);
    std::error_code ignored;
    const auto give_up = [&](std::string why) {
        fs::remove_all(folder, ignored);
        return fail(ErrorCode::full, std::move(why));
    };
    if (!made) return give_up(made.error().detail);
    if (!read_public_key(key + ".pub")) return give_up(key + ": ssh-keygen made no key");
    for (const std::string& path : {key, key + ".pub"}) {
        if (const auto synced = sync_file(path); !synced) return give_up(synced.error().detail);
    }
    if (const auto synced = sync_folder(folder); !synced) return give_up(synced.error().detail);
    return folder;
}

// The pair's two files change by two renames. The private half goes first; what is left when a crash comes between the
// two is a public half whose private half is in place already, and that is finished by the next who asks.
Status KeyPairs::finish_rotation(std::string_view host) const {
    const std::string next = home(host) + "/next";
    if (!exists(next)) return {};
    const std::string key = private_key_path(host);
    if (exists(next + "/id")) {
        if (!exists(next + "/id.pub")) return fail(ErrorCode::corrupt, next + ": lacks a half");
        if (const auto moved = move(next + "/id", key); !moved) return moved;
    }
    if (exists(next + "/id.pub")) {
        if (const auto moved = move(next + "/id.pub", key + ".pub"); !moved) return moved;
    }
    if (::rmdir(next.c_str()) != 0) return fail(ErrorCode::full, "cannot remove " + next);
    return sync_folder(home(host));
}

Status KeyPairs::prepare_rotation(std::string_view host, config::KeyType type) const {
    if (is_rotation_waiting(host)) return {};
    const auto made = make(host, type);
    if (!made) return error_of(made);
    return move(*made, home(host) + "/next");
}

bool KeyPairs::is_rotation_waiting(std::string_view host) const {
    return exists(home(host) + "/next");
}

Status KeyPairs::replace(std::string_view host, config::KeyType type) const {
    if (const auto gone = destroy(host); !gone) return gone;
    const auto made = make(host, type);
    if (!made) return error_of(made);
    return move(*made, home(host));
}

Status KeyPairs::destroy(std::string_view host) const {
    for (const char* name : {"/id", "/next/id"}) {
        if (const auto gone = remove_file(home(host) + name); !gone && exists(home(host) + name)) return gone;
    }
    std::error_code problem;
    fs::remove_all(home(host), problem);
    if (problem) return fail(ErrorCode::full, "cannot remove " + home(host) + ": " + problem.message());
    return sync_folder(folder_);
}

Result<bool> KeyPairs::forget_host_key(std::string_view host) const {
    const bool known = exists(known_hosts_path(host));
    for (const std::string& path : {known_hosts_path(host), known_hosts_path(host) + ".old"}) {
        if (const auto gone = remove_file(path); !gone) return error_of(gone);
    }
    return known;
}

void KeyPairs::tidy() const {
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(folder_, problem)) {
        if (!entry.path().filename().string().starts_with(kTemporary)) continue;
        const auto made = fs::last_write_time(entry.path(), problem);
        if (!problem && fs::file_time_type::clock::now() - made > kLeftover) fs::remove_all(entry.path(), problem);
    }
}

}  // namespace sso::registration
