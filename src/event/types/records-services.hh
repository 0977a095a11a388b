// SPDX-License-Identifier: Apache-2.0
// The part of the table of event types about services. See records.hh.
#pragma once

#include "event/types/records.hh"

namespace cirque::event {

template <>
struct Record<ServiceStarted> {
    static constexpr std::string_view type = "service.started";
    static constexpr std::string_view doc = "A service of a job was started, or started again.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &ServiceStarted::ref, ""},
        Field{"name", &ServiceStarted::name, "The service's name."},
        Field{"start", &ServiceStarted::start, "From 1: how often it was started."},
    };
};

template <>
struct Record<ServiceReady> {
    static constexpr std::string_view type = "service.ready";
    static constexpr std::string_view doc = "A service is up.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &ServiceReady::ref, ""},
        Field{"name", &ServiceReady::name, "The service's name."},
        Field{"duration", &ServiceReady::duration, "Milliseconds since it was first started."},
    };
};

template <>
struct Record<ServiceRestarting> {
    static constexpr std::string_view type = "service.restarting";
    static constexpr std::string_view doc = "A start of a service ended, and another follows.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &ServiceRestarting::ref, ""},
        Field{"name", &ServiceRestarting::name, "The service's name."},
        Field{"start", &ServiceRestarting::start, "The start that ended, from 1."},
        Field{"outcome", &ServiceRestarting::outcome, "How it ended."},
    };
};

template <>
struct Record<ServiceStopped> {
    static constexpr std::string_view type = "service.stopped";
    static constexpr std::string_view doc = "A service has ended, and all that it started with it.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &ServiceStopped::ref, ""},
        Field{"name", &ServiceStopped::name, "The service's name."},
        Field{"outcome", &ServiceStopped::outcome,
              "How it ended by itself; `cancelled`: it was ended with its job."},
    };
};

} // namespace cirque::event
