// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutate.hh"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace cirque::fuzz {
namespace {

constexpr std::size_t longestPiece = 40;

class Mutator {
  public:
    Mutator(std::string& text, std::mt19937& random) : text_(text), random_(random) {}

    // Below `end`; 0 when there is nothing below.
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

    void changeByte() {
        if (!text_.empty()) {
            text_[below(text_.size())] = static_cast<char>(below(256));
        }
    }

    void cut() { text_.erase(below(text_.size()), below(longestPiece)); }

    void insert(std::string_view piece) { text_.insert(below(text_.size() + 1), piece); }

    std::string_view pieceOf(std::string_view other) {
        return other.substr(below(other.size() + 1), below(longestPiece));
    }

  private:
    std::string& text_;
    std::mt19937& random_;
};

// Every value of a document, the document itself first.
template <class JsonOrConst>
void collect(JsonOrConst& json, std::vector<JsonOrConst*>& values) {
    values.push_back(&json);
    if (auto* object = json.if_object()) {
        for (auto&& member : *object) {
            collect(member.value(), values);
        }
    } else if (auto* array = json.if_array()) {
        for (auto& element : *array) {
            collect(element, values);
        }
    }
}

template <class T>
T& pick(std::vector<T*>& values, std::mt19937& random) {
    return *values[random() % values.size()];
}

void changeObject(JsonObject& object, const Json& value, std::mt19937& random) {
    const auto member = object.begin() + static_cast<std::ptrdiff_t>(random() % object.size());
    const std::string key(member->key());
    if (random() % 2 == 0) {
        object.erase(member);
    }
    object[random() % 3 == 0 ? key + "x" : key] = value;
}

} // namespace

Json mutateTree(Json input, const Json& donor, std::mt19937& random) {
    std::vector<const Json*> donors;
    collect(donor, donors);
    for (std::size_t changes = 1 + random() % 3; changes > 0; --changes) {
        std::vector<Json*> values;
        collect(input, values);
        Json& target = pick(values, random);
        const Json value = pick(donors, random);
        if (target.is_object() && !target.get_object().empty()) {
            changeObject(target.get_object(), value, random);
        } else if (target.is_array()) {
            target.get_array().push_back(value);
        } else {
            target = value;
        }
    }
    return input;
}

std::vector<std::string> readCorpus(const std::string& folder) {
    std::vector<std::filesystem::path> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
        if (entry.is_regular_file()) {
            paths.push_back(entry.path());
        }
    }
    std::ranges::sort(paths);
    std::vector<std::string> corpus;
    for (const std::filesystem::path& path : paths) {
        std::ifstream file(path, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return corpus;
}

std::string mutate(std::string input, const std::vector<std::string>& corpus,
                   const std::vector<std::string_view>& words, std::mt19937& random) {
    Mutator mutator(input, random);
    for (std::size_t changes = 1 + mutator.below(4); changes > 0; --changes) {
        switch (mutator.below(5)) {
        case 0:
            mutator.changeByte();
            break;
        case 1:
            mutator.cut();
            break;
        case 2: {
            const std::string piece(mutator.pieceOf(input));
            mutator.insert(piece);
            break;
        }
        case 3:
            mutator.insert(words[mutator.below(words.size())]);
            break;
        default:
            mutator.insert(mutator.pieceOf(corpus[mutator.below(corpus.size())]));
            break;
        }
    }
    return input;
}

} // namespace cirque::fuzz
