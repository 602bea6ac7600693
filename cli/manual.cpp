#include "cli/manual.hpp"

#include <algorithm>
#include <ostream>
#include <vector>

#include "core/base/text.hpp"

namespace sso::cli {
namespace {

using Apps = std::vector<const CLI::App*>;

/// The commands right below `app`.
Apps commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

/// The options of `app`, those of its option groups among them.
std::vector<const CLI::Option*> options_of(const CLI::App& app) {
    std::vector<const CLI::Option*> options = app.get_options();
    for (const CLI::App* group : app.get_subcommands([](const CLI::App* each) { return each->get_name().empty(); })) {
        const auto more = group->get_options();
        options.insert(options.end(), more.begin(), more.end());
    }
    return options;
}

/// Text in the man(7) macros: a backslash, a dash, and a dot or quote at the start of a line are written otherwise.
std::string troff(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '\\') {
            escaped += "\\e";
        } else if (c == '-') {
            escaped += "\\-";
        } else if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) {
            escaped.append("\\&").append(1, c);
        } else {
            escaped += c;
        }
    }
    return escaped;
}

std::string name_of(const CLI::Option& option) {
    std::string name = option.get_name(option.get_positional(), true);
    std::replace(name.begin(), name.end(), ',', ' ');
    return name;
}

std::string described(const CLI::Option& option) {
    std::string name = "\\fB" + troff(name_of(option)) + "\\fR";
    if (!option.get_positional() && option.get_items_expected_max() > 0) name += " \\fI" + troff("VALUE") + "\\fR";
    return ".TP\n" + name + "\n" + troff(option.get_description()) + "\n";
}

void describe(std::string& page, const CLI::App& app, const std::string& path) {
    const Apps commands = commands_of(app);
    if (commands.empty()) {
        page += ".SS \"" + troff(path) + "\"\n" + troff(app.get_description()) + "\n";
        for (const CLI::Option* option : options_of(app)) {
            if (!option->check_lname("help")) page += described(*option);
        }
    }
    for (const CLI::App* command : commands) describe(page, *command, path + ' ' + command->get_name());
}

/// A line of the shell's `case`: what may follow `path`.
void complete(std::string& cases, const CLI::App& app, const std::string& path) {
    std::string words;
    for (const CLI::App* command : commands_of(app)) words += command->get_name() + ' ';
    for (const CLI::Option* option : options_of(app)) {
        for (const std::string& name : option->get_lnames()) words += "--" + name + ' ';
    }
    cases += "        '" + path + "') words='" + std::string(trim(words)) + "' ;;\n";
    for (const CLI::App* command : commands_of(app)) complete(cases, *command, path + ' ' + command->get_name());
}

}  // namespace

std::string manual_page(const CLI::App& program, std::span<const Variable> variables) {
    const std::string name = program.get_name();
    const bool has_commands = !commands_of(program).empty();
    std::string page = ".TH " + troff(name) + " 8 \"\" \"mod_sso " SSO_VERSION "\"\n.SH NAME\n" + troff(name) +
                       " \\- " + troff(program.get_description()) + "\n.SH SYNOPSIS\n.B " + troff(name) +
                       "\n[\\fIOPTIONS\\fR]" + (has_commands ? " \\fICOMMAND\\fR …" : "") + "\n.SH OPTIONS\n";
    for (const CLI::Option* option : program.get_options()) page += described(*option);
    if (has_commands) {
        page += ".SH COMMANDS\n";
        describe(page, program, name);
    }
    if (!program.get_footer().empty()) page += ".SH EXIT STATUS\n" + troff(program.get_footer()) + "\n";
    page += ".SH ENVIRONMENT\n.TP\n.B SSO_CONFIG\nwhere the configuration lives, unless \\-\\-config says otherwise\n";
    for (const Variable& variable : variables) {
        page += ".TP\n.B " + troff(variable.name) + "\n" + troff(variable.meaning) + "\n";
    }
    return page;
}

std::string bash_completion(const CLI::App& program) {
    std::string cases;
    complete(cases, program, program.get_name());
    std::string function = "_" + program.get_name();
    std::replace(function.begin(), function.end(), '-', '_');
    return "# bash completion for " + program.get_name() + '\n' + function + R"sh(() {
    local path=)sh" +
           program.get_name() + R"sh( i word
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        # an option's value or an argument is no command, and leads no further
        [[ $word != -* && " $()sh" +
           function + R"sh(_words "$path") " == *" $word "* ]] && path="$path $word"
    done
    mapfile -t COMPREPLY < <(compgen -W "$()sh" +
           function + R"sh(_words "$path")" -- "${COMP_WORDS[COMP_CWORD]}")
}
)sh" + function +
           R"sh(_words() {
    local words=''
    case $1 in
)sh" + cases +
           R"sh(    esac
    printf '%s' "$words"
}
complete -o default -F )sh" +
           function + ' ' + program.get_name() + '\n';
}

void add_manual_commands(CLI::App& program, std::ostream& out, std::span<const Variable> variables) {
    program.add_subcommand("manual", "print this program's manual page, for man")
        ->callback([&program, &out, variables] { out << manual_page(program, variables); });
    program.add_subcommand("completion", "print a script by which bash completes commands and options")
        ->callback([&program, &out] { out << bash_completion(program); });
}

}  // namespace sso::cli
