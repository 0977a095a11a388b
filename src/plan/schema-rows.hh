// SPDX-License-Identifier: Apache-2.0
// How rows of the schema's table are written (plan/schema.cc, plan/executor-options.cc).
#pragma once

#include "plan/schema.hh"

#include <string_view>
#include <utility>
#include <vector>

namespace cirque::plan::rows {

using View = std::string_view;

inline Field key(View name, Type type, View doc) {
    return {.name = name, .type = type, .doc = doc};
}

inline Field list(View name, Type type, View doc) {
    return {.name = name, .shape = Shape::List, .type = type, .doc = doc};
}

inline Field map(View name, Type keys, Type type, View doc) {
    return {.name = name, .shape = Shape::Map, .type = type, .keys = keys, .doc = doc};
}

inline Field words(View name, std::vector<View> allowed, View doc) {
    return {.name = name, .words = std::move(allowed), .doc = doc};
}

inline Field object(View name, View kind, View doc) {
    return {.name = name, .type = Type::Object, .kind = kind, .doc = doc};
}

inline Field objects(View name, View kind, View doc) {
    return {.name = name, .shape = Shape::List, .type = Type::Object, .kind = kind, .doc = doc};
}

inline Field objectsBy(View name, Type keys, View kind, View doc) {
    return {.name = name, .shape = Shape::Map, .type = Type::Object, .kind = kind, .keys = keys, .doc = doc};
}

inline Field required(Field field) {
    field.required = true;
    return field;
}

inline Field nullable(Field field) {
    field.nullable = true;
    return field;
}

inline Field with(View other, Field field) {
    field.with = other;
    return field;
}

inline Field orElse(View fallback, Field field) {
    field.fallback = fallback;
    return field;
}

} // namespace cirque::plan::rows
