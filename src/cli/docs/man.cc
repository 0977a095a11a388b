// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "cli/docs/manual.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::cli {
namespace {

// groff_man(7), "Portability": a minus that may be copied is \-, a backslash is \e, and a line must not begin
// with a control character.
std::string escape(std::string_view text) {
    std::string out;
    bool atStart = true;
    for (const char c : text) {
        if (atStart && (c == '.' || c == '\'')) {
            out += "\\&";
        }
        atStart = c == '\n';
        switch (c) {
        case '\\':
            out += "\\e";
            break;
        case '-':
            out += "\\-";
            break;
        case '~':
            out += "\\(ti";
            break;
        case '^':
            out += "\\(ha";
            break;
        case '`':
            out += "\\(ga";
            break;
        case '\'':
            out += "\\(aq";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : escape(text)) {
        out += c == '"' ? std::string("\\(dq") : std::string(1, c);
    }
    return out + "\"";
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(
        out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
}

std::string head(std::string_view page, std::string_view summary) {
    return fmt::format(".\\\" Made from the command table of cirque.\n.TH {} 1 \"\" {} \"Cirque manual\"\n"
                       ".SH NAME\n{} \\- {}\n",
                       quoted(upper(page)), quoted(fmt::format("cirque {}", version)), escape(page),
                       escape(summary));
}

std::string body(std::string_view text) {
    std::string out;
    for (const Block& block : blocksOf(text)) {
        out += block.isExample ? fmt::format(".PP\n.RS 4\n.nf\n{}\n.fi\n.RE\n", escape(block.text))
                               : fmt::format(".PP\n{}\n", escape(block.text));
    }
    return out;
}

std::string optionEntry(const Option& option) {
    std::string label;
    if (option.letter != 0) {
        label = fmt::format("\\fB\\-{}\\fR, ", option.letter);
    }
    label += fmt::format("\\fB\\-\\-{}\\fR", escape(option.name));
    if (!option.argument.empty()) {
        label += fmt::format(" \\fI{}\\fR", escape(option.argument));
    }
    return fmt::format(".TP\n{}\n{}\n", label, escape(option.doc));
}

std::string exitSection() {
    std::string out = ".SH \"EXIT STATUS\"\n";
    for (const ExitMeaning& meaning : exitMeanings()) {
        out += fmt::format(".TP\n.B {}\n{}\n", quoted(meaning.status), escape(meaning.meaning));
    }
    return out;
}

std::string commandPage(const Command& command) {
    std::string out = head(fmt::format("cirque-{}", command.name), command.summary);
    out += fmt::format(".SH SYNOPSIS\n.B cirque {}\n", escape(command.name));
    if (!command.usage.empty()) {
        out += fmt::format(".I {}\n", quoted(command.usage));
    }
    out += fmt::format("[\\fIOPTION\\fR...]\n.SH DESCRIPTION\n{}", body(textOf(command.name)));
    out += ".SH OPTIONS\n";
    for (const Option& option : command.options) {
        out += optionEntry(option);
    }
    out += exitSection();
    return out + ".SH \"SEE ALSO\"\n.BR cirque (1)\n";
}

std::string overview(std::span<const Command> commands, std::span<const config::SettingInfo> settings) {
    std::string out = head("cirque", "a local-first CI for Nix users");
    out += ".SH SYNOPSIS\n.B cirque\n.I COMMAND\n[\\fIOPTION\\fR...]\n.SH DESCRIPTION\n" +
           body(textOf("cirque"));
    out += ".SH COMMANDS\n";
    for (const Command& command : commands) {
        out += fmt::format(".TP\n.BR cirque\\-{} (1)\n{}\n", escape(command.name), escape(command.summary));
    }
    out += exitSection();
    out += ".SH ENVIRONMENT\n";
    for (const config::SettingInfo& setting : settings) {
        out += fmt::format(".TP\n.B {}\n{}\nDefault: {}.\n", escape(setting.variable), escape(setting.doc),
                           escape(setting.defaultText));
    }
    out += ".SH FILES\n.TP\n.I ci.nix\nor\n.IR cirque.nix :\nthe workflow of a project.\n"
           ".TP\n.I \\(ti/.local/state/cirque\nruns, logs and artifacts.\n";
    out += ".SH \"SEE ALSO\"\n";
    for (std::size_t i = 0; i < commands.size(); ++i) {
        out += fmt::format(".BR cirque\\-{} (1){}\n", escape(commands[i].name),
                           i + 1 < commands.size() ? "," : "");
    }
    return out;
}

} // namespace

std::vector<ManPage> manPages(std::span<const Command> commands,
                              std::span<const config::SettingInfo> settings) {
    std::vector<ManPage> out{{"cirque.1", overview(commands, settings)}};
    for (const Command& command : commands) {
        out.push_back({fmt::format("cirque-{}.1", command.name), commandPage(command)});
    }
    return out;
}

} // namespace cirque::cli
