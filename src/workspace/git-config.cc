// SPDX-License-Identifier: Apache-2.0
#include "workspace/git-config.hh"

#include "base/text.hh"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace cirque::workspace {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

class ConfigParser {
  public:
    explicit ConfigParser(std::string_view text) : text_(text) {}

    std::vector<ConfigEntry> run() {
        constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
        at_ = text_.starts_with(byteOrderMark) ? byteOrderMark.size() : 0;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#' || c == ';') {
                skipLine();
            } else if (c == '[') {
                header();
            } else if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
                entry();
            } else {
                ++at_;
            }
        }
        return std::move(entries_);
    }

  private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }

    void skipLine() { at_ = std::min(text_.find('\n', at_), text_.size()); }

    void header() {
        section_.clear();
        subsection_.clear();
        for (++at_; peek() != ']' && peek() != '\n' && peek() != '"'; ++at_) {
            section_ += peek();
        }
        section_ = lower(trim(section_));
        if (peek() == '"') {
            for (++at_; peek() != '"' && peek() != '\n'; ++at_) {
                if (peek() == '\\' && at_ + 1 < text_.size()) {
                    ++at_;
                }
                subsection_ += peek();
            }
            at_ = std::min(text_.find_first_of("]\n", at_), text_.size());
        } else if (const std::size_t dot = section_.find('.'); dot != std::string::npos) {
            subsection_ = section_.substr(dot + 1);
            section_.resize(dot);
        }
        at_ += peek() == ']' ? 1 : 0;
    }

    void entry() {
        ConfigEntry entry{section_, subsection_, {}, std::nullopt};
        while (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '-') {
            entry.name += static_cast<char>(std::tolower(static_cast<unsigned char>(peek())));
            ++at_;
        }
        while (peek() == ' ' || peek() == '\t') {
            ++at_;
        }
        if (peek() == '=') {
            ++at_;
            entry.value = value();
        } else {
            skipLine();
        }
        entries_.push_back(std::move(entry));
    }

    std::string value() {
        std::string out;
        std::size_t kept = 0; // trailing space outside quotes goes
        bool quoted = false;
        for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
            char c = text_[at_];
            if (!quoted && (c == '#' || c == ';')) {
                skipLine();
                break;
            }
            if (c == '"') {
                quoted = !quoted;
                kept = out.size();
                continue;
            }
            if (!quoted && std::isspace(static_cast<unsigned char>(c)) != 0) {
                if (!out.empty()) {
                    out += c;
                }
                continue;
            }
            if (c == '\\') {
                ++at_;
                if (peek() == '\r' && at_ + 1 < text_.size()) {
                    ++at_;
                }
                if (peek() == '\n') {
                    continue;
                }
                constexpr std::string_view from = "ntb";
                constexpr std::string_view to = "\n\t\b";
                const std::size_t known = from.find(peek());
                c = known == std::string_view::npos ? peek() : to[known];
            }
            out += c;
            kept = out.size();
        }
        out.resize(kept);
        return out;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string section_;
    std::string subsection_;
    std::vector<ConfigEntry> entries_;
};

std::string quote(std::string_view text, bool isValue) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\n' && isValue) {
            out += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + "\"";
}

struct Wanted {
    std::string_view section;
    std::string_view name; // "" for every name
};

constexpr std::array wanted = {
    Wanted{"core", "repositoryformatversion"},
    Wanted{"core", "filemode"},
    Wanted{"core", "symlinks"},
    Wanted{"core", "ignorecase"},
    Wanted{"core", "precomposeunicode"},
    Wanted{"core", "autocrlf"},
    Wanted{"core", "eol"},
    Wanted{"core", "safecrlf"},
    Wanted{"core", "excludesfile"},
    Wanted{"core", "attributesfile"},
    Wanted{"core", "sparsecheckout"},
    Wanted{"core", "sparsecheckoutcone"},
    Wanted{"core", "quotepath"},
    Wanted{"core", "abbrev"},
    Wanted{"index", "sparse"},
    Wanted{"extensions", "objectformat"},
    Wanted{"extensions", "compatobjectformat"},
    Wanted{"extensions", "refstorage"},
    Wanted{"extensions", "partialclone"},
    Wanted{"extensions", "noop"},
    Wanted{"remote", "url"},
    Wanted{"remote", "pushurl"},
    Wanted{"remote", "fetch"},
    Wanted{"remote", "promisor"},
    Wanted{"remote", "partialclonefilter"},
    Wanted{"branch", "remote"},
    Wanted{"branch", "merge"},
    Wanted{"submodule", "url"},
    Wanted{"submodule", "active"},
    Wanted{"user", "name"},
    Wanted{"user", "email"},
};

} // namespace

std::vector<ConfigEntry> parseGitConfig(std::string_view text) {
    return ConfigParser(text).run();
}

std::string toGitConfig(const std::vector<ConfigEntry>& entries) {
    std::string out;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const ConfigEntry& entry = entries[i];
        if (i == 0 || entries[i - 1].section != entry.section ||
            entries[i - 1].subsection != entry.subsection) {
            out += "[" + entry.section;
            out += entry.subsection.empty() ? "" : " " + quote(entry.subsection, false);
            out += "]\n";
        }
        out += "\t" + entry.name;
        out += entry.value ? " = " + quote(*entry.value, true) : "";
        out += "\n";
    }
    return out;
}

std::vector<ConfigEntry> jobConfig(const std::vector<ConfigEntry>& source) {
    std::vector<ConfigEntry> out;
    for (const ConfigEntry& entry : source) {
        const bool keep = std::ranges::any_of(
            wanted, [&](const Wanted& w) { return w.section == entry.section && w.name == entry.name; });
        // a section named by an address may carry a token in its name
        if (keep && entry.subsection.find("://") == std::string::npos) {
            out.push_back(entry);
            if (entry.value && (entry.name.ends_with("url") || entry.name == "remote")) {
                out.back().value = withoutCredentials(*entry.value);
            }
        }
    }
    constexpr std::array<std::array<std::string_view, 3>, 8> own = {{
        {"core", "bare", "false"},
        {"core", "checkstat", "minimal"},
        {"core", "trustctime", "false"},
        {"core", "fsmonitor", "false"},
        {"core", "untrackedcache", "false"},
        {"gc", "auto", "0"},
        {"gc", "autodetach", "false"},
        {"maintenance", "auto", "false"},
    }};
    for (const auto& [section, name, value] : own) {
        out.push_back({std::string(section), {}, std::string(name), std::string(value)});
    }
    return out;
}

std::string withoutCredentials(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return std::string(url);
    }
    const std::string name = lower(url.substr(0, scheme));
    const bool web = name.ends_with("http") || name.ends_with("https") || name == "ftp" || name == "ftps";
    const std::size_t host = scheme + 3;
    const std::size_t end = std::min(url.find_first_of("/?#", host), url.size());
    std::string_view authority = url.substr(host, end - host);
    std::string user;
    if (const std::size_t mark = authority.rfind('@'); mark != std::string_view::npos) {
        const std::string_view info = authority.substr(0, mark);
        user = web ? "" : std::string(info.substr(0, info.find(':'))) + "@";
        authority.remove_prefix(mark + 1);
    }
    std::string_view path = url.substr(end);
    if (web) {
        path = path.substr(0, path.find_first_of("?#"));
    }
    return std::string(url.substr(0, host)) + user + std::string(authority) + std::string(path);
}

} // namespace cirque::workspace
