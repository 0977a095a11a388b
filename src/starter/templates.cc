// SPDX-License-Identifier: Apache-2.0
#include "starter/templates.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::starter {
namespace {

constexpr std::array cppTools{Tool{"cmake", "cmake"}, Tool{"g++", "g++"}, Tool{"make", "make"}};
constexpr std::array nodeTools{Tool{"node", "nodejs"}};
constexpr std::array pythonTools{Tool{"python3", "python3"}};
constexpr std::array rustTools{Tool{"cargo", "cargo"}, Tool{"cc", "gcc"}};
constexpr std::array goTools{Tool{"go", "golang-go"}};

constexpr std::array table{
    Template{"rust", "Rust with cargo", "Cargo.toml", rustTools},
    Template{"node", "Node.js", "package.json", nodeTools},
    Template{"python", "Python", "pyproject.toml", pythonTools},
    Template{"go", "Go", "go.mod", goTools},
    Template{"cpp", "C++ with CMake", "CMakeLists.txt", cppTools},
    Template{"flake", "a Nix flake that needs no nixpkgs", "flake.nix", {}},
    Template{"shell", "shell scripts: nothing but bash", "", {}},
};

constexpr std::string_view workflowFile = "ci.nix";
// stands in for ci.nix where a project is already, when the template's own only fits its sample
constexpr std::string_view existingFile = "ci.existing.nix";

bool hasFile(std::string_view path) {
    return std::ranges::find(templateFiles(), path, &TemplateFile::path) != templateFiles().end();
}

} // namespace

std::span<const Template> templates() {
    return table;
}

Result<const Template*> requireTemplate(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Template& known : table) {
        if (known.name == name) {
            return &known;
        }
        names.push_back(known.name);
    }
    const std::string_view near = nearest(name, names);
    return fail(ErrorCode::Usage, fmt::format("there is no template '{}'", name),
                near.empty() ? fmt::format("choose one of: {}", fmt::join(names, ", "))
                             : fmt::format("did you mean '{}'?", near));
}

const Template* detectTemplate(std::span<const std::string> entries) {
    for (const Template& known : table) {
        if (!known.sign.empty() && std::ranges::find(entries, known.sign) != entries.end()) {
            return &known;
        }
    }
    return nullptr;
}

bool isFreshFolder(std::span<const std::string> entries) {
    return std::ranges::all_of(entries, [](const std::string& entry) {
        return entry.starts_with('.') || entry.starts_with("README") || entry.starts_with("LICENSE") ||
               entry.starts_with("LICENCE");
    });
}

bool restsOnSign(const Template& which) {
    return hasFile(fmt::format("{}/{}", which.name, existingFile));
}

std::vector<PlannedFile> plannedFiles(const Template& which, bool fresh) {
    const std::string folder = fmt::format("{}/", which.name);
    const std::string_view workflow = !fresh && restsOnSign(which) ? existingFile : workflowFile;
    std::vector<PlannedFile> out;
    for (const TemplateFile& file : templateFiles()) {
        if (!file.path.starts_with(folder)) {
            continue;
        }
        const std::string_view path = file.path.substr(folder.size());
        if (path == workflow) {
            out.push_back({workflowFile, file.text});
        } else if (fresh && path != existingFile) {
            out.push_back({path, file.text});
        }
    }
    return out;
}

} // namespace cirque::starter
