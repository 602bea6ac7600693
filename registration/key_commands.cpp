// new-register-key and authorized-key-line: the key that every client's set-up carries.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "registration/commands.hpp"
#include "registration/key_pair.hpp"
#include "registration/run_program.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kPublicKeyBytes = 4096;
constexpr std::chrono::days kGoodFor{366};

/// The path of this program, as a key line names it.
std::string own_path() {
    std::array<char, 4096> path{};
    const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : "/usr/local/bin/sso-register";
}

std::string date_text(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text.data();
}

bool is_date(std::string_view text) {
    return text.size() == 8 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct LineOptions {
    std::string public_key, expires;
    unsigned generation = 1;
};

void print_line(Run& run, const LineOptions& options) {
    const auto settings = settings_of(run);
    if (!settings) return;
    const std::string expires =
        options.expires.empty()
            ? date_text(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) + kGoodFor)
            : options.expires;
    if (!is_date(expires)) return run.fail(Exit::invalid, "--expires: write a day as YYYYMMDD");
    auto key = config::read_file(options.public_key, kPublicKeyBytes);
    if (!key) return run.fail(key.error());
    const std::string_view line = trim(std::string_view(*key).substr(0, key->find('\n')));
    if (!is_public_key_line(line))
        return run.fail(Exit::invalid, printable(options.public_key) + ": is not a public key");
    std::string from;
    for (const std::string& network : settings->registration.register_from) {
        from += (from.empty() ? "" : ",") + network;
    }
    const std::string plain_default = "file:/etc/mod_sso/sso.toml";
    const std::string command = own_path() + (run.config_uri == plain_default ? "" : " --config " + run.config_uri);
    if (command.find_first_of("\"\\$`'") != command.npos) {
        return run.fail(Exit::invalid, "the program's path or --config holds a quote");
    }
    std::cout << "restrict," << (from.empty() ? "" : "from=\"" + from + "\",") << "expiry-time=\"" << expires
              << "\",command=\"" << command << "\" " << line.substr(0, line.find(' ', line.find(' ') + 1))
              << " register-key generation " << options.generation << '\n';
}

void make_key(Run& run, const std::string& path) {
    if (::access(path.c_str(), F_OK) == 0) return run.fail(Exit::refused, printable(path) + " is there already");
    const auto made =
        run_program({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "register-key", "-f", path});
    if (!made) return run.fail(made.error());
    std::cout << path << ": a new register key, for clients' set-up; sso-register authorized-key-line " << path
              << ".pub prints the server's line for it\n";
}

}  // namespace

void add_key_commands(CLI::App& program, Run& run) {
    auto options = std::make_shared<LineOptions>();
    CLI::App* command =
        program.add_subcommand("authorized-key-line", "the line that opens this program, and nothing else, to a key");
    command->add_option("PUBLIC-KEY", options->public_key, "the register key's public half, a file")->required();
    command->add_option("--expires", options->expires, "the last day it is good for, YYYYMMDD (a year from now)");
    command->add_option("--generation", options->generation, "which register key this is, for people (1)");
    command->callback([&run, options] { print_line(run, *options); });

    auto path = std::make_shared<std::string>();
    command = program.add_subcommand("new-register-key", "make the key pair that clients' set-up carries");
    command->add_option("FILE", *path, "the private half; the public one gets .pub behind it")->required();
    command->callback([&run, path] { make_key(run, *path); });
}

}  // namespace sso::registration
