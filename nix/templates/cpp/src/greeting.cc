#include "greeting.hh"

std::string greeting(const std::string& name) {
    return "hello, " + (name.empty() ? "world" : name);
}
