// SPDX-License-Identifier: Apache-2.0
// Plan schema version 1 as one table: every kind of object and every key, with type, default and meaning. The
// checker (plan/check.hh) walks it and docs/reference/plan.md is printed from it. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::plan {

enum class Type {
    Any,      // free in this version
    Object,   // of the kind named by Field::kind
    Provider, // an object whose "kind" picks one of the provider kinds
    Bool,
    Count,  // an integer from 1 to 1,000,000
    Text,   // without NUL
    Name,   // 1 to 255 bytes without control characters
    Scalar, // text, number or boolean, kept as text
    ScalarList,
    Script,       // bash as text, or a program with its arguments as a list
    Duration,     // longer than 0
    Wait,         // a duration that may be 0
    When,         // a status function
    EnvName,      // a shell variable's name
    EnvKey,       // a shell variable's name that a plan may set
    EnvPattern,   // a shell variable's name, or the start of names and "*"
    ResultName,   // a name without "=" and "<<"
    ParamName,    // a name without "="
    RelativePath, // below a folder: not absolute, no ".."
    PathEntry,    // an absolute folder, or a token of hostTools or files
    FilePath,     // not empty
    Token, // what stands for a host tool or a generated file: 1 to 4096 bytes without control characters
    StorePath,
    DrvPath,
    System,     // cpu-os
    Ports,      // of a service: a list, or by name
    TcpTarget,  // a port, or "localhost:PORT"
    HttpTarget, // a port, or a URL of this machine
};

enum class Shape { One, List, Map };

struct Field {
    std::string_view name;
    Shape shape = Shape::One;
    Type type = Type::Text;
    std::string_view kind = {}; // of Type::Object
    Type keys = Type::Name;     // of Shape::Map
    bool required = false;
    bool nullable = false;                    // null switches an inherited value off
    std::string_view fallback = {};           // the default, as the page shows it
    std::vector<std::string_view> words = {}; // the only texts allowed, when any
    std::string_view with = {};               // given exactly when this other key is
    std::string_view doc = {};
};

struct ObjectKind {
    std::string_view name;
    std::string_view doc;
    bool open = false;                        // other keys are kept, not refused
    Type shortForm = Type::Object;            // another way to write it; Object: none
    std::string_view shortDoc = {};           // what the short form means
    std::vector<std::string_view> oneOf = {}; // exactly one of these keys is given
    std::vector<Field> fields = {};
};

// In the order of the reference page; the first is the plan itself.
std::span<const ObjectKind> schema();

// The kind named so; it must exist.
const ObjectKind& kindNamed(std::string_view name);

// The options of an executor of this kind; null: nobody has said which there are.
const ObjectKind* executorOptions(std::string_view kind);

// The provider kind for an object's "kind" ("file", "static", "required"), else "other provider".
const ObjectKind& providerKind(std::string_view kind);

// "list of names", "map of variable names to values", "duration or null".
std::string describeType(const Field& field);
std::string describeType(Type type);

// docs/reference/plan.md.
std::string referencePage();

} // namespace cirque::plan
