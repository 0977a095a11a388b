// SPDX-License-Identifier: Apache-2.0
// The one table of event types: name, fields, and what each means. Writer, reader and
// docs/reference/events.md all come from it. Internal to event/types; steps and what they make are in
// records-steps.hh. A new field goes at the end of its record and is optional.
#pragma once

#include "event/types/event.hh"

#include <string_view>
#include <tuple>
#include <type_traits>

namespace cirque::event {

enum class Need {
    Required, // always written; a record without it is broken
    Optional, // left out when it is empty, false or zero; then has that value
};

template <class Owner, class Member>
struct Field {
    std::string_view name;
    Member Owner::* member;
    std::string_view doc;
    Need need = Need::Required;
};

template <class Body>
struct Record;

// A list whose elements are records of their own.
template <class T>
concept RecordList = std::is_same_v<T, std::vector<JobInfo>> || std::is_same_v<T, std::vector<TestCase>>;

// Stands for the four fields of a TryRef: job, attempt, step, try.
inline constexpr std::string_view tryFields = "";

template <>
struct Record<TryRef> {
    static constexpr auto fields = std::tuple{
        Field{"job", &TryRef::job, "The job's key in the plan."},
        Field{"attempt", &TryRef::attempt, "The job's attempt, from 1."},
        Field{
            "step", &TryRef::step,
            "The step's position in the job, from 0; -1 for what is done around the steps; -2, -3, … for its "
            "services."},
        Field{"try", &TryRef::tryNumber, "The step's try, from 1; 0 when it never began."},
    };
};

template <>
struct Record<JobInfo> {
    static constexpr auto fields = std::tuple{
        Field{"name", &JobInfo::name, "The job's key in the plan."},
        Field{"needs", &JobInfo::needs, "The jobs it waits for."},
        Field{"steps", &JobInfo::steps, "The names of its steps."},
        Field{"services", &JobInfo::services, "The names of its services.", Need::Optional},
    };
};

template <>
struct Record<RunStarted> {
    static constexpr std::string_view type = "run.started";
    static constexpr std::string_view doc = "A run begins. The first record of a journal.";
    static constexpr auto fields = std::tuple{
        Field{"name", &RunStarted::name, "The workflow's name."},
        Field{"workflow", &RunStarted::workflow, "Where the plan came from: a file, or FILE#name."},
        Field{"tree", &RunStarted::tree, "The work tree."},
        Field{"version", &RunStarted::version, "The version of Cirque."},
        Field{"pid", &RunStarted::pid, "The process that runs it."},
        Field{"rerunOf", &RunStarted::rerunOf, "The run this one repeats.", Need::Optional},
        Field{"treeHash", &RunStarted::treeHash, "Fingerprint of the work tree when the run began.",
              Need::Optional},
    };
};

template <>
struct Record<EvaluationFinished> {
    static constexpr std::string_view type = "evaluation.finished";
    static constexpr std::string_view doc = "What the plan was evaluated from has been read.";
    static constexpr auto fields = std::tuple{
        Field{"duration", &EvaluationFinished::duration, "Milliseconds it took."},
        Field{"cached", &EvaluationFinished::cached, "Nothing was evaluated: all was as before.",
              Need::Optional},
        Field{"attributes", &EvaluationFinished::attributes, "How many attributes of a flake were listed.",
              Need::Optional},
        Field{"failed", &EvaluationFinished::failed, "How many of them could not be evaluated.",
              Need::Optional},
    };
};

template <>
struct Record<JobsAdded> {
    static constexpr std::string_view type = "jobs.added";
    static constexpr std::string_view doc = "Jobs enter the graph: at the start, and each time it grows.";
    static constexpr auto fields = std::tuple{
        Field{"jobs", &JobsAdded::jobs, "The jobs, in the plan's order: {name, needs, steps}."},
        Field{"by", &JobsAdded::by, "The job whose matrix made them.", Need::Optional},
    };
};

template <>
struct Record<PlanCompleted> {
    static constexpr std::string_view type = "plan.completed";
    static constexpr std::string_view doc = "No more jobs will come.";
    static constexpr auto fields = std::tuple{};
};

template <>
struct Record<JobQueued> {
    static constexpr std::string_view type = "job.queued";
    static constexpr std::string_view doc = "A job's needs are done; it waits for a slot.";
    static constexpr auto fields = std::tuple{Field{"job", &JobQueued::job, "The job's key in the plan."}};
};

template <>
struct Record<JobStarted> {
    static constexpr std::string_view type = "job.started";
    static constexpr std::string_view doc = "One attempt of a job begins.";
    static constexpr auto fields = std::tuple{
        Field{"job", &JobStarted::job, "The job's key in the plan."},
        Field{"attempt", &JobStarted::attempt, "The attempt, from 1."},
        Field{"executor", &JobStarted::executor, "The kind of place it runs at."},
        Field{"handle", &JobStarted::handle,
              "JSON text by which what the place created can be found and removed.", Need::Optional},
    };
};

template <>
struct Record<JobRetrying> {
    static constexpr std::string_view type = "job.retrying";
    static constexpr std::string_view doc = "An attempt failed and another follows.";
    static constexpr auto fields = std::tuple{
        Field{"job", &JobRetrying::job, "The job's key in the plan."},
        Field{"attempt", &JobRetrying::attempt, "The attempt that failed."},
        Field{"of", &JobRetrying::of, "How many attempts there may be."},
        Field{"delay", &JobRetrying::delay, "Milliseconds until the next one."},
        Field{"outcome", &JobRetrying::outcome, "How the attempt ended."},
    };
};

template <>
struct Record<JobFinished> {
    static constexpr std::string_view type = "job.finished";
    static constexpr std::string_view doc = "A job has its verdict.";
    static constexpr auto fields = std::tuple{
        Field{"job", &JobFinished::job, "The job's key in the plan."},
        Field{"attempt", &JobFinished::attempt, "The last attempt; 0 when it never started."},
        Field{"outcome", &JobFinished::outcome, "How it ended."},
        Field{"tolerated", &JobFinished::tolerated, "It failed under continueOnError.", Need::Optional},
        Field{"reusedFrom", &JobFinished::reusedFrom,
              "The run whose outcome this is: the job did not run again.", Need::Optional},
    };
};

template <>
struct Record<ProvisionStarted> {
    static constexpr std::string_view type = "provision.started";
    static constexpr std::string_view doc = "What a job's steps need is being made ready.";
    static constexpr auto fields = std::tuple{
        Field{"job", &ProvisionStarted::job, "The job's key in the plan."},
        Field{"attempt", &ProvisionStarted::attempt, "The attempt, from 1."},
    };
};

template <>
struct Record<ProvisionFinished> {
    static constexpr std::string_view type = "provision.finished";
    static constexpr std::string_view doc = "What a job's steps need is there.";
    static constexpr auto fields = std::tuple{
        Field{"job", &ProvisionFinished::job, "The job's key in the plan."},
        Field{"attempt", &ProvisionFinished::attempt, "The attempt, from 1."},
        Field{"duration", &ProvisionFinished::duration, "Milliseconds it took."},
    };
};

template <>
struct Record<BuildProgress> {
    static constexpr std::string_view type = "build.progress";
    static constexpr std::string_view doc =
        "How far Nix is with what a try needs, builds or takes to its place: at most four times a second.";
    static constexpr auto fields = std::tuple{
        Field{tryFields, &BuildProgress::ref, ""},
        Field{"built", &BuildProgress::built, "Derivations that are built.", Need::Optional},
        Field{"toBuild", &BuildProgress::toBuild, "How many there are to build.", Need::Optional},
        Field{"fetched", &BuildProgress::fetched, "Store paths that are fetched, or copied to the place.",
              Need::Optional},
        Field{"toFetch", &BuildProgress::toFetch, "How many there are to fetch or copy.", Need::Optional},
        Field{"bytes", &BuildProgress::bytes, "Bytes fetched or copied so far.", Need::Optional},
        Field{"bytesToFetch", &BuildProgress::bytesToFetch, "How many there are to fetch or copy.",
              Need::Optional},
        Field{"current", &BuildProgress::current,
              "What it is at: a derivation and its phase, a path that comes or goes.", Need::Optional},
    };
};

} // namespace cirque::event
