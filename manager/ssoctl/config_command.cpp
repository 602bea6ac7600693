// ssoctl config: a configuration checked, shown, and changed in versions.
#include <nlohmann/json.hpp>
#include <ostream>

#include "core/base/text.hpp"
#include "core/base/time_text.hpp"
#include "core/config/private_file.hpp"
#include "core/config/settings_listing.hpp"
#include "core/config/text_difference.hpp"
#include "core/config/toml_edit.hpp"
#include "manager/explanation_json.hpp"
#include "manager/ssoctl/command.hpp"
#include "manager/ssoctl/editor.hpp"
#include "manager/ssoctl/publishing.hpp"

namespace sso::ssoctl {
namespace {

using Json = nlohmann::ordered_json;
using manager::dump;
using manager::json_of;

constexpr std::size_t kMostListed = 10'000;

/// The newest text, or nothing after it has been said why it cannot be read.
std::optional<config::Document> read_document(Run& run, const std::string& uri) {
    const auto source = config::open_source(uri);
    if (!source) {
        run.fail(source.error());
        return std::nullopt;
    }
    auto document = (*source)->fetch();
    if (!document) {
        run.fail(Exit::unreachable, document.error().detail);
        return std::nullopt;
    }
    return std::move(*document);
}

void check(Run& run, const std::string& uri) {
    const auto document = read_document(run, uri.empty() ? run.config_uri : uri);
    if (!document) return;
    const auto outcome = rules::check(*document);
    if (run.json) {
        auto list = Json::array();
        for (const auto& diagnostic : outcome.diagnostics) list.push_back(json_of(diagnostic));
        run.out << dump({{"valid", outcome.snapshot != nullptr}, {"version", document->version}, {"diagnostics", list}})
                << '\n';
    } else {
        print(run.out, outcome.diagnostics);
        if (outcome.snapshot) run.out << document->origin << ": valid\n";
    }
    if (!outcome.snapshot) run.exit = Exit::invalid;
}

/// The newest text of any place, or the version `number` of one that has versions.
std::optional<std::string> read_text(Run& run, std::uint64_t number) {
    if (number == 0) {
        auto document = read_document(run, run.config_uri);
        if (!document) return std::nullopt;
        return std::move(document->text);
    }
    const auto place = open_versions(run);
    if (!place) return std::nullopt;
    auto version = place->versions->load(number);
    if (version) return std::move(version->text);
    run.fail(version.error());
    return std::nullopt;
}

void show(Run& run, std::uint64_t number) {
    const auto text = read_text(run, number);
    if (!text) return;
    if (!run.json) {
        run.out << *text;
        return;
    }
    const auto json = config::toml_as_json(*text);
    if (!json) return run.fail(json.error());
    run.out << dump(Json::parse(*json)) << '\n';
}

void print_value(Run& run, const Json& value) {
    if (run.json || !value.is_string()) {
        run.out << dump(value) << '\n';
    } else {
        run.out << value.get<std::string>() << '\n';
    }
}

/// The value at `key`, or what a setting that is not written is by default.
void get(Run& run, const std::string& key, std::uint64_t number) {
    const auto text = read_text(run, number);
    if (!text) return;
    const auto value = config::value_as_json(*text, key);
    if (!value) return run.fail(value.error());
    if (*value) return print_value(run, Json::parse(**value));
    const auto outcome = config::parse_settings(*text, "");
    const auto& settings = outcome.settings ? outcome.settings : outcome.draft;
    for (const auto& setting : config::list_settings(settings ? *settings : config::Settings{})) {
        if (key == std::string(setting.section) + "." + std::string(setting.name))
            return print_value(run, setting.value);
    }
    run.fail(Exit::refused, printable(key) + " is not set");
}

/// What the commands that publish take beside their own arguments.
struct PublishOptions {
    std::string message;
    bool accept_warnings = false;
};

void add_publish_options(CLI::App& command, PublishOptions& options, bool needs_message) {
    CLI::Option* message = command.add_option("-m,--message", options.message, "why: it stays with the version");
    if (needs_message) message->required();
    command.add_flag("--accept-warnings", options.accept_warnings, "publish although there are warnings");
}

/// The newest version (number 0 and an empty text when there is none yet), or nothing after it has been said why.
std::optional<config::Version> read_newest(Run& run, const Place& place) {
    auto newest = place.versions->latest().and_then([&](std::uint64_t number) {
        return number == 0 ? Result<config::Version>(config::Version{}) : place.versions->load(number);
    });
    if (newest) return std::move(*newest);
    run.fail(newest.error());
    return std::nullopt;
}

struct SetOptions : PublishOptions {
    std::string key;
    std::optional<std::string> value;
    bool as_text = false, unset = false;
};

void set(Run& run, const SetOptions& options) {
    if (options.unset == options.value.has_value()) {
        return run.fail(Exit::invalid, "config set: write either a value or --unset");
    }
    const auto form = options.as_text ? config::ValueForm::text : config::ValueForm::automatic;
    const auto place = open_versions(run);
    if (!place) return;
    const auto base = read_newest(run, *place);
    if (!base) return;
    const auto text = options.unset ? config::remove_value(base->text, options.key)
                                    : config::set_value(base->text, options.key, *options.value, form);
    if (!text) return run.fail(text.error());
    const std::string what = printable((options.unset ? "unset " : "set ") + options.key, config::kMostMessage - 8);
    publish(run, *place, base->info.number,
            {*text, "the new text", options.message.empty() ? what : options.message, options.accept_warnings});
}

void list(Run& run) {
    const auto place = open_versions(run);
    if (!place) return;
    const auto versions = place->versions->list(kMostListed);
    if (!versions) return run.fail(versions.error());
    auto array = Json::array();
    for (const auto& version : *versions) {
        if (run.json) {
            array.push_back({{"version", version.number},
                             {"date", time_text(version.date)},
                             {"author", version.author},
                             {"message", version.message}});
        } else {
            run.out << version.number << '\t' << time_text(version.date) << '\t' << version.author << '\t'
                    << version.message << '\n';
        }
    }
    if (run.json) run.out << dump(array) << '\n';
}

/// From version `from` to `to`; without `to`, from the one before `from`.
void diff(Run& run, std::uint64_t from, std::uint64_t to) {
    const auto place = open_versions(run);
    if (!place) return;
    if (to == 0) to = from--;
    const auto before = from == 0 ? Result<config::Version>(config::Version{}) : place->versions->load(from);
    const auto after = place->versions->load(to);
    if (!before || !after) return run.fail(before ? after.error() : before.error());
    const std::string difference = config::unified_difference(
        before->text, after->text, "version " + std::to_string(from), "version " + std::to_string(to));
    if (run.json) {
        run.out << dump({{"from", from}, {"to", to}, {"difference", difference}}) << '\n';
    } else {
        run.out << difference;
    }
}

struct ApplyOptions : PublishOptions {
    std::string file;
};

void apply(Run& run, const ApplyOptions& options) {
    const auto place = open_versions(run);
    if (!place) return;
    const auto text = config::read_file(options.file, config::kTextLimit);
    if (!text) return run.fail(text.error());
    const auto base = place->versions->latest();
    if (!base) return run.fail(base.error());
    publish(run, *place, *base, {*text, options.file, options.message, options.accept_warnings});
}

void edit(Run& run, const PublishOptions& options) {
    const auto place = open_versions(run);
    if (!place) return;
    const auto base = read_newest(run, *place);
    if (!base) return;
    auto file = EditedFile::create(base->text);
    if (!file) return run.fail(file.error());
    const auto text = file->edit();
    if (!text) return run.fail(text.error());
    publish(run, *place, base->info.number,
            {*text, "the new text", options.message.empty() ? "edited" : options.message, options.accept_warnings});
    if (run.exit == Exit::done || *text == base->text) return;
    file->keep();  // what was typed is not lost with a mistake in it
    run.err << "ssoctl: the text is kept in " << file->path() << '\n';
}

struct RollbackOptions : PublishOptions {
    std::uint64_t number = 0;
};

void roll_back(Run& run, const RollbackOptions& options) {
    const auto place = open_versions(run);
    if (!place) return;
    const auto version = place->versions->load(options.number);
    if (!version) return run.fail(version.error());
    const auto base = place->versions->latest();
    if (!base) return run.fail(base.error());
    const std::string number = std::to_string(options.number);
    publish(run, *place, *base,
            {version->text, "version " + number,
             options.message.empty() ? "back to version " + number : options.message, options.accept_warnings});
}

}  // namespace

void add_config_commands(CLI::App& program, Run& run) {
    CLI::App* config = program.add_subcommand("config", "look at configurations and publish new versions");
    config->require_subcommand(1);
    const auto add = [config]<class Options>(const char* name, const char* help, std::shared_ptr<Options>& options) {
        options = std::make_shared<Options>();
        return config->add_subcommand(name, help);
    };
    const auto number_of = [](CLI::App* command, std::uint64_t& number, const char* name, const char* help) {
        return command->add_option(name, number, help)->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62U));
    };

    std::shared_ptr<std::string> uri;
    CLI::App* command = add("check", "validate a configuration; list every error and warning", uri);
    command->add_option("URI", *uri, "which one, if not the one of --config");
    command->callback([&run, uri] { check(run, *uri); });

    std::shared_ptr<std::uint64_t> shown;
    command = add("show", "print a version's text; with --json, as JSON", shown);
    number_of(command, *shown, "--version", "which version, if not the newest");
    command->callback([&run, shown] { show(run, *shown); });

    struct GetOptions {
        std::string key;
        std::uint64_t number = 0;
    };
    std::shared_ptr<GetOptions> wanted;
    command = add("get", "print the value of one key", wanted);
    command->add_option("KEY", wanted->key, "as session.lifetime or vhost.\"www.example.com\".rules[0]")->required();
    number_of(command, wanted->number, "--version", "of which version, if not the newest");
    command->callback([&run, wanted] { get(run, wanted->key, wanted->number); });

    std::shared_ptr<SetOptions> setting;
    command = add("set", "publish a version with one key changed; the rest stays as it is written", setting);
    command
        ->add_option("KEY", setting->key,
                     "as session.lifetime or vhost.\"www.example.com\".rules[0].allow; the "
                     "place behind a list's last one appends")
        ->required();
    command->add_option("VALUE", setting->value, "TOML if the whole of it is a TOML value, else text");
    command->add_flag("--text", setting->as_text, "VALUE is text, whatever it looks like");
    command->add_flag("--unset", setting->unset, "take the key out");
    add_publish_options(*command, *setting, false);
    command->callback([&run, setting] { set(run, *setting); });

    command = config->add_subcommand("list", "list the versions, the newest first: number, date, author, message");
    command->callback([&run] { list(run); });

    std::shared_ptr<std::pair<std::uint64_t, std::uint64_t>> pair;
    command = add("diff", "show what version N changed, or what differs between N and M", pair);
    number_of(command, pair->first, "N", "a version")->required();
    number_of(command, pair->second, "M", "another version");
    command->callback([&run, pair] { diff(run, pair->first, pair->second); });

    std::shared_ptr<ApplyOptions> applied;
    command = add("apply", "publish a file's text as the next version", applied);
    command->add_option("FILE", applied->file, "what to publish")->required();
    add_publish_options(*command, *applied, true);
    command->callback([&run, applied] { apply(run, *applied); });

    std::shared_ptr<PublishOptions> edited;
    command = add("edit", "open the newest version in VISUAL or EDITOR and publish what comes of it", edited);
    add_publish_options(*command, *edited, false);
    command->callback([&run, edited] { edit(run, *edited); });

    std::shared_ptr<RollbackOptions> back;
    command = add("rollback", "publish the text of an older version as the next one", back);
    number_of(command, back->number, "N", "the version to go back to")->required();
    add_publish_options(*command, *back, false);
    command->callback([&run, back] { roll_back(run, *back); });
}

}  // namespace sso::ssoctl
